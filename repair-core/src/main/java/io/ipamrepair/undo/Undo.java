package io.ipamrepair.undo;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plans the rollback of a run: its applied steps in reverse, each key back to the bytes it had. A
 * key that somebody changed since is a conflict, listed with what it was, became and is, and never
 * overwritten. A block gets its old sequence number back, because its bytes show that nobody has
 * written it since the run did, and no repair gives an ordinal a new allocation (design, section
 * 5).
 */
public final class Undo {
  private final RecordedRun run;
  private final IpamState state;
  private final List<String> conflicts = new ArrayList<>();
  private final List<String> undone = new ArrayList<>();

  public Undo(RecordedRun run, IpamState state) {
    this.run = run;
    this.state = state;
  }

  /**
   * The plan that undoes the run.
   *
   * @throws UndoConflictException when a key was changed since, or nothing is left to undo
   * @throws PlanRefusedException when it would break a rule that the run did not mend
   */
  public Plan plan(Planner planner, Circumstances circumstances)
      throws UndoConflictException, PlanRefusedException {
    List<Step> steps = new ArrayList<>();
    IpamState now = state;
    for (int number = run.steps().size(); number >= 1; number--) {
      RecordedStep recorded = run.steps().get(number - 1);
      if (recorded.status() == StepStatus.APPLIED) {
        Optional<Step> step = step(number, recorded, now);
        if (step.isPresent()) {
          steps.add(step.get());
          now = Simulation.after(now, step.get());
        }
      }
    }
    if (!conflicts.isEmpty()) {
      throw new UndoConflictException(conflicts);
    }
    if (steps.isEmpty()) {
      List<String> reasons = new ArrayList<>();
      reasons.add("Run " + run.id() + " has nothing to undo: none of its writes is in place.");
      reasons.addAll(undone);
      throw new UndoConflictException(reasons);
    }
    return planner.rollback(run.id(), run.plan(), steps, undone, circumstances);
  }

  private Optional<Step> step(int number, RecordedStep recorded, IpamState now) {
    List<PlannedWrite> writes = new ArrayList<>();
    List<PlannedWrite> original = run.plan().steps().get(number - 1).writes();
    for (int i = original.size() - 1; i >= 0; i--) {
      PlannedWrite write = original.get(i);
      Optional<Bytes> wrote = recorded.written().getOrDefault(write.key(), write.after());
      Optional<Stored<?>> stored = now.at(write.key());
      Optional<Bytes> found = stored.flatMap(Stored::bytes);
      if (found.equals(wrote)) {
        writes.add(back(write, found, stored.map(Stored::createRevision).orElse(0L)));
      } else if (found.equals(write.before())) {
        undone.add(name(write) + ": has its old content already");
      } else {
        conflict(write, wrote, found);
      }
    }
    if (writes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Step(List.of("Undo step " + number + " of run " + run.id()), false, List.of(), writes));
  }

  private PlannedWrite back(PlannedWrite write, Optional<Bytes> found, long createRevision) {
    Edit edit =
        write.before().isPresent()
            ? new Edit.RestoreBytes(run.id())
            : new Edit.RestoreAbsence(run.id());
    return new PlannedWrite(
        write.key(),
        "undoes run " + run.id(),
        List.of(edit),
        found,
        write.before(),
        List.of(),
        createRevision);
  }

  private void conflict(PlannedWrite write, Optional<Bytes> wrote, Optional<Bytes> found) {
    ValueDiff diff = new ValueDiff();
    conflicts.add(name(write) + " was changed since run " + run.id() + ":");
    diff.between(write.key(), write.before(), wrote)
        .forEach(line -> conflicts.add("  the run:   " + line));
    diff.between(write.key(), wrote, found).forEach(line -> conflicts.add("  since then: " + line));
  }

  private String name(PlannedWrite write) {
    return state.layout().classify(write.key()).object().text();
  }
}
