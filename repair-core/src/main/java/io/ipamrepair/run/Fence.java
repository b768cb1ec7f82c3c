package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.ArrayList;
import java.util.List;

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

    /** They are not, and never will be; {@code record} is the record as it is now. */
    record NotApplied(HeldRecord record) implements Settled {}

    /** Neither we nor the transaction wrote the record that is there. */
    record TakenOver(String found) implements Settled {}

    /** The record is gone, or older than what was done: etcd is not the one that it was. */
    record Diverged(String why) implements Settled {}

    /** etcd stayed away. */
    record Open(EtcdFailure failure) implements Settled {}
  }

  private final Etcd etcd;
  private final OperatorLock lock;

  /**
   * A fence.
   *
   * @param lock the operator lock that the transaction compared
   */
  Fence(Etcd etcd, OperatorLock lock) {
    this.etcd = etcd;
    this.lock = lock;
  }

  /**
   * Settles.
   *
   * @param before the record that the transaction compared
   * @param written the record that it would have put
   */
  Settled settle(HeldRecord before, RunRecord written) {
    RunRecord givenUp = before.next().withState(RunRecord.State.GIVEN_UP, before.record().head());
    CommitOutcome outcome =
        etcd.commitUntilAnswered(
            fence(before.compares(), new Operation.Put(before.key(), givenUp.encode()), before));
    boolean full =
        outcome instanceof CommitOutcome.Unknown unknown
            && unknown.failure().kind() == EtcdFailure.Kind.NO_SPACE;
    if (full) {
      return settleWithoutPut(before, written, givenUp);
    }
    if (outcome instanceof CommitOutcome.Applied applied) {
      return new Settled.NotApplied(new HeldRecord(before.key(), givenUp, applied.revision()));
    }
    return outcome instanceof CommitOutcome.ConditionFailed failed
        ? found(before, written, givenUp, failed.read())
        : open(outcome);
  }

  /**
   * A full etcd refuses every put and takes every delete. The step compares the operator lock as
   * well as the record: without the lock it cannot commit either, and the record stays and goes on
   * to say how many steps are done. To delete the record would fence too, but then nothing in etcd
   * would say what was done before.
   */
  private Settled settleWithoutPut(HeldRecord before, RunRecord written, RunRecord givenUp) {
    List<Compare> when = new ArrayList<>(before.compares());
    when.addAll(lock.compares());
    CommitOutcome outcome = etcd.commitUntilAnswered(fence(when, OperatorLock.giveUp(), before));
    if (outcome instanceof CommitOutcome.Applied) {
      return new Settled.NotApplied(before);
    } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
      // Where the record is as it was, it is the lock that is gone, which is all that was wanted.
      return RecordFate.of(before, failed.read()) instanceof RecordFate.Ours
          ? new Settled.NotApplied(before)
          : found(before, written, givenUp, failed.read());
    }
    return open(outcome);
  }

  private static Transaction fence(List<Compare> when, Operation give, HeldRecord before) {
    return new Transaction(when, List.of(give), List.of(new Operation.Get(before.key())));
  }

  private static Settled open(CommitOutcome unsettled) {
    return new Settled.Open(
        unsettled instanceof CommitOutcome.Unknown unknown
            ? unknown.failure()
            : ((CommitOutcome.NotApplied) unsettled).failure());
  }

  private static Settled found(
      HeldRecord before, RunRecord written, RunRecord givenUp, List<KeyValue> read) {
    for (KeyValue record : read) {
      if (record.value().equals(written.encode())) {
        return new Settled.Applied(record.modRevision());
      }
      if (record.value().equals(givenUp.encode())) {
        return new Settled.NotApplied(new HeldRecord(before.key(), givenUp, record.modRevision()));
      }
    }
    RecordFate fate = RecordFate.of(before, read);
    return fate instanceof RecordFate.TakenOver taken
        ? new Settled.TakenOver(taken.found())
        : new Settled.Diverged(
            fate instanceof RecordFate.Diverged diverged
                ? diverged.why()
                : "its record in etcd cannot be rewritten although nobody changed it");
  }
}
