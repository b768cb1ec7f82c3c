package io.ipamrepair.undo;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
   * What must be known whole of {@code state} to undo a run: what the run wrote, and, once that is
   * known, whom its undoing hits. To be asked until it asks for no more.
   */
  public static Focus focus(
      RecordedRun run, IpamState state, EtcdLimits limits, Circumstances circumstances) {
    Focus written =
        PlanFocus.of(run.plan().steps())
            .and(PlanFocus.ofWritten(run.steps().stream().map(RecordedStep::written).toList()));
    try {
      Plan undo = new Undo(run, state).plan(new Planner(state, limits), circumstances);
      return written.and(PlanFocus.of(undo.steps(), state));
    } catch (UndoConflictException | PlanRefusedException notYet) {
      // Either what the run wrote is not whole yet, and this is asked again, or there is no way.
      return written;
    }
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
    List<Requirement> requires = new ArrayList<>();
    Step done = run.plan().steps().get(number - 1);
    for (int i = done.writes().size() - 1; i >= 0; i--) {
      PlannedWrite write = done.writes().get(i);
      Optional<Bytes> wrote = recorded.written().getOrDefault(write.key(), write.after());
      Optional<Stored<?>> stored = now.at(write.key());
      Optional<Bytes> found = stored.flatMap(Stored::bytes);
      long createRevision = stored.map(Stored::createRevision).orElse(0L);
      if (found.equals(wrote)) {
        writes.add(back(write, found, createRevision));
      } else if (found.equals(write.before())) {
        undone.add(name(write) + ": has its old content already");
        // What was put back with it rests on that.
        requires.add(write.asBefore());
      } else if (isTouch(write) && found.isPresent()) {
        touchAgain(done, write, found, createRevision).ifPresent(writes::add);
      } else {
        conflict(write, wrote, found);
      }
    }
    if (writes.isEmpty()) {
      return Optional.empty();
    }
    Set<Bytes> written = new HashSet<>();
    writes.forEach(write -> written.add(write.key()));
    stillAbsent(done, written, now).forEach(requires::add);
    return Optional.of(
        new Step(List.of("Undo step " + number + " of run " + run.id()), false, requires, writes));
  }

  private static boolean isTouch(PlannedWrite write) {
    return write.edits().equals(List.of(new Edit.TouchBlock()));
  }

  /**
   * A block that the run wrote only so that no write in flight could land on the old one, and that
   * others have written since: there is nothing in it to take back. Where this step lowers or
   * deletes a handle's count again, it is touched once more for the same reason.
   */
  private Optional<PlannedWrite> touchAgain(
      Step done, PlannedWrite write, Optional<Bytes> found, long createRevision) {
    boolean handles =
        done.writes().stream()
            .anyMatch(each -> state.layout().classify(each.key()) instanceof CalicoKey.HandleKey);
    if (!handles) {
      undone.add(name(write) + ": was only touched; what others wrote since stays");
      return Optional.empty();
    }
    try {
      List<Edit> touch = List.of(new Edit.TouchBlock());
      return Optional.of(
          new PlannedWrite(
              write.key(),
              "undoes run " + run.id() + ": a handle that names it changes again",
              touch,
              found,
              AfterImage.of(found, touch, run.started()),
              List.of(),
              createRevision));
    } catch (EditException unfit) {
      conflicts.add(name(write) + ": " + unfit.getMessage());
      return Optional.empty();
    }
  }

  /**
   * What the run found absent and did not write must be absent still: an affinity that is put back
   * beside a block which another node has claimed since would announce it twice.
   */
  private List<Requirement> stillAbsent(Step done, Set<Bytes> written, IpamState now) {
    List<Requirement> absent = new ArrayList<>();
    for (Requirement requirement : done.requires()) {
      if (requirement instanceof Requirement.KeyAbsent key && !written.contains(key.key())) {
        key.moved(now).ifPresent(conflicts::add);
        absent.add(key);
      }
    }
    return absent;
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
