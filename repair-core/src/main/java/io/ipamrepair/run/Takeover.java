package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.undo.RecordedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a run away from whoever has it, be it a process that works, one that is stopped, or a
 * message in a queue: behind it no step of the run can commit any more. The run's record is
 * rewritten, which each step compares. An etcd that is out of space takes no put; then the run's
 * operator lock is deleted, which each step compares as well, in a transaction that finds the
 * record as it was: so the record says for certain, without being rewritten, how many steps are
 * done.
 */
final class Takeover {
  private static final int TRIES = 5;

  private final Etcd etcd;
  private final String name;
  private final String token;

  /**
   * A takeover.
   *
   * @param name who takes over, {@code user@host}
   * @param token a random number of this process
   */
  Takeover(Etcd etcd, String name, String token) {
    this.etcd = etcd;
    this.name = name;
    this.token = token;
  }

  /** What it came to. In each case no step of the run can commit any more. */
  sealed interface Taken {
    /** The record is rewritten, or closed since before. */
    record Held(HeldRecord record) implements Taken {}

    /** etcd is out of space: the record is as it was, and the run's lock is gone. */
    record Fenced(HeldRecord record, EtcdFailure full) implements Taken {}

    /** There is no record, although the run made itself known. */
    record Gone() implements Taken {}
  }

  /**
   * Takes over a run that a journal knows. One that never sent a step may never have made itself
   * known: then its beginning is made impossible. A closed record is left as it is.
   */
  Taken of(RecordedRun run) throws EtcdException, TakenOverException {
    RunRecord unknown =
        new RunRecord(
            run.id(), run.digest(), run.steps().size(), 0, RunRecord.State.OPEN, name, token, "");
    return taken(run.id(), run.sent() > 0 ? Optional.empty() : Optional.of(unknown), false);
  }

  /** Takes over a run that nothing but its record tells of, be it closed or not. */
  Taken anew(String run) throws EtcdException, TakenOverException {
    return taken(run, Optional.empty(), true);
  }

  private Taken taken(String run, Optional<RunRecord> ifUnknown, boolean closedToo)
      throws EtcdException, TakenOverException {
    Bytes key = RunKeys.record(run);
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<HeldRecord> found = HeldRecord.find(etcd, run);
      Optional<RunRecord> known = found.map(HeldRecord::next).or(() -> ifUnknown);
      if (known.isEmpty()) {
        takeLockOf(run);
        return new Taken.Gone();
      }
      if (known.get().state() == RunRecord.State.CLOSED && !closedToo) {
        return new Taken.Held(found.orElseThrow());
      }
      List<Compare> asItWas =
          found.map(HeldRecord::compares).orElse(List.of(new Compare.Absent(key)));
      RunRecord mine = known.get().givenUpTo(name, token);
      try {
        Optional<HeldRecord> taken = put(key, asItWas, mine);
        if (taken.isPresent()) {
          return new Taken.Held(taken.get());
        }
      } catch (EtcdException failed) {
        if (failed.failure().kind() != EtcdFailure.Kind.NO_SPACE) {
          throw failed;
        }
        if (isFencedWithoutPut(run, asItWas)) {
          HeldRecord left = found.orElse(new HeldRecord(key, known.get(), 0));
          return new Taken.Fenced(left, failed.failure());
        }
      }
    }
    throw new EtcdException(
        new EtcdFailure(
            EtcdFailure.Kind.OTHER,
            run,
            "its record is rewritten all the time: the run still works"));
  }

  /** The record as written; nothing when somebody wrote first. */
  Optional<HeldRecord> put(Bytes key, List<Compare> asItWas, RunRecord mine) throws EtcdException {
    CommitOutcome.Answered outcome =
        etcd.answered(
            new Transaction(
                asItWas,
                List.of(new Operation.Put(key, mine.encode())),
                List.of(new Operation.Get(key))));
    if (outcome instanceof CommitOutcome.Applied applied) {
      return Optional.of(new HeldRecord(key, mine, applied.revision()));
    }
    // The token is this process's own: what is there with it, a lost answer hid.
    return ((CommitOutcome.ConditionFailed) outcome)
        .read().stream()
            .filter(now -> now.value().equals(mine.encode()))
            .map(now -> new HeldRecord(key, mine, now.modRevision()))
            .findFirst();
  }

  /**
   * Whether the run has no lock any more while its record is as it was. A lock of another run, or
   * none, says the same: each lock has a create revision of its own, so the one that the run's
   * steps compare never comes again.
   */
  private boolean isFencedWithoutPut(String run, List<Compare> asItWas) throws EtcdException {
    Optional<LockHolder> holder = OperatorLock.holder(etcd);
    List<Compare> when = new ArrayList<>(asItWas);
    when.add(OperatorLock.isAs(holder));
    List<Operation> then =
        isOf(holder, run) ? List.of(OperatorLock.giveUp()) : List.<Operation>of();
    return etcd.answered(new Transaction(when, then, List.of())) instanceof CommitOutcome.Applied;
  }

  /** No step of it can commit any more: its lock would only keep others out until it runs out. */
  void takeLockOf(String run) throws EtcdException {
    Optional<LockHolder> holder = OperatorLock.holder(etcd);
    if (isOf(holder, run)) {
      OperatorLock.takeFrom(etcd, holder.orElseThrow());
    }
  }

  private static boolean isOf(Optional<LockHolder> holder, String run) {
    return holder.filter(each -> each.run().equals(run)).isPresent();
  }
}
