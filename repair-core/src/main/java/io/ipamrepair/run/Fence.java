package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.List;
import java.util.Optional;

/**
 * Settles a transaction whose answer never came. Reading the data back and guessing is never the
 * answer: the transaction may sit in a queue and be applied after the read. Instead one more
 * transaction is sent, {@code if the run record is as it was then put "given up" else get it}.
 * Whichever of the two comes first wins for good: either the fence does, and the step's own compare
 * of the record can never hold any more, or the step did, and the record says so. The fence itself
 * may be repeated: if its own answer is lost, its effect is what the repetition finds.
 */
final class Fence {
  /** What the fence found. Each case says what is now true of the data. */
  sealed interface Settled {
    /** The writes are in etcd, since {@code revision}; the record says so. */
    record Applied(long revision) implements Settled {}

    /**
     * They are not, and never will be; {@code record} is the record as it is now, nothing when it
     * had to be deleted.
     */
    record NotApplied(Optional<HeldRecord> record) implements Settled {}

    /** Neither we nor the transaction wrote the record that is there, or it is gone. */
    record TakenOver(String found) implements Settled {}

    /** etcd stayed away. */
    record Open(EtcdFailure failure) implements Settled {}
  }

  private final Etcd etcd;

  Fence(Etcd etcd) {
    this.etcd = etcd;
  }

  /**
   * Settles.
   *
   * @param before the record that the transaction compared
   * @param written the record that it would have put
   */
  Settled settle(HeldRecord before, RunRecord written) {
    RunRecord givenUp = before.next().withState(RunRecord.State.GIVEN_UP, before.record().head());
    Operation give = new Operation.Put(before.key(), givenUp.encode());
    CommitOutcome outcome = etcd.commitUntilAnswered(fence(before, give));
    if (outcome instanceof CommitOutcome.Unknown unknown
        && unknown.failure().kind() == EtcdFailure.Kind.NO_SPACE) {
      // A full etcd refuses every put and takes every delete: without its record the step cannot
      // commit either.
      outcome = etcd.commitUntilAnswered(fence(before, new Operation.Delete(before.key())));
      boolean gone =
          outcome instanceof CommitOutcome.ConditionFailed failed && failed.read().isEmpty();
      if (outcome instanceof CommitOutcome.Applied || gone) {
        return new Settled.NotApplied(Optional.empty());
      }
    }
    if (outcome instanceof CommitOutcome.Applied applied) {
      return new Settled.NotApplied(
          Optional.of(new HeldRecord(before.key(), givenUp, applied.revision())));
    } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
      return found(before.key(), written, givenUp, failed.read());
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      return new Settled.Open(unknown.failure());
    }
    return new Settled.Open(((CommitOutcome.NotApplied) outcome).failure());
  }

  private static Transaction fence(HeldRecord before, Operation give) {
    return new Transaction(
        before.compares(), List.of(give), List.of(new Operation.Get(before.key())));
  }

  private static Settled found(
      Bytes key, RunRecord written, RunRecord givenUp, List<KeyValue> read) {
    if (read.isEmpty()) {
      return new Settled.TakenOver(
          "the run record is gone: etcd was restored from a backup, or somebody deleted it");
    }
    KeyValue record = read.get(0);
    if (record.value().equals(written.encode())) {
      return new Settled.Applied(record.modRevision());
    }
    if (record.value().equals(givenUp.encode())) {
      return new Settled.NotApplied(
          Optional.of(new HeldRecord(key, givenUp, record.modRevision())));
    }
    return new Settled.TakenOver(
        RunRecord.decode(record.value())
            .map(
                other ->
                    "the run is held by "
                        + other.holder()
                        + ", "
                        + other.done()
                        + " of "
                        + other.steps()
                        + " steps done")
            .orElse("the run record is not one that this release wrote"));
  }
}
