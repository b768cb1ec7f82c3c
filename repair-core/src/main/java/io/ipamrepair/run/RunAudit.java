package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.source.StateDump;
import io.ipamrepair.undo.RecordedRun;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether the journal of a run is the whole truth: its chain of hashes, the run's record in etcd,
 * which carries the hash of the journal's last entry at each of its own writes, and the dump beside
 * it.
 *
 * @param run the run's ID
 * @param verdict the worst that was found
 * @param remarks what was found, in sentences
 */
public record RunAudit(String run, Verdict verdict, List<String> remarks) {
  public RunAudit {
    remarks = List.copyOf(remarks);
  }

  /** What a journal is worth. */
  public enum Verdict {
    /** Nothing is missing and nothing was changed. */
    INTACT("intact"),
    /**
     * It is whole, but no evidence from the time of the run: the journal was lost, and this one
     * written from what was left.
     */
    REBUILT("rebuilt"),
    /**
     * It is whole as far as it goes; there is no record in etcd that could tell whether it ended.
     */
    UNCONFIRMED("unconfirmed"),
    /** Another process has gone on with the run, and has the newer journal. */
    SUPERSEDED("superseded"),
    /** It lost its end, is an older copy, or another run's. */
    INCOMPLETE("incomplete"),
    /** It was changed, or cannot be read. */
    DAMAGED("damaged");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    /** The word in outputs. */
    public String word() {
      return word;
    }
  }

  /**
   * Audits a run.
   *
   * @throws EtcdException when its record cannot be read
   * @throws JournalException when there is no such run
   */
  public static RunAudit of(Etcd etcd, Journal journal, String run)
      throws EtcdException, JournalException {
    RunHistory history;
    RecordedRun recorded;
    try {
      history = journal.read(run);
      if (history.entries().stream().noneMatch(entry -> entry.kind() == EntryKind.PLAN)) {
        return withoutPlan(etcd, run);
      }
      recorded = new RunReader().read(history);
    } catch (JournalException unusable) {
      if (unusable.reason() != JournalException.Reason.DAMAGED) {
        throw unusable;
      }
      return new RunAudit(run, Verdict.DAMAGED, List.of(unusable.getMessage()));
    } catch (RunFormatException unreadable) {
      return new RunAudit(run, Verdict.DAMAGED, List.of(unreadable.getMessage()));
    }
    Finding record = record(etcd, history, recorded);
    Finding dump = dump(journal, history);
    Finding rebuilt =
        RebuiltMark.of(history)
            .map(mark -> new Finding(Verdict.REBUILT, mark.words()))
            .orElse(new Finding(Verdict.INTACT, List.of()));
    List<Finding> all = List.of(rebuilt, record, dump);
    Verdict worst = all.stream().map(Finding::verdict).max(Comparator.naturalOrder()).orElseThrow();
    List<String> remarks = all.stream().flatMap(each -> each.remarks().stream()).toList();
    return new RunAudit(run, worst, remarks);
  }

  /**
   * A run that was cut off while it wrote its plan down. The plan is on the disk before anything of
   * the run is in etcd; so if something is there, the journal has lost it.
   */
  private static RunAudit withoutPlan(Etcd etcd, String run) throws EtcdException {
    boolean known = !etcd.get(List.of(RunKeys.record(run))).value().isEmpty();
    return known
        ? new RunAudit(
            run,
            Verdict.INCOMPLETE,
            List.of("it holds no plan, but the run is known in etcd: it lost all that it held"))
        : new RunAudit(
            run,
            Verdict.INTACT,
            List.of("it stopped before its plan was written down: nothing was sent to etcd"));
  }

  private record Finding(Verdict verdict, List<String> remarks) {}

  private static Finding found(Verdict verdict, String... remarks) {
    return new Finding(verdict, List.of(remarks));
  }

  private static Finding record(Etcd etcd, RunHistory history, RecordedRun run)
      throws EtcdException {
    Optional<HeldRecord> held;
    try {
      held = HeldRecord.find(etcd, run.id());
    } catch (TakenOverException foreign) {
      return found(Verdict.UNCONFIRMED, foreign.getMessage());
    }
    if (held.isEmpty()) {
      boolean begun = history.entries().stream().anyMatch(entry -> entry.kind() == EntryKind.BEGIN);
      return begun
          ? found(
              Verdict.UNCONFIRMED,
              "its record in etcd is gone: forgotten, deleted, or lost in a restore from a backup")
          : found(Verdict.INTACT, "it never made itself known in etcd: it wrote nothing there");
    }
    return record(history, run, held.get().record());
  }

  private static Finding record(RunHistory history, RecordedRun run, RunRecord record) {
    if (!record.digest().equals(run.digest())) {
      return found(Verdict.DAMAGED, "its plan is not the one that its record in etcd names");
    }
    OptionalInt covered = record.covered(history);
    if (covered.isEmpty() || record.done() > run.sent()) {
      String has =
          "its record in etcd was last written by "
              + record.holder()
              + " with "
              + record.done()
              + " of "
              + record.steps()
              + " steps done, and with an entry that this file does not have";
      return tokens(history).contains(record.token())
          ? found(Verdict.INCOMPLETE, has + ": it lost its end, or is an older copy")
          : found(Verdict.SUPERSEDED, has + ": the newer journal is there");
    }
    List<String> remarks = new ArrayList<>();
    int beyond = history.entries().size() - covered.getAsInt();
    if (beyond > 0) {
      remarks.add(
          (beyond == 1 ? "1 entry" : beyond + " entries")
              + " at its end, from "
              + (covered.getAsInt() + 1)
              + " on, the record does not cover yet");
    }
    if (record.state() != RunRecord.State.CLOSED) {
      remarks.add("the run has not ended: ipam-repair recover " + run.id());
    }
    return new Finding(Verdict.INTACT, remarks);
  }

  private static List<String> tokens(RunHistory history) {
    return history.entries().stream()
        .filter(entry -> entry.kind() == EntryKind.BEGIN)
        .map(entry -> text(entry, "token"))
        .toList();
  }

  private static String text(Entry entry, String name) {
    try {
      return new JsonReader().readObject(Bytes.of(entry.body())).text(name).orElse("");
    } catch (JsonFormatException unreadable) {
      return "";
    }
  }

  private static Finding dump(Journal journal, RunHistory history) {
    Optional<Entry> entry =
        history.entries().stream().filter(each -> each.kind() == EntryKind.DUMP).findFirst();
    if (entry.isEmpty()) {
      return found(Verdict.INTACT);
    }
    // A name out of a file: never a path.
    Path name = Path.of(text(entry.get(), "file")).getFileName();
    Path file = journal.folder().resolve(name);
    try {
      return StateDump.sha256(file).equals(text(entry.get(), "sha256"))
          ? found(Verdict.INTACT)
          : found(Verdict.DAMAGED, "the dump beside it, " + name + ", was changed");
    } catch (NoSuchFileException gone) {
      return found(
          Verdict.INTACT, "the dump beside it, " + name + ", is gone; rollback needs none");
    } catch (IOException unreadable) {
      return found(
          Verdict.INTACT, "the dump beside it, " + name + ", cannot be read: " + unreadable);
    }
  }
}
