package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code rollback RUN}: makes the plan that undoes a run; it is shown, applied and journalled like
 * any plan. A run whose end is not known is fenced first: its record is rewritten, so that no step
 * of it can commit any more, and what the record says decides which steps were applied.
 */
public final class Rollback {
  private final Workplace place;
  private final EtcdLimits limits;
  private final Undo.Choice choice;

  /**
   * A rollback to be.
   *
   * @param choice what of it the operator wants
   */
  public Rollback(Workplace place, EtcdLimits limits, Undo.Choice choice) {
    this.place = place;
    this.limits = limits;
    this.choice = choice;
  }

  /** The plan, or why there is none. */
  public sealed interface Prepared {
    /**
     * The plan that undoes the run.
     *
     * @param covering the run's own plan with its approvals; nothing where conflicts are left out:
     *     approvals cover the whole way back, not a part of it
     */
    record Ready(Plan plan, Optional<Backing.Covering> covering) implements Prepared {}

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
      RunHistory history = place.journal().read(run);
      RecordedRun recorded = new RunReader().read(history);
      // For a run that must be taken over.
      String token = RunId.token(place.random());
      Recovery recovery =
          new Recovery(
              place.etcd(), place.journal(), place.operator().name(), token, place.clock());
      boolean ended = isSettled(recorded);
      Recovery.Recovered recovered =
          ended ? recovery.look(history, recorded) : recovery.recover(run);
      if (recovered instanceof Recovery.Recovered.Not not) {
        return new Prepared.Impossible(not.outcome());
      }
      if (recovered instanceof Recovery.Recovered.Settled found) {
        found.notes().forEach(place.operator()::tell);
      }
      RecordedRun settled = settled(recovered);
      if (!ended) {
        place
            .operator()
            .tell(
                "run "
                    + run
                    + " had not ended; no step of it can commit any more: "
                    + (recovered instanceof Recovery.Recovered.Diverged diverged
                        ? diverged.why()
                        : settled.status().words()));
      }
      return ready(settled, RunApprovals.of(history), circumstances);
    } catch (EtcdException unusable) {
      return new Prepared.Impossible(new RunOutcome.EtcdUnusable(unusable.failure()));
    } catch (UndoConflictException conflicts) {
      return new Prepared.Impossible(new RunOutcome.Moved(conflicts.conflicts()));
    } catch (PlanRefusedException refused) {
      return new Prepared.Impossible(new RunOutcome.Moved(refused.reasons()));
    }
  }

  private Prepared ready(RecordedRun settled, RunApprovals approvals, Circumstances circumstances)
      throws EtcdException, JournalException, UndoConflictException, PlanRefusedException {
    List<RecordedRun> others = others(settled.id());
    IpamState state =
        new ScreenedSource(place.etcd())
            .read(keys -> {}, now -> new Undo(settled, now, others, choice).focus());
    Plan plan =
        new Undo(settled, state, others, choice).plan(new Planner(state, limits), circumstances);
    return new Prepared.Ready(
        plan,
        choice.withoutConflicts()
            ? Optional.empty()
            : Optional.of(approvals.covering(settled.id(), settled.plan())));
  }

  /** The other runs of the journal, to name the one that a conflict comes from. */
  private List<RecordedRun> others(String run) throws JournalException {
    List<RecordedRun> others = new ArrayList<>();
    for (Journal.Listed listed : place.journal().list()) {
      if (listed instanceof Journal.Listed.Readable readable
          && !readable.history().runId().equals(run)) {
        try {
          others.add(new RunReader().read(readable.history()));
        } catch (RunFormatException unreadable) {
          // It only cannot be named; what it changed is a conflict all the same.
          place
              .operator()
              .tell("run " + readable.history().runId() + " cannot be read, and is not looked at");
        }
      }
    }
    return others;
  }

  /**
   * Where the record is gone or older than the journal (a restore from a backup, a hand), a step
   * that was sent is taken for applied: each key is compared with what was before, after and is
   * now, and so what is really there is found.
   */
  private static RecordedRun settled(Recovery.Recovered recovered) {
    if (recovered instanceof Recovery.Recovered.Settled settled) {
      return settled.run();
    }
    RecordedRun run = ((Recovery.Recovered.Diverged) recovered).run();
    return run.settled(
        run.steps().stream()
            .map(step -> step.status() == StepStatus.UNKNOWN ? step.with(StepStatus.APPLIED) : step)
            .toList(),
        RecordedRun.Status.UNKNOWN);
  }

  private static boolean isSettled(RecordedRun run) {
    boolean ended =
        run.status() != RecordedRun.Status.OPEN && run.status() != RecordedRun.Status.UNKNOWN;
    return ended && run.steps().stream().noneMatch(step -> step.status() == StepStatus.UNKNOWN);
  }
}
