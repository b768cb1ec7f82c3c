package io.ipamrepair.run;

import io.ipamrepair.carry.Carrying;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.undo.RecordedRun;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes a run down, as {@link RunReader} reads it again: before anything is sent, what will be
 * sent; afterwards, what came of it.
 */
final class RunJournalist implements AutoCloseable {
  private final RunJournal journal;
  private final Clock clock;

  RunJournalist(RunJournal journal, Clock clock) {
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * The journal's last hash, in hexadecimal: what the run record carries, so that a truncated
   * journal is noticed.
   */
  String head() {
    return HexFormat.of().formatHex(journal.head());
  }

  private Instant now() {
    return clock.instant();
  }

  /** The plan file's exact bytes, and all before-images. */
  void plan(byte[] planFile, Plan plan) throws JournalException {
    append(EntryKind.PLAN, 0, planFile);
    List<RunJournal.NewEntry> images = new ArrayList<>();
    Instant at = now();
    for (int number = 1; number <= plan.steps().size(); number++) {
      for (PlannedWrite write : plan.steps().get(number - 1).writes()) {
        images.add(
            new RunJournal.NewEntry(
                EntryKind.BEFORE_IMAGE,
                number,
                at,
                image(write.key(), write.before()).encode().toArray()));
      }
    }
    journal.appendAll(images);
  }

  private static Json.Obj image(Bytes key, Optional<Bytes> bytes) {
    return Json.Obj.of(
        "key", base64(key), "value", bytes.<Json>map(RunJournalist::base64).orElse(Json.Null.NULL));
  }

  private static Json base64(Bytes bytes) {
    return new Json.Text(Base64.getEncoder().encodeToString(bytes.toArray()));
  }

  /** Where the dump of all IPAM keys lies, and its hash. */
  void dump(String fileName, String sha256) throws JournalException {
    append(
        EntryKind.DUMP,
        0,
        Json.Obj.of("file", new Json.Text(fileName), "sha256", new Json.Text(sha256))
            .encode()
            .toArray());
  }

  /** What the plan was allowed on, where there is a policy or a signature. */
  void approvals(Ruling ruling) throws JournalException {
    if (ruling.record().isPresent()) {
      append(EntryKind.APPROVALS, 0, ruling.record().get().encode().toArray());
    }
  }

  /** This journal was written from what was left of a lost one. */
  void rebuilt(RebuiltMark mark) throws JournalException {
    journal.append(EntryKind.REBUILT, 0, mark.at(), mark.encode());
  }

  /** The run is about to be made known in etcd. */
  void begin(RunRecord record) throws JournalException {
    append(
        EntryKind.BEGIN,
        0,
        Json.Obj.of(
                "operator", new Json.Text(record.holder()),
                "digest", new Json.Text(record.digest()),
                "token", new Json.Text(record.token()))
            .encode()
            .toArray());
  }

  /**
   * A step is about to be sent, with exactly these bytes.
   *
   * @param carried the writes that were carried over: what their keys had instead of what the plan
   *     says
   */
  void intent(
      int step,
      long readRevision,
      Map<Bytes, Optional<Bytes>> bound,
      Collection<Carrying.CarriedWrite> carried)
      throws JournalException {
    List<RunJournal.NewEntry> entries = new ArrayList<>();
    Instant at = now();
    for (Carrying.CarriedWrite write : carried) {
      entries.add(
          new RunJournal.NewEntry(
              EntryKind.CARRIED,
              step,
              at,
              image(write.key(), Optional.of(write.before())).encode().toArray()));
    }
    List<Json> writes = new ArrayList<>();
    bound.forEach((key, bytes) -> writes.add(image(key, bytes)));
    byte[] intent =
        Json.Obj.of("readRevision", Json.Num.of(readRevision), "writes", new Json.Array(writes))
            .encode()
            .toArray();
    entries.add(new RunJournal.NewEntry(EntryKind.INTENT, step, at, intent));
    journal.appendAll(entries);
  }

  /** What became of a step. */
  void outcome(int step, RecordedRun.StepStatus status, OptionalLong revision, String detail)
      throws JournalException {
    append(
        EntryKind.OUTCOME,
        step,
        Json.Obj.of(
                "status", new Json.Text(status.name()),
                "revision",
                    revision.isPresent() ? Json.Num.of(revision.getAsLong()) : Json.Null.NULL,
                "detail", new Json.Text(detail))
            .encode()
            .toArray());
  }

  private static final String LOCKED = "locked";

  /** Calico's lock on the datastore is about to be set, and then is. */
  void datastoreLocked(String when) throws JournalException {
    datastore(LOCKED + " " + when);
  }

  /** Whether an entry of this kind says that the lock was set, or about to be. */
  static boolean saysLocked(Entry entry) {
    return new String(entry.body(), StandardCharsets.UTF_8)
        .startsWith("{\"datastoreReady\":\"" + LOCKED);
  }

  /** What becomes of Calico's lock on the datastore, in words. */
  void datastore(String what) throws JournalException {
    append(
        EntryKind.DATASTORE,
        0,
        Json.Obj.of("datastoreReady", new Json.Text(what)).encode().toArray());
  }

  /** How the run ended. */
  void close(RecordedRun.Status status) throws JournalException {
    append(
        EntryKind.CLOSE, 0, Json.Obj.of("status", new Json.Text(status.name())).encode().toArray());
  }

  private void append(EntryKind kind, int step, byte[] body) throws JournalException {
    journal.append(kind, step, now(), body);
  }

  @Override
  public void close() {
    journal.close();
  }
}
