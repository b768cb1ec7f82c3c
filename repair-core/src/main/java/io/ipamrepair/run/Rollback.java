package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdIdentity;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * {@code rollback RUN}: makes the plan that undoes a run; it is shown, applied and journalled like
 * any plan. A run whose end is not known is fenced first: its record is rewritten, so that no step
 * of it can commit any more, and what the record says decides which steps were applied.
 */
public final class Rollback {
  private static final int TRIES = 5;

  private final Etcd etcd;
  private final Journal journal;
  private final Operator operator;
  private final Clock clock;
  private final EtcdLimits limits;

  public Rollback(Etcd etcd, Journal journal, Operator operator, Clock clock, EtcdLimits limits) {
    this.etcd = etcd;
    this.journal = journal;
    this.operator = operator;
    this.clock = clock;
    this.limits = limits;
  }

  /** The plan, or why there is none. */
  public sealed interface Prepared {
    /** The plan that undoes the run. */
    record Ready(Plan plan) implements Prepared {}

    /** No plan, and nothing of the data was written; the outcome says why. */
    record Impossible(RunOutcome outcome) implements Prepared {}
  }

  /**
   * Prepares the rollback of a run.
   *
   * @param run its ID
   * @param circumstances of the plan to be made; its etcd cluster is the one that is connected
   * @throws JournalException when the run's journal cannot be used
   * @throws RunFormatException when it holds no run
   */
  public Prepared prepare(String run, Circumstances circumstances)
      throws JournalException, RunFormatException {
    try {
      RunHistory history = journal.read(run);
      RecordedRun recorded = new RunReader().read(history);
      EtcdIdentity identity = etcd.identity();
      String here = Long.toHexString(identity.clusterId());
      Optional<String> there = recorded.plan().cluster().etcdClusterId();
      if (!there.equals(Optional.of(here))) {
        return refused(
            "run "
                + run
                + " was made in the etcd cluster "
                + there.orElse("(unknown)")
                + ", this is "
                + here);
      }
      // Before anything is fenced: the run of another cluster is none of ours.
      Optional<String> guid = guid();
      if (!recorded.plan().cluster().guid().equals(guid)) {
        return refused(
            "run "
                + run
                + " was made in the Calico cluster "
                + recorded.plan().cluster().guid().orElse("(without GUID)")
                + ", this is "
                + guid.orElse("one without GUID"));
      }
      RecordedRun settled;
      if (isSettled(recorded)) {
        agreesWithRecord(history, recorded, record(run).map(HeldRecord::record));
        settled = recorded;
      } else {
        settled = settle(run);
      }
      IpamState state =
          new ScreenedSource(etcd)
              .read(keys -> {}, now -> Undo.focus(settled, now, limits, circumstances));
      return new Prepared.Ready(
          new Undo(settled, state).plan(new Planner(state, limits), circumstances));
    } catch (EtcdException unusable) {
      return new Prepared.Impossible(new RunOutcome.EtcdUnusable(unusable.failure()));
    } catch (UndoConflictException conflicts) {
      return new Prepared.Impossible(new RunOutcome.Moved(conflicts.conflicts()));
    } catch (PlanRefusedException refused) {
      return new Prepared.Impossible(new RunOutcome.Moved(refused.reasons()));
    } catch (TakenOverException taken) {
      return new Prepared.Impossible(new RunOutcome.TakenOver(run, 0, taken.getMessage()));
    }
  }

  private Optional<String> guid() throws EtcdException {
    KeyLayout layout = new KeyLayout();
    IpamState.Builder found = new IpamState.Builder(layout);
    etcd.get(List.of(layout.clusterInformationKey())).value().forEach(found::add);
    return found.build(0).guid();
  }

  private static Prepared refused(String reason) {
    return new Prepared.Impossible(new RunOutcome.Refused(List.of(reason)));
  }

  private static boolean isSettled(RecordedRun run) {
    boolean ended =
        run.status() != RecordedRun.Status.OPEN && run.status() != RecordedRun.Status.UNKNOWN;
    return ended && run.steps().stream().noneMatch(step -> step.status() == StepStatus.UNKNOWN);
  }

  /**
   * That the journal knows what the run's record in etcd says: the record carries the hash of the
   * journal's entry when it was written, and how many steps were done. A journal that lost its end,
   * or another's, would undo less than was done.
   *
   * @throws RunFormatException when they disagree
   */
  private static void agreesWithRecord(
      RunHistory history, RecordedRun run, Optional<RunRecord> found) throws RunFormatException {
    if (found.isEmpty()) {
      return;
    }
    RunRecord record = found.get();
    boolean known =
        Stream.concat(history.entries().stream().map(Entry::hash), Stream.of(history.head()))
            .anyMatch(hash -> HexFormat.of().formatHex(hash).equals(record.head()));
    long sent = run.steps().stream().filter(step -> step.status() != StepStatus.NOT_SENT).count();
    if (!known || record.done() > sent) {
      throw new RunFormatException(
          "the journal of run "
              + run.id()
              + " does not go with the run's record in etcd: the record says "
              + record.done()
              + " of "
              + record.steps()
              + " steps done, the journal knows of "
              + sent
              + (known ? "" : ", and the record was written with an entry that it does not have")
              + ". It lost its end, or is another's; use the one that the run was made with, on "
              + record.holder());
    }
  }

  /** Fences a run that did not end, and learns from its record which steps are in etcd. */
  private RecordedRun settle(String id)
      throws JournalException, EtcdException, TakenOverException, RunFormatException {
    // Exclusive: a process that still works on the run holds its journal. Read again, for it may
    // have gone on since it was read.
    try (RunJournal open = journal.open(id)) {
      RecordedRun run = new RunReader().read(open.history());
      agreesWithRecord(open.history(), run, record(id).map(HeldRecord::record));
      if (isSettled(run)) {
        return run;
      }
      RunJournalist journalist = new RunJournalist(open, clock);
      Optional<RunRecord> record = takeOver(id, journalist.head());
      takeLockOf(id);
      List<RecordedStep> steps = new ArrayList<>();
      for (int number = 1; number <= run.steps().size(); number++) {
        RecordedStep step = run.steps().get(number - 1);
        StepStatus status = status(step, number, record);
        if (status != step.status() && record.isPresent()) {
          journalist.outcome(number, status, OptionalLong.empty(), "settled by rollback");
        }
        steps.add(new RecordedStep(status, step.revision(), step.written()));
      }
      RecordedRun.Status status = status(steps);
      // Without a record nobody knows what became of the last step: the journal keeps saying so.
      journalist.close(record.isPresent() ? status : RecordedRun.Status.UNKNOWN);
      operator.tell(
          "run "
              + id
              + " had not ended; no step of it can commit any more: "
              + (record.isPresent() ? status.words() : "its record in etcd is gone"));
      return new RecordedRun(
          id, run.plan(), run.digest(), run.operator(), run.started(), steps, status);
    }
  }

  /** No step of it can commit any more: its lock would only keep others out until it runs out. */
  private void takeLockOf(String run) throws EtcdException {
    Optional<LockHolder> holder = OperatorLock.holder(etcd);
    if (holder.filter(each -> each.run().equals(run)).isPresent()) {
      OperatorLock.takeFrom(etcd, holder.get());
    }
  }

  private static RecordedRun.Status status(List<RecordedStep> steps) {
    if (steps.stream().allMatch(step -> step.status() == StepStatus.APPLIED)) {
      return RecordedRun.Status.ALL_APPLIED;
    }
    return steps.stream().anyMatch(step -> step.status() == StepStatus.APPLIED)
        ? RecordedRun.Status.HALTED
        : RecordedRun.Status.NOTHING_WRITTEN;
  }

  /**
   * What is known of a step now. Where the record is gone (a restore from a backup, a hand), a step
   * that was sent is taken for applied: the rollback compares each key with what was before, after
   * and is now, and finds what is really there.
   */
  private static StepStatus status(RecordedStep step, int number, Optional<RunRecord> record) {
    if (step.status() != StepStatus.UNKNOWN) {
      return step.status();
    }
    return record.isEmpty() || number <= record.get().done()
        ? StepStatus.APPLIED
        : StepStatus.NOT_APPLIED;
  }

  /** The run's record as it is now; nothing when it is gone. */
  private Optional<HeldRecord> record(String run) throws EtcdException, TakenOverException {
    Bytes key = RunKeys.record(run);
    List<KeyValue> found = etcd.get(List.of(key)).value();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    RunRecord record =
        RunRecord.decode(found.get(0).value())
            .orElseThrow(
                () -> new TakenOverException("the run record is not one that this release wrote"));
    return Optional.of(new HeldRecord(key, record, found.get(0).modRevision()));
  }

  private Optional<RunRecord> takeOver(String run, String head)
      throws EtcdException, TakenOverException {
    Bytes key = RunKeys.record(run);
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<HeldRecord> found = record(run);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      HeldRecord held = found.get();
      RunRecord record = held.record();
      RunRecord mine =
          record
              .withState(RunRecord.State.GIVEN_UP, head)
              .heldBy(operator.name(), ToolKeys.SETTLED);
      Transaction take =
          new Transaction(
              held.compares(),
              List.of(new Operation.Put(key, mine.encode())),
              List.of(new Operation.Get(key)));
      CommitOutcome outcome = etcd.commitUntilAnswered(take);
      if (outcome instanceof CommitOutcome.Applied) {
        return Optional.of(record);
      } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
        boolean ours = failed.read().stream().anyMatch(now -> now.value().equals(mine.encode()));
        if (ours) {
          return Optional.of(record);
        }
      } else if (outcome instanceof CommitOutcome.Unknown unknown) {
        throw new EtcdException(unknown.failure());
      } else if (outcome instanceof CommitOutcome.NotApplied refused) {
        throw new EtcdException(refused.failure());
      }
    }
    throw new EtcdException(
        new EtcdFailure(
            EtcdFailure.Kind.OTHER,
            run,
            "its record is rewritten all the time: the run still works"));
  }

  /** The record is somebody else's. */
  private static final class TakenOverException extends Exception {
    private static final long serialVersionUID = 1L;

    TakenOverException(String message) {
      super(message);
    }
  }
}
