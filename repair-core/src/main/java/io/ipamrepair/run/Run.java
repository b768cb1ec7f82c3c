package io.ipamrepair.run;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.carry.Carrying.CarriedWrite;
import io.ipamrepair.carry.ReviewedImpact;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.source.StateDump;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One execution of a plan: journal, trial, begin, steps, check, close. Evidence comes first: what a
 * step will write is on disk before it is sent, and whether it was applied is decided by the run
 * record in etcd, never by reading the data back.
 */
final class Run {
  /**
   * How often a step that lost its compare to somebody else's write is tried again, as Calico's own
   * clients do.
   */
  private static final int TRIES = 20;

  /**
   * After so many losses all is read again; until then only the keys that the step speaks of. A
   * whole read takes longer than a busy block rests.
   */
  private static final int TRIES_ON_ONE_READ = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

  private final Workplace place;
  private final Etcd etcd;
  private final Operator operator;
  private final Clock clock;
  private final QuietTime quiet;
  private final Carrying carrying;
  private final DatastoreLock datastore;
  private final boolean lockDatastore;
  private final Licence licence;
  private final String id;
  private final String token;

  Run(Workplace place, RunOptions options, Licence licence, String id, String token) {
    this.place = place;
    this.etcd = place.etcd();
    this.operator = place.operator();
    this.clock = place.clock();
    this.quiet = options.quiet();
    this.carrying =
        new Carrying(licence.ruling().exactOnly() ? Carrying.Manner.EXACT : options.carrying());
    this.datastore = new DatastoreLock(etcd);
    this.lockDatastore = options.lockDatastore();
    this.licence = licence;
    this.id = id;
    this.token = token;
  }

  /**
   * Executes a plan.
   *
   * @param carried the plan as it is on {@code fresh}
   * @param fresh the state on which it was judged, just now
   */
  RunOutcome execute(PlanFile.Sealed sealed, byte[] planFile, Carried carried, IpamState fresh)
      throws JournalException, EtcdException {
    Journal journal = place.journal();
    try (RunJournalist journalist = new RunJournalist(journal.create(id, clock.instant()), clock)) {
      Execution execution = new Execution(sealed, journalist);
      try {
        journalist.plan(planFile, sealed.plan());
        approvals(journalist);
        dump(journal, journalist);
      } catch (JournalException | EtcdException unusable) {
        execution.closeJournal(RecordedRun.Status.NOTHING_WRITTEN);
        throw unusable;
      }
      operator.tell("journal " + journal.folder() + ", run " + id);
      return execution.run(carried.plan(), fresh);
    }
  }

  /**
   * Goes on with a run that was cut off, at the step behind the last that is in etcd.
   *
   * @param open its journal
   * @param record its record, as its recovery left it
   * @param carried the steps that are left, as they are on {@code fresh}
   * @param fresh the state on which they were judged, just now
   */
  RunOutcome resume(
      RunJournal open, PlanFile.Sealed sealed, HeldRecord record, Carried carried, IpamState fresh)
      throws JournalException {
    return new Execution(sealed, new RunJournalist(open, clock))
        .resume(record, carried.plan(), fresh);
  }

  private void approvals(RunJournalist journalist) throws JournalException {
    if (licence.ruling().record().isPresent()) {
      journalist.approvals(licence.ruling().record().get());
    }
  }

  private void dump(Journal journal, RunJournalist journalist)
      throws JournalException, EtcdException {
    String name = RunDump.name(id);
    try {
      journalist.dump(name, StateDump.write(etcd, journal.folder().resolve(name)));
    } catch (IOException failed) {
      throw JournalException.of(failed, "cannot write " + journal.folder().resolve(name));
    }
  }

  /** The part of a run that has a journal. */
  private final class Execution {
    private final Plan plan;
    private final String digest;
    private final RunJournalist journalist;
    private final Bytes recordKey = RunKeys.record(id);
    private int done;
    private boolean datastoreLocked;

    /**
     * The run's record as this process last wrote it, whatever became of the journal after that.
     */
    private Optional<HeldRecord> latest = Optional.empty();

    Execution(PlanFile.Sealed sealed, RunJournalist journalist) {
      this.plan = sealed.plan();
      this.digest = sealed.digest();
      this.journalist = journalist;
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
      done = before.record().done();
      Optional<EtcdFailure> untried = trial(carried, fresh);
      if (untried.isPresent()) {
        return ended(new RunOutcome.EtcdUnusable(untried.get()), List.of(untried.get().line()));
      }
      approvals(journalist);
      journalist.begin(before.next().resumedBy(operator.name(), token, journalist.head()));
      Begun begun =
          put(
              before.compares(),
              before
                  .next()
                  .resumedBy(operator.name(), token, journalist.head())
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
      latest = Optional.of(begun);
      if (lockDatastore) {
        StepResult locked;
        try {
          locked = lockDatastore(begun);
        } catch (JournalException unusable) {
          return journalLost(unusable);
        }
        if (locked instanceof Stopped stopped) {
          return stopped(stopped);
        }
        record = ((Done) locked).record();
      }
      for (int number = done + 1; number <= plan.steps().size(); number++) {
        StepResult result;
        try {
          result = operator.wantsToStop() ? interrupted(record) : new StepRun(number, record).run();
        } catch (EtcdException unreachable) {
          result = unusable(record, unreachable.failure());
        } catch (JournalException unusable) {
          return journalLost(unusable);
        }
        if (result instanceof Stopped stopped) {
          return stopped(stopped);
        }
        record = ((Done) result).record();
      }
      return finish(record);
    }

    /** Sets Calico's lock on the datastore, and waits until what was under way has landed. */
    private StepResult lockDatastore(HeldRecord record) throws JournalException {
      DatastoreLock.Found found;
      try {
        found = datastore.look();
      } catch (EtcdException unreachable) {
        return unusable(record, unreachable.failure());
      }
      if (found instanceof DatastoreLock.Found.LockedAlready) {
        operator.tell("datastoreReady is false already: somebody locked it, and it stays so");
        return new Done(record);
      } else if (found instanceof DatastoreLock.Found.Unusable unusable) {
        return refused(record, unusable.why());
      }
      journalist.datastoreLocked("in a moment");
      DatastoreLock.Set set =
          datastore.set((DatastoreLock.Found.Open) found, record, licence.lock());
      if (set instanceof DatastoreLock.Set.Not not) {
        return refused(record, "--lock-datastore: " + not.why());
      } else if (set instanceof DatastoreLock.Set.Refused refused) {
        return unusable(record, refused.failure());
      } else if (set instanceof DatastoreLock.Set.Unknown unknown) {
        operator.tell(
            "whether datastoreReady is false now is not known; whoever settles the run puts it back:"
                + " ipam-repair recover "
                + id);
        return new Stopped(
            Optional.empty(),
            new RunOutcome.Unknown(id, done, plan.steps().size(), unknown.failure()),
            List.of());
      } else if (set instanceof DatastoreLock.Set.TakenOver) {
        return new Stopped(
            Optional.empty(),
            new RunOutcome.TakenOver(id, done, "the run record was changed or is gone"),
            List.of());
      }
      HeldRecord locked = ((DatastoreLock.Set.Locked) set).record();
      datastoreLocked = true;
      latest = Optional.of(locked);
      operator.tell("datastoreReady is false since revision " + locked.revision());
      try {
        journalist.datastoreLocked("at revision " + locked.revision());
        Optional<String> restless = new StepRun(done + 1, locked).awaitQuiet("what it writes has");
        return restless.map(why -> refused(locked, why)).orElse(new Done(locked));
      } catch (EtcdException unreachable) {
        return unusable(locked, unreachable.failure());
      }
    }

    /** The run goes no further, because of etcd. */
    private static StepResult unusable(HeldRecord record, EtcdFailure failure) {
      return new Stopped(
          Optional.of(record), new RunOutcome.EtcdUnusable(failure), List.of(failure.line()));
    }

    private static StepResult refused(HeldRecord record, String why) {
      return new Stopped(Optional.of(record), new RunOutcome.Moved(List.of(why)), List.of(why));
    }

    /**
     * Takes Calico's lock back, if it is this run's; whatever becomes of that is told. The record
     * afterwards; nothing when it is not ours any more, or etcd stays away: then {@code recover}
     * has to put the flag back, and finds in the record that it must.
     */
    private Optional<HeldRecord> unlockDatastore(HeldRecord record) {
      try {
        DatastoreLock.Back back = datastore.putBack(record);
        if (back.words().isPresent()) {
          operator.tell(back.words().get());
          tryToJournal(back.words().get());
        }
        latest = DatastoreLock.record(back).or(() -> latest);
        return DatastoreLock.record(back);
      } catch (EtcdException unreachable) {
        operator.tell(
            "datastoreReady is false still, and could not be put back: "
                + unreachable.failure().line()
                + ". When etcd answers again: ipam-repair recover "
                + id);
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
      return new Stopped(
          Optional.of(record), new RunOutcome.Declined(), List.of("interrupted by the operator"));
    }

    /**
     * The disk failed in the middle. What is in etcd is known all the same, and said truthfully.
     */
    private RunOutcome journalLost(JournalException unusable) throws JournalException {
      String reason = "the journal failed: " + unusable.getMessage();
      long revision = latest.orElseThrow().revision();
      Optional<HeldRecord> unlocked = unlockDatastore(latest.get());
      if (done == 0) {
        unlocked.ifPresent(this::closeRecord);
        throw unusable;
      }
      return done == plan.steps().size()
          ? new RunOutcome.Differs(id, revision, List.of(reason))
          : new RunOutcome.Halted(id, done, plan.steps().size(), List.of(reason));
    }

    /** Says how the run ended; that it could not be written down must not hide how it ended. */
    private void closeJournal(RecordedRun.Status status) {
      try {
        journalist.close(status);
      } catch (JournalException unusable) {
        operator.tell("the journal could not be completed: " + unusable.getMessage());
      }
    }

    /** The record of this process, with so many steps done. */
    private RunRecord record(int steps) {
      return new RunRecord(
              id,
              digest,
              plan.steps().size(),
              steps,
              RunRecord.State.OPEN,
              operator.name(),
              token,
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
      for (int number = done + 1; number <= plan.steps().size(); number++) {
        RunRecord next = record(number);
        Step step = left.steps().get(number - 1 - done);
        CommitOutcome outcome =
            etcd.commitUntilAnswered(
                StepTransaction.bind(step, clock.instant()).trial(fresh, licence, recordKey, next));
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
        return lockDatastore && datastore.look() instanceof DatastoreLock.Found.Open open
            ? datastore.trial(open, recordKey, record(0))
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
      return put(List.of(new Compare.Absent(recordKey)), first);
    }

    private Begun put(List<Compare> asItWas, RunRecord first) {
      Transaction begin =
          new Transaction(
              Stream.concat(asItWas.stream(), licence.compares().stream()).toList(),
              List.of(new Operation.Put(recordKey, first.encode())),
              Stream.concat(Stream.of(new Operation.Get(recordKey)), Licence.reads().stream())
                  .toList());
      CommitOutcome outcome = etcd.commitUntilAnswered(begin);
      if (outcome instanceof CommitOutcome.Applied applied) {
        return new Held(new HeldRecord(recordKey, first, applied.revision()));
      } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
        Optional<KeyValue> ours =
            failed.read().stream()
                .filter(found -> found.value().equals(first.encode()))
                .findFirst();
        return ours.<Begun>map(
                found -> new Held(new HeldRecord(recordKey, first, found.modRevision())))
            .orElseGet(
                () ->
                    new Refusal(
                        new RunOutcome.Moved(
                            List.of(
                                licence
                                    .lost(failed.read())
                                    .orElse(
                                        "a run " + id + " is known in etcd already; try again")))));
      } else if (outcome instanceof CommitOutcome.Unknown unknown) {
        return new Refusal(new RunOutcome.EtcdUnusable(unknown.failure()));
      }
      return new Refusal(
          new RunOutcome.EtcdUnusable(((CommitOutcome.NotApplied) outcome).failure()));
    }

    private RunOutcome nothingWritten(RunOutcome outcome) {
      closeJournal(RecordedRun.Status.NOTHING_WRITTEN);
      return outcome;
    }

    private RunOutcome stopped(Stopped stopped) {
      RunOutcome outcome = stopped.outcome();
      boolean unsettled =
          outcome instanceof RunOutcome.Unknown
              || outcome instanceof RunOutcome.TakenOver
              || outcome instanceof RunOutcome.Diverged;
      if (datastoreLocked && stopped.record().isEmpty()) {
        operator.tell(
            "datastoreReady is false still; whoever settles the run puts it back, or says why not:"
                + " ipam-repair recover "
                + id);
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
        return lost(RecordFate.of(held, etcd.get(List.of(recordKey)).value()));
      } catch (EtcdException unreadable) {
        // Then nobody knows better than this process.
        return Optional.empty();
      }
    }

    private Optional<RunOutcome> lost(RecordFate fate) {
      if (fate instanceof RecordFate.TakenOver taken) {
        return Optional.of(new RunOutcome.TakenOver(id, done, taken.found()));
      }
      return fate instanceof RecordFate.Diverged diverged
          ? Optional.of(new RunOutcome.Diverged(id, done, diverged.why()))
          : Optional.empty();
    }

    private RunOutcome ended(RunOutcome outcome, List<String> reasons) {
      closeJournal(done == 0 ? RecordedRun.Status.NOTHING_WRITTEN : RecordedRun.Status.HALTED);
      return done == 0 ? outcome : new RunOutcome.Halted(id, done, plan.steps().size(), reasons);
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
          ? new RunOutcome.Applied(id, record.revision(), notes)
          : new RunOutcome.Differs(id, record.revision(), differences);
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
                  List.of(new Operation.Put(recordKey, closed.encode())),
                  List.of()));
      return outcome instanceof CommitOutcome.Applied
          ? Optional.empty()
          : Optional.of("the run record could not be closed; that does no harm");
    }

    /** One step: fresh read, intent on disk, commit, settle, outcome on disk. */
    private final class StepRun {
      private final int number;
      private final HeldRecord record;

      /** This step and those after it, as planned. */
      private final Plan left;

      StepRun(int number, HeldRecord record) {
        this.number = number;
        this.left = plan.from(number - 1);
        this.record = record;
      }

      StepResult run() throws JournalException, EtcdException {
        if (left.steps().get(0).quietFirst()) {
          Optional<String> restless = awaitQuiet("the pool's blocks have");
          if (restless.isPresent()) {
            return stop(new RunOutcome.Moved(List.of(restless.get())), List.of(restless.get()));
          }
        }
        Optional<IpamState> whole = Optional.empty();
        for (int attempt = 0; attempt < TRIES; attempt++) {
          if (attempt % TRIES_ON_ONE_READ == 0 || whole.isEmpty()) {
            whole = Optional.of(new ScreenedSource(etcd).read(keys -> {}, this::focus));
          }
          IpamState fresh = refreshed(whole.get());
          Carried carried = carrying.onto(left, number - 1, fresh);
          if (!focus(whole.get()).covers(focus(fresh))) {
            // Somebody came whose workload was not read: it is not known whom the step hits.
            whole = Optional.empty();
            continue;
          }
          List<String> moved = moved(carried, fresh);
          if (!moved.isEmpty()) {
            return stop(new RunOutcome.Moved(moved), moved);
          }
          Optional<StepResult> result = attempt(carried, fresh);
          if (result.isPresent()) {
            return result.get();
          }
          operator.tell(
              "step "
                  + number
                  + " of "
                  + plan.steps().size()
                  + "  somebody wrote first; nothing it rests on changed, trying again");
          pause(attempt);
        }
        String busy = "step " + number + " lost to other writers " + TRIES + " times";
        return stop(new RunOutcome.Moved(List.of(busy)), List.of(busy));
      }

      /** What must be known of a state to judge what is left on it. */
      private Focus focus(IpamState state) {
        return licence.ruling().reviewed()
            ? ReviewedImpact.focus(carrying, left, number - 1, state)
            : PlanFocus.of(left.steps());
      }

      /** What stands against this step now; those after it have their own turn. */
      private List<String> moved(Carried carried, IpamState fresh) {
        Carried first =
            new Carried(
                carried.plan().withSteps(carried.plan().steps().subList(0, 1)),
                ofThisStep(carried),
                carried.conflicts().stream()
                    .filter(conflict -> writtenKeys().contains(conflict.key()))
                    .toList());
        List<String> moved = Walk.moved(first, fresh);
        if (moved.isEmpty() && !first.carried().isEmpty()) {
          // Rules were judged on the way here; they are again where the bytes are others now.
          moved = Apply.harm(carried.plan(), fresh);
        }
        return moved.isEmpty() && licence.ruling().reviewed()
            ? ReviewedImpact.exceeded(carried, fresh)
            : moved;
      }

      private List<CarriedWrite> ofThisStep(Carried carried) {
        return carried.carried().stream().filter(write -> write.step() == number).toList();
      }

      private List<Bytes> writtenKeys() {
        return left.steps().get(0).writes().stream().map(PlannedWrite::key).toList();
      }

      /**
       * The state with the keys that this step speaks of as they are this very moment. What rests
       * on others is judged on the older read, and held by its compares from then on.
       */
      private IpamState refreshed(IpamState whole) throws EtcdException {
        Set<Bytes> keys = new TreeSet<>(writtenKeys());
        left.steps()
            .get(0)
            .requires()
            .forEach(requirement -> keys.addAll(requirement.keys(whole.layout())));
        List<Bytes> asked = List.copyOf(keys);
        return whole.refreshed(asked, etcd.get(asked).value());
      }

      /** Longer each time, and by chance, so that two who wait do not meet again. */
      private void pause(int attempt) {
        long longest =
            Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(attempt, 10));
        LockSupport.parkNanos(longest / 2 + place.random().nextLong(longest / 2));
      }

      private StepResult stop(RunOutcome outcome, List<String> reasons) {
        return new Stopped(Optional.of(record), outcome, reasons);
      }

      /** The result, or nothing when a compare was lost and the step may be tried again. */
      private Optional<StepResult> attempt(Carried carried, IpamState fresh)
          throws JournalException {
        StepTransaction transaction =
            StepTransaction.bind(carried.plan().steps().get(0), clock.instant());
        journalist.intent(number, fresh.revision(), transaction.bound(), ofThisStep(carried));
        RunRecord next = record.next().withDone(number, journalist.head());
        CommitOutcome outcome = etcd.commit(transaction.commit(fresh, licence, record, next));
        if (outcome instanceof CommitOutcome.Applied applied) {
          return Optional.of(applied(next, applied.revision(), ""));
        } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
          return conditionFailed(failed);
        } else if (outcome instanceof CommitOutcome.NotApplied refused) {
          return Optional.of(refused(refused.failure()));
        }
        EtcdFailure failure = ((CommitOutcome.Unknown) outcome).failure();
        operator.tell(
            "step "
                + number
                + " of "
                + plan.steps().size()
                + "  sent, "
                + failure.kind().sentence()
                + ": outcome unknown, settling…");
        return Optional.of(settle(next, failure));
      }

      private Done applied(RunRecord next, long revision, String remark) throws JournalException {
        done = number;
        HeldRecord written = new HeldRecord(recordKey, next, revision);
        latest = Optional.of(written);
        journalist.outcome(number, StepStatus.APPLIED, OptionalLong.of(revision), remark);
        operator.tell(
            "step "
                + number
                + " of "
                + plan.steps().size()
                + "  applied at revision "
                + revision
                + remark);
        return new Done(written);
      }

      private Optional<StepResult> conditionFailed(CommitOutcome.ConditionFailed failed)
          throws JournalException {
        journalist.outcome(
            number, StepStatus.NOT_APPLIED, OptionalLong.empty(), "a compare was lost");
        Optional<RunOutcome> lost = lost(RecordFate.of(record, failed.read()));
        if (lost.isPresent()) {
          return Optional.of(new Stopped(Optional.empty(), lost.get(), List.of()));
        }
        return licence
            .lost(failed.read())
            .map(gone -> stop(new RunOutcome.Moved(List.of(gone)), List.of(gone)));
      }

      private StepResult refused(EtcdFailure failure) throws JournalException {
        journalist.outcome(number, StepStatus.NOT_APPLIED, OptionalLong.empty(), failure.line());
        return stop(new RunOutcome.EtcdUnusable(failure), List.of(failure.line()));
      }

      private StepResult settle(RunRecord next, EtcdFailure failure) throws JournalException {
        Fence.Settled settled = new Fence(etcd, licence.lock()).settle(record, next);
        if (settled instanceof Fence.Settled.Applied applied) {
          return applied(next, applied.revision(), " (the answer was lost, the write was not)");
        } else if (settled instanceof Fence.Settled.NotApplied not) {
          latest = Optional.of(not.record());
          journalist.outcome(
              number, StepStatus.NOT_APPLIED, OptionalLong.empty(), "given up: " + failure.line());
          operator.tell(
              "step "
                  + number
                  + " of "
                  + plan.steps().size()
                  + "  not applied, and cannot be any more");
          return unusable(not.record(), failure);
        } else if (settled instanceof Fence.Settled.TakenOver taken) {
          return new Stopped(
              Optional.empty(), new RunOutcome.TakenOver(id, done, taken.found()), List.of());
        } else if (settled instanceof Fence.Settled.Diverged diverged) {
          return new Stopped(
              Optional.empty(), new RunOutcome.Diverged(id, done, diverged.why()), List.of());
        }
        EtcdFailure last = ((Fence.Settled.Open) settled).failure();
        return new Stopped(
            Optional.empty(),
            new RunOutcome.Unknown(id, done, plan.steps().size(), last),
            List.of());
      }

      /**
       * Waits until the blocks that the rest of the plan speaks of have rested; what is missing, if
       * they do not.
       *
       * @param what is waited for, in words that "been quiet" follows
       */
      private Optional<String> awaitQuiet(String what) throws EtcdException {
        operator.tell(
            "waiting until "
                + what
                + " been quiet for "
                + quiet.quiet().toMillis() / 1000.0
                + " s");
        long giveUp = System.nanoTime() + quiet.patience().toNanos();
        Map<Bytes, Long> last = revisions();
        long since = System.nanoTime();
        while (System.nanoTime() - since < quiet.quiet().toNanos()) {
          if (System.nanoTime() > giveUp) {
            return Optional.of(
                "what the plan writes was not quiet for "
                    + quiet.quiet().toSeconds()
                    + " s within "
                    + quiet.patience().toSeconds()
                    + " s");
          }
          if (operator.wantsToStop()) {
            return Optional.of("interrupted by the operator");
          }
          LockSupport.parkNanos(quiet.quiet().toNanos() / 5);
          Map<Bytes, Long> now = revisions();
          if (!now.equals(last)) {
            last = now;
            since = System.nanoTime();
          }
        }
        return Optional.empty();
      }

      /**
       * The blocks and affinities inside the pools that the plan deletes, and whatever else it will
       * write, with their revisions. An affinity is the first thing that a claim writes.
       */
      private Map<Bytes, Long> revisions() throws EtcdException {
        KeyLayout layout = new KeyLayout();
        List<Cidr> networks = writtenPools(layout);
        List<KeyRange> claims = new ArrayList<>(layout.smallRanges());
        claims.add(layout.blocks());
        claims.sort(Comparator.comparing(KeyRange::from));
        Map<Bytes, Long> revisions =
            etcd.read(
                    claims,
                    HashMap<Bytes, Long>::new,
                    (found, read) -> {
                      if (isInside(networks, layout.classify(read.key()))) {
                        found.put(read.key(), read.modRevision());
                      }
                    })
                .value();
        etcd.get(laterWrites())
            .value()
            .forEach(read -> revisions.put(read.key(), read.modRevision()));
        return revisions;
      }

      private static boolean isInside(List<Cidr> networks, CalicoKey at) {
        Optional<Cidr> cidr = Optional.empty();
        if (at instanceof CalicoKey.BlockKey block) {
          cidr = Optional.of(block.cidr());
        } else if (at instanceof CalicoKey.AffinityKey affinity) {
          cidr = Optional.of(affinity.cidr());
        }
        return cidr.filter(each -> networks.stream().anyMatch(pool -> pool.overlaps(each)))
            .isPresent();
      }

      /** The networks of the pools that this step and the ones after it write. */
      private List<Cidr> writtenPools(KeyLayout layout) {
        IpamState.Builder pools = new IpamState.Builder(layout);
        plan.steps().subList(number - 1, plan.steps().size()).stream()
            .flatMap(later -> later.writes().stream())
            .filter(write -> layout.classify(write.key()) instanceof CalicoKey.PoolKey)
            .forEach(
                write ->
                    write
                        .before()
                        .ifPresent(bytes -> pools.add(new KeyValue(write.key(), bytes, 0, 0, 0))));
        return pools.build(0).knownPools().known().stream().map(Pools.NamedPool::network).toList();
      }

      /** The keys that this step and the ones after it write. */
      private List<Bytes> laterWrites() {
        return plan.steps().subList(number - 1, plan.steps().size()).stream()
            .flatMap(later -> later.writes().stream())
            .map(PlannedWrite::key)
            .toList();
      }
    }
  }

  private sealed interface Begun {}

  private record Held(HeldRecord record) implements Begun {}

  private record Refusal(RunOutcome outcome) implements Begun {}

  private sealed interface StepResult {}

  private record Done(HeldRecord record) implements StepResult {}

  /**
   * The run goes no further; the record is closed with {@code outcome} as it stands when nothing
   * was applied.
   */
  private record Stopped(Optional<HeldRecord> record, RunOutcome outcome, List<String> reasons)
      implements StepResult {}
}
