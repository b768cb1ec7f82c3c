package io.ipamrepair.run;

import io.ipamrepair.kv.KeyValue;
import java.util.List;
import java.util.Optional;

/**
 * What became of a run record that a process holds. Somebody may have taken the run over; or etcd
 * is not the one that it was: after a restore from a backup it has an older record, or none,
 * whatever its revisions say. Then the steps that were reported as applied may be gone again, and
 * to say "taken over" would be to say that they are there.
 */
sealed interface RecordFate {
  /** It is as this process left it. */
  record Ours() implements RecordFate {}

  /** Somebody else holds it. */
  record TakenOver(String found) implements RecordFate {}

  /** It is gone, or older than what this process knows. */
  record Diverged(String why) implements RecordFate {}

  /** Why a run whose record is not there any more has diverged. */
  String GONE =
      "its record in etcd is gone: etcd was restored from a backup, or somebody deleted it";

  /**
   * The fate of {@code held}.
   *
   * @param read what etcd has, its record among other keys
   */
  static RecordFate of(HeldRecord held, List<KeyValue> read) {
    Optional<KeyValue> found =
        read.stream().filter(each -> each.key().equals(held.key())).findFirst();
    if (found.isEmpty()) {
      return new Diverged(GONE);
    }
    boolean same = found.get().value().equals(held.record().encode());
    if (same && found.get().modRevision() == held.revision()) {
      return new Ours();
    }
    Optional<RunRecord> now = RunRecord.decode(found.get().value());
    if (now.isEmpty()) {
      return new TakenOver("the run record is not one that this release wrote");
    }
    boolean own = now.get().token().equals(held.record().token());
    if (own || now.get().done() < held.record().done()) {
      return new Diverged(older(now.get().done(), held.record().done()));
    }
    return new TakenOver(now.get().words());
  }

  /** Why a run has diverged whose record knows of fewer steps than there were. */
  static String older(int recorded, int known) {
    return "its record in etcd says "
        + recorded
        + (recorded == 1 ? " step" : " steps")
        + " done, this machine knows of "
        + known
        + ": the record is an older one, etcd was restored from a backup";
  }
}
