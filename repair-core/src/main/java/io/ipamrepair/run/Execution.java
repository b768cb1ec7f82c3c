package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.RecordedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The part of a run that has a journal: trial, begin, steps, check, close. */
final class Execution {
  private final Terms terms;
  private final Etcd etcd;
  private final Operator operator;
  private final Licence licence;
  private final DatastoreLock datastore;
  private final Plan plan;
  private final String digest;
  private final RunJournalist journalist;
  private final Progress progress;
  private boolean datastoreLocked;

  Execution(Terms terms, PlanFile.Sealed sealed, RunJournalist journalist) {
    this.terms = terms;
    this.etcd = terms.etcd();
    this.operator = terms.operator();
    this.licence = terms.licence();
    this.datastore = new DatastoreLock(terms.etcd());
    this.plan = sealed.plan();
    this.digest = sealed.digest();
    this.journalist = journalist;
    this.progress = new Progress(terms.run(), sealed.plan().steps().size());
  }

  RunOutcome run(Plan carried, IpamState fresh) throws JournalException {
    Optional<EtcdFailure> untried = trial(carried, fresh);
    if (untried.isPresent()) {
      return nothingWritten(new RunOutcome.EtcdUnusable(untried.get()));
    }
    RunRecord first = record(0);
    journalist.begin(first);
    Begun begun = begin(first.withState(RunRecord.State.OPEN, journalist.head()));
    if (begun instanceof Refusal refusal) {
      return nothingWritten(refusal.outcome());
    }
    return steps(((Held) begun).record());
  }

  RunOutcome resume(HeldRecord before, Plan carried, IpamState fresh) throws JournalException {
    progress.beginsBehind(before.record().done());
    Optional<EtcdFailure> untried = trial(carried, fresh);
    if (untried.isPresent()) {
      return ended(new RunOutcome.EtcdUnusable(untried.get()), List.of(untried.get().line()));
    }
    journalist.approvals(licence.ruling());
    journalist.begin(before.next().resumedBy(operator.name(), terms.token(), journalist.head()));
    Begun begun =
        put(
            before.compares(),
            before
                .next()
                .resumedBy(operator.name(), terms.token(), journalist.head())
                .allowedOn(licence.ruling().remark()));
    if (begun instanceof Refusal refusal) {
      return ended(
          refusal.outcome(),
          List.of(
              "somebody else took the run over, broke the lock, or changed the policy on approvals"));
    }
    return steps(((Held) begun).record());
  }

  private RunOutcome steps(HeldRecord begun) throws JournalException {
    HeldRecord record = begun;
    progress.holds(begun);
    if (terms.options().lockDatastore()) {
      StepResult locked;
      try {
        locked = lockDatastore(begun);
      } catch (JournalException unusable) {
        return journalLost(unusable);
      }
      if (locked instanceof StepResult.Stopped stopped) {
        return stopped(stopped);
      }
      record = ((StepResult.Done) locked).record();
    }
    while (progress.done() < plan.steps().size()) {
      StepResult result;
      try {
        result =
            operator.wantsToStop()
                ? interrupted(record)
                : new StepRun(terms, journalist, progress, plan, record).run();
      } catch (EtcdException unreachable) {
        result = StepResult.unusable(record, unreachable.failure());
      } catch (JournalException unusable) {
        return journalLost(unusable);
      }
      if (result instanceof StepResult.Stopped stopped) {
        return stopped(stopped);
      }
      record = ((StepResult.Done) result).record();
    }
    return finish(record);
  }

  /** Sets Calico's lock on the datastore, and waits until what was under way has landed. */
  private StepResult lockDatastore(HeldRecord record) throws JournalException {
    DatastoreLock.Found found;
    try {
      found = datastore.look();
    } catch (EtcdException unreachable) {
      return StepResult.unusable(record, unreachable.failure());
    }
    if (found instanceof DatastoreLock.Found.LockedAlready) {
      operator.tell("datastoreReady is false already: somebody locked it, and it stays so");
      return new StepResult.Done(record);
    } else if (found instanceof DatastoreLock.Found.Unusable unusable) {
      return refused(record, unusable.why());
    }
    journalist.datastoreLocked("in a moment");
    DatastoreLock.Set set = datastore.set((DatastoreLock.Found.Open) found, record, licence.lock());
    if (set instanceof DatastoreLock.Set.Not not) {
      return refused(record, "--lock-datastore: " + not.why());
    } else if (set instanceof DatastoreLock.Set.Refused refused) {
      return StepResult.unusable(record, refused.failure());
    } else if (set instanceof DatastoreLock.Set.Unknown unknown) {
      operator.tell(
          "whether datastoreReady is false now is not known; whoever settles the run puts it back:"
              + " ipam-repair recover "
              + terms.run());
      return new StepResult.Stopped(
          Optional.empty(), progress.unknown(unknown.failure()), List.of());
    } else if (set instanceof DatastoreLock.Set.TakenOver) {
      return new StepResult.Stopped(
          Optional.empty(), progress.takenOver("the run record was changed or is gone"), List.of());
    }
    HeldRecord locked = ((DatastoreLock.Set.Locked) set).record();
    datastoreLocked = true;
    progress.holds(locked);
    operator.tell("datastoreReady is false since revision " + locked.revision());
    try {
      journalist.datastoreLocked("at revision " + locked.revision());
      Optional<String> restless =
          new QuietWait(terms, plan.from(progress.done())).await("what it writes has");
      return restless.map(why -> refused(locked, why)).orElse(new StepResult.Done(locked));
    } catch (EtcdException unreachable) {
      return StepResult.unusable(locked, unreachable.failure());
    }
  }

  private static StepResult refused(HeldRecord record, String why) {
    return new StepResult.Stopped(
        Optional.of(record), new RunOutcome.Moved(List.of(why)), List.of(why));
  }

  /**
   * Takes Calico's lock back, if it is this run's; whatever becomes of that is told. The record
   * afterwards; nothing when it is not ours any more, or etcd stays away: then {@code recover} has
   * to put the flag back, and finds in the record that it must.
   */
  private Optional<HeldRecord> unlockDatastore(HeldRecord record) {
    try {
      DatastoreLock.Back back = datastore.putBack(record);
      if (back.words().isPresent()) {
        operator.tell(back.words().get());
        tryToJournal(back.words().get());
      }
      DatastoreLock.record(back).ifPresent(progress::holds);
      return DatastoreLock.record(back);
    } catch (EtcdException unreachable) {
      operator.tell(
          "datastoreReady is false still, and could not be put back: "
              + unreachable.failure().line()
              + ". When etcd answers again: ipam-repair recover "
              + terms.run());
      return Optional.empty();
    }
  }

  private void tryToJournal(String datastore) {
    try {
      journalist.datastore(datastore);
    } catch (JournalException unusable) {
      operator.tell("the journal could not be completed: " + unusable.getMessage());
    }
  }

  private static StepResult interrupted(HeldRecord record) {
    return new StepResult.Stopped(
        Optional.of(record), new RunOutcome.Declined(), List.of("interrupted by the operator"));
  }

  /** The disk failed in the middle. What is in etcd is known all the same, and said truthfully. */
  private RunOutcome journalLost(JournalException unusable) throws JournalException {
    String reason = "the journal failed: " + unusable.getMessage();
    long revision = progress.latest().revision();
    Optional<HeldRecord> unlocked = unlockDatastore(progress.latest());
    if (progress.done() == 0) {
      unlocked.ifPresent(this::closeRecord);
      throw unusable;
    }
    return progress.done() == plan.steps().size()
        ? new RunOutcome.Differs(terms.run(), revision, List.of(reason))
        : new RunOutcome.Halted(terms.run(), progress.done(), plan.steps().size(), List.of(reason));
  }

  /** Says how the run ended; that it could not be written down must not hide how it ended. */
  void closeJournal(RecordedRun.Status status) {
    try {
      journalist.close(status);
    } catch (JournalException unusable) {
      operator.tell("the journal could not be completed: " + unusable.getMessage());
    }
  }

  /** The record of this process, with so many steps done. */
  private RunRecord record(int steps) {
    return new RunRecord(
            terms.run(),
            digest,
            plan.steps().size(),
            steps,
            RunRecord.State.OPEN,
            operator.name(),
            terms.token(),
            journalist.head())
        .allowedOn(licence.ruling().remark());
  }

  /**
   * Each step in full size, with one compare that cannot hold: limits and permissions show before
   * anything is written. Safe to repeat, at another member too.
   *
   * @param left the steps that are to be done
   */
  private Optional<EtcdFailure> trial(Plan left, IpamState fresh) {
    Optional<EtcdFailure> untried = trialOfDatastoreLock();
    if (untried.isPresent()) {
      return untried;
    }
    for (int number = progress.done() + 1; number <= plan.steps().size(); number++) {
      RunRecord next = record(number);
      Step step = left.steps().get(number - 1 - progress.done());
      CommitOutcome outcome =
          etcd.commitUntilAnswered(
              StepTransaction.bind(step, terms.clock().instant())
                  .trial(fresh, licence, terms.recordKey(), next));
      if (outcome instanceof CommitOutcome.NotApplied refused) {
        return Optional.of(refused.failure());
      } else if (outcome instanceof CommitOutcome.Unknown unanswered) {
        // It cannot have been applied, whatever became of it.
        return Optional.of(unanswered.failure());
      }
    }
    return Optional.empty();
  }

  private Optional<EtcdFailure> trialOfDatastoreLock() {
    try {
      return terms.options().lockDatastore()
              && datastore.look() instanceof DatastoreLock.Found.Open open
          ? datastore.trial(open, terms.recordKey(), record(0))
          : Optional.empty();
    } catch (EtcdException unreachable) {
      return Optional.of(unreachable.failure());
    }
  }

  /**
   * Makes the run known in etcd; writes no data. Safe to repeat: what a lost answer hides, the
   * repetition finds.
   */
  private Begun begin(RunRecord first) {
    return put(List.of(new Compare.Absent(terms.recordKey())), first);
  }

  private Begun put(List<Compare> asItWas, RunRecord first) {
    Transaction begin =
        new Transaction(
            Stream.concat(asItWas.stream(), licence.compares().stream()).toList(),
            List.of(new Operation.Put(terms.recordKey(), first.encode())),
            Stream.concat(Stream.of(new Operation.Get(terms.recordKey())), Licence.reads().stream())
                .toList());
    CommitOutcome outcome = etcd.commitUntilAnswered(begin);
    if (outcome instanceof CommitOutcome.Applied applied) {
      return new Held(new HeldRecord(terms.recordKey(), first, applied.revision()));
    } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
      Optional<KeyValue> ours =
          failed.read().stream().filter(found -> found.value().equals(first.encode())).findFirst();
      return ours.<Begun>map(
              found -> new Held(new HeldRecord(terms.recordKey(), first, found.modRevision())))
          .orElseGet(
              () ->
                  new Refusal(
                      new RunOutcome.Moved(
                          List.of(
                              licence
                                  .lost(failed.read())
                                  .orElse(
                                      "a run "
                                          + terms.run()
                                          + " is known in etcd already; try again")))));
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      return new Refusal(new RunOutcome.EtcdUnusable(unknown.failure()));
    }
    return new Refusal(new RunOutcome.EtcdUnusable(((CommitOutcome.NotApplied) outcome).failure()));
  }

  private RunOutcome nothingWritten(RunOutcome outcome) {
    closeJournal(RecordedRun.Status.NOTHING_WRITTEN);
    return outcome;
  }

  private RunOutcome stopped(StepResult.Stopped stopped) {
    RunOutcome outcome = stopped.outcome();
    boolean unsettled =
        outcome instanceof RunOutcome.Unknown
            || outcome instanceof RunOutcome.TakenOver
            || outcome instanceof RunOutcome.Diverged;
    if (datastoreLocked && stopped.record().isEmpty()) {
      operator.tell(
          "datastoreReady is false still; whoever settles the run puts it back, or says why not:"
              + " ipam-repair recover "
              + terms.run());
    }
    Optional<RunOutcome> lost =
        unsettled
            ? Optional.of(outcome)
            : stopped
                .record()
                .filter(held -> outcome instanceof RunOutcome.Moved)
                .flatMap(this::lost);
    if (lost.isPresent()) {
      closeJournal(RecordedRun.Status.UNKNOWN);
      return lost.get();
    }
    Optional<HeldRecord> record = stopped.record().flatMap(this::unlockDatastore);
    RunOutcome ended = ended(stopped.outcome(), stopped.reasons());
    // After the journal's last entry, so that the record carries its hash.
    record.ifPresent(this::closeRecord);
    return ended;
  }

  /**
   * What became of the run, where its record is not this process's any more. That something moved
   * may mean that etcd was restored from a backup: then the steps before are not in place either.
   */
  private Optional<RunOutcome> lost(HeldRecord held) {
    try {
      return progress.lost(RecordFate.of(held, etcd.get(List.of(terms.recordKey())).value()));
    } catch (EtcdException unreadable) {
      // Then nobody knows better than this process.
      return Optional.empty();
    }
  }

  private RunOutcome ended(RunOutcome outcome, List<String> reasons) {
    closeJournal(
        progress.done() == 0 ? RecordedRun.Status.NOTHING_WRITTEN : RecordedRun.Status.HALTED);
    return progress.done() == 0
        ? outcome
        : new RunOutcome.Halted(terms.run(), progress.done(), plan.steps().size(), reasons);
  }

  private RunOutcome finish(HeldRecord record) {
    List<String> differences = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    // At once: until then no pod starts anywhere.
    Optional<HeldRecord> unlocked = unlockDatastore(record);
    try {
      IpamState after = new ScreenedSource(etcd).read();
      differences.addAll(Apply.broken(plan, after));
    } catch (EtcdException unreadable) {
      differences.add("the check afterwards could not be made: " + unreadable.failure().line());
    }
    closeJournal(differences.isEmpty() ? RecordedRun.Status.APPLIED : RecordedRun.Status.DIFFERS);
    unlocked.flatMap(this::closeRecord).ifPresent(notes::add);
    return differences.isEmpty()
        ? new RunOutcome.Applied(terms.run(), record.revision(), notes)
        : new RunOutcome.Differs(terms.run(), record.revision(), differences);
  }

  /**
   * Closes the record in etcd with the journal's last hash; the data do not depend on it. Returns
   * what went wrong, if anything.
   */
  private Optional<String> closeRecord(HeldRecord record) {
    RunRecord closed = record.next().withState(RunRecord.State.CLOSED, journalist.head());
    CommitOutcome outcome =
        etcd.commit(
            new Transaction(
                record.compares(),
                List.of(new Operation.Put(terms.recordKey(), closed.encode())),
                List.of()));
    return outcome instanceof CommitOutcome.Applied
        ? Optional.empty()
        : Optional.of("the run record could not be closed; that does no harm");
  }

  private sealed interface Begun {}

  private record Held(HeldRecord record) implements Begun {}

  private record Refusal(RunOutcome outcome) implements Begun {}
}
