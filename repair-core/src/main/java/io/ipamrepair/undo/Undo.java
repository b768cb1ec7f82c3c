package io.ipamrepair.undo;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.carry.ThreeWay;
import io.ipamrepair.carry.ThreeWay.Part;
import io.ipamrepair.carry.ThreeWay.Standing;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.kv.Bytes;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Plans the rollback of a run: its applied steps in reverse. A key that nobody wrote since gets
 * back the bytes it had, a block its old sequence number too: its bytes show that nobody has
 * written it since the run did, and no repair gives an ordinal a new allocation (design, section
 * 5). Of a key that others have written since, the run's own part is taken back, ordinal by ordinal
 * and member by member ({@link ThreeWay}), and what they wrote stays.
 *
 * <p>What belongs together is taken back whole or not at all: an ordinal with its handle's count; a
 * block's owner with its affinity keys; a block that was deleted with all that went with it. A part
 * that somebody changed since is a conflict of its whole unit, listed with what it was, became and
 * is, and never overwritten.
 */
public final class Undo {
  private final RecordedRun run;
  private final IpamState state;
  private final List<RecordedRun> others;
  private final Choice choice;
  private final List<String> conflicts = new ArrayList<>();
  private final List<String> undone = new ArrayList<>();

  /**
   * What the operator wants undone.
   *
   * @param manner which keys that others wrote since are undone in parts
   * @param withoutConflicts whether units in conflict are left as they are, and the others undone
   */
  public record Choice(Carrying.Manner manner, boolean withoutConflicts) {
    /** Everything, or nothing where there is a conflict. */
    public static final Choice ALL_OR_NOTHING = new Choice(Carrying.Manner.KNOWN, false);
  }

  /** The rollback of {@code run}, on {@code state}, all of it or nothing. */
  public Undo(RecordedRun run, IpamState state) {
    this(run, state, List.of(), Choice.ALL_OR_NOTHING);
  }

  /**
   * A rollback.
   *
   * @param others other runs that the journal knows, to name the one that a conflict comes from
   */
  public Undo(RecordedRun run, IpamState state, Collection<RecordedRun> others, Choice choice) {
    this.run = run;
    this.state = state;
    this.others = List.copyOf(others);
    this.choice = choice;
  }

  /**
   * What must be known whole of {@code state} to undo a run: what the run wrote, and, once that is
   * known, whom its undoing hits. To be asked until it asks for no more.
   */
  public Focus focus() {
    Focus written =
        PlanFocus.of(run.plan().steps())
            .and(PlanFocus.ofWritten(run.steps().stream().map(RecordedStep::written).toList()));
    List<Step> steps = steps();
    // Where there are none, either what the run wrote is not whole yet, and this is asked again, or
    // there is no way.
    return steps.isEmpty() ? written : written.and(Planner.focus(steps, state));
  }

  /**
   * The plan that undoes the run.
   *
   * @throws UndoConflictException when something was changed since, or nothing is left to undo
   * @throws PlanRefusedException when it would break a rule that the run did not mend
   */
  public Plan plan(Planner planner, Circumstances circumstances)
      throws UndoConflictException, PlanRefusedException {
    List<Step> steps = steps();
    if (!conflicts.isEmpty() && !choice.withoutConflicts()) {
      List<String> reasons = new ArrayList<>(conflicts);
      if (!steps.isEmpty()) {
        reasons.add(
            "The rest can be undone: ipam-repair rollback " + run.id() + " --without-conflicts");
      }
      throw new UndoConflictException(reasons);
    }
    if (steps.isEmpty()) {
      List<String> reasons = new ArrayList<>();
      reasons.add(
          "Run "
              + run.id()
              + " has nothing to undo: "
              + (conflicts.isEmpty()
                  ? "none of its writes is in place."
                  : "all that is in place was changed since."));
      reasons.addAll(undone);
      reasons.addAll(conflicts);
      throw new UndoConflictException(reasons);
    }
    List<String> left = new ArrayList<>(undone);
    conflicts.forEach(line -> left.add(line.startsWith(" ") ? line : "not undone: " + line));
    return planner.rollback(run.id(), run.plan(), steps, left, circumstances);
  }

  /** What is taken back, and what stands against it. */
  private List<Step> steps() {
    conflicts.clear();
    undone.clear();
    List<Step> steps = new ArrayList<>();
    IpamState now = state;
    for (int number = run.steps().size(); number >= 1; number--) {
      RecordedStep recorded = run.steps().get(number - 1);
      if (recorded.status() == StepStatus.APPLIED) {
        Optional<Step> step = new StepUndo(number, recorded, now).step();
        if (step.isPresent()) {
          steps.add(step.get());
          now = Simulation.after(now, step.get());
        }
      }
    }
    return steps;
  }

  private String name(PlannedWrite write) {
    return at(write).object().text();
  }

  private CalicoKey at(PlannedWrite write) {
    return state.layout().classify(write.key());
  }

  private static boolean isTouch(PlannedWrite write) {
    return write.edits().equals(List.of(new Edit.TouchBlock()));
  }

  /** One step of the run, taken back on the state that the undoing of later steps leaves. */
  private final class StepUndo {
    private final int number;
    private final RecordedStep recorded;
    private final IpamState now;
    private final Step done;
    private final Map<PlannedWrite, Undoing> undoings = new LinkedHashMap<>();
    private final List<Requirement> requires = new ArrayList<>();

    /** Conflicts of writes that nobody changed, and that go with one that somebody did. */
    private final List<String> companions = new ArrayList<>();

    StepUndo(int number, RecordedStep recorded, IpamState now) {
      this.number = number;
      this.recorded = recorded;
      this.now = now;
      this.done = run.plan().steps().get(number - 1);
    }

    Optional<Step> step() {
      for (int i = done.writes().size() - 1; i >= 0; i--) {
        PlannedWrite write = done.writes().get(i);
        undoings.put(write, undoing(write));
      }
      // What a handle gets back follows from the ordinals, so they come first.
      undoings.replaceAll(this::counted);
      Set<String> inConflict = new TreeSet<>();
      undoings.keySet().forEach(write -> inConflict.addAll(unitsChanged(write)));
      appeared(inConflict);
      List<PlannedWrite> writes = new ArrayList<>();
      undoings.forEach((write, undoing) -> write(write, undoing, inConflict, writes));
      conflicts.addAll(companions);
      if (writes.isEmpty()) {
        return Optional.empty();
      }
      Set<Bytes> written = new HashSet<>();
      writes.forEach(write -> written.add(write.key()));
      for (Requirement.KeyAbsent absent : absent()) {
        if (!written.contains(absent.key()) && absent.moved(now).isEmpty()) {
          requires.add(absent);
        }
      }
      return Optional.of(
          new Step(
              List.of("Undo step " + number + " of run " + run.id()), false, requires, writes));
    }

    private Optional<Bytes> found(PlannedWrite write) {
      return now.at(write.key()).flatMap(Stored::bytes);
    }

    private Undoing undoing(PlannedWrite write) {
      Optional<Bytes> before = recorded.before(write);
      Optional<Bytes> wrote = recorded.after(write);
      Optional<Bytes> found = found(write);
      boolean asLeft = found.equals(wrote);
      boolean asBefore = !asLeft && found.equals(before);
      if (isTouch(write)) {
        // There is nothing in it to take back, whoever wrote it since.
        return new Undoing(
            asLeft ? Standing.AS_LEFT : Standing.AS_BEFORE, found.isPresent(), List.of());
      }
      boolean whole =
          asBefore && !(at(write) instanceof CalicoKey.HandleKey)
              || !asLeft && choice.manner() == Carrying.Manner.EXACT;
      boolean unknownToo = choice.manner() == Carrying.Manner.UNKNOWN_MEMBERS_TOO;
      Optional<List<Part>> parts =
          whole ? Optional.empty() : ThreeWay.of(at(write), before, wrote, found, unknownToo);
      if (parts.isPresent()) {
        return new Undoing(asBefore ? Standing.AS_BEFORE : Standing.AS_LEFT, asLeft, parts.get());
      }
      Standing standing = asLeft ? Standing.AS_LEFT : Standing.CHANGED;
      return new Undoing(asBefore ? Standing.AS_BEFORE : standing, asLeft, List.of());
    }

    /**
     * A handle gets back what its ordinals are given back, and not what somebody gave back already.
     * Its count alone does not tell: another allocation may have raised it to what it was.
     */
    private Undoing counted(PlannedWrite write, Undoing undoing) {
      if (!(at(write) instanceof CalicoKey.HandleKey)) {
        return undoing;
      }
      List<Part> parts = new ArrayList<>();
      for (Part part : undoing.parts()) {
        if (part instanceof Part.CountPart count) {
          counted(write, count, undoing.standing()).ifPresent(parts::add);
        }
      }
      if (parts.isEmpty() && !undoing.parts().isEmpty()) {
        return new Undoing(Standing.AS_BEFORE, false, List.of());
      }
      boolean exact = undoing.exact() && parts.equals(undoing.parts());
      return new Undoing(parts.isEmpty() ? undoing.standing() : Standing.AS_LEFT, exact, parts);
    }

    private Optional<Part> counted(PlannedWrite handle, Part.CountPart count, Standing key) {
      String unit = unit(handle, count);
      Optional<PlannedWrite> whole = wholeBlock(block(count));
      if (whole.isPresent()) {
        boolean back = undoings.get(whole.get()).standing() == Standing.AS_BEFORE;
        return back ? Optional.empty() : Optional.of(count);
      }
      int given = 0;
      int open = 0;
      for (Map.Entry<PlannedWrite, Undoing> entry : undoings.entrySet()) {
        for (Part part : entry.getValue().parts()) {
          if (part instanceof Part.OrdinalPart && unit(entry.getKey(), part).equals(unit)) {
            given += part.standing() == Standing.AS_BEFORE ? 1 : 0;
            open += part.standing() == Standing.AS_BEFORE ? 0 : 1;
          }
        }
      }
      boolean ordinals = given + open > 0;
      if (ordinals && open == 0 || !ordinals && key == Standing.AS_BEFORE) {
        return Optional.empty();
      }
      return Optional.of(count.without(given));
    }

    /** What the run found absent, did not write, and rested on. */
    private List<Requirement.KeyAbsent> absent() {
      return done.requires().stream()
          .filter(Requirement.KeyAbsent.class::isInstance)
          .map(Requirement.KeyAbsent.class::cast)
          .toList();
    }

    /**
     * What the run found absent and did not write must be absent still: an affinity that is put
     * back beside a block which another node has claimed since would announce it twice.
     */
    private void appeared(Set<String> inConflict) {
      Set<String> units = new TreeSet<>();
      undoings.keySet().forEach(write -> units.addAll(units(write)));
      for (Requirement.KeyAbsent absent : absent()) {
        boolean written = done.writes().stream().anyMatch(each -> each.key().equals(absent.key()));
        Optional<String> moved = written ? Optional.empty() : absent.moved(now);
        if (moved.isPresent()) {
          Set<String> resting = new TreeSet<>(units);
          blockOf(state.layout().classify(absent.key()))
              .ifPresent(block -> resting.removeIf(unit -> !unit.equals("block " + block)));
          if (!resting.isEmpty()) {
            conflicts.add(moved.get());
            inConflict.addAll(resting);
          }
        }
      }
    }

    private static Optional<Cidr> blockOf(CalicoKey at) {
      if (at instanceof CalicoKey.BlockKey block) {
        return Optional.of(block.cidr());
      }
      return at instanceof CalicoKey.AffinityKey affinity
          ? Optional.of(affinity.cidr())
          : Optional.empty();
    }

    private void write(
        PlannedWrite write, Undoing undoing, Set<String> inConflict, List<PlannedWrite> writes) {
      Set<String> units = units(write);
      boolean whole = units.stream().noneMatch(inConflict::contains);
      if (isTouch(write)) {
        touched(write, undoing).ifPresent(writes::add);
      } else if (undoing.standing() == Standing.AS_BEFORE && undoing.parts().isEmpty()) {
        undone.add(name(write) + ": has its old content already");
        // What was put back with it rests on that.
        requires.add(asBefore(write));
      } else if (whole && undoing.exact()) {
        writes.add(back(write));
      } else {
        if (!whole) {
          conflict(write, inConflict);
        }
        inParts(write, undoing, inConflict).ifPresent(writes::add);
      }
    }

    private Requirement asBefore(PlannedWrite write) {
      return recorded
          .before(write)
          .<Requirement>map(bytes -> new Requirement.KeyIs(write.key(), bytes))
          .orElse(new Requirement.KeyAbsent(write.key()));
    }

    /** The key gets the very bytes back that it had. */
    private PlannedWrite back(PlannedWrite write) {
      Optional<Bytes> before = recorded.before(write);
      Edit edit =
          before.isPresent() ? new Edit.RestoreBytes(run.id()) : new Edit.RestoreAbsence(run.id());
      return planned(write, "undoes run " + run.id(), List.of(edit), before);
    }

    /** What the run did to the key is taken back; what others wrote since stays. */
    private Optional<PlannedWrite> inParts(
        PlannedWrite write, Undoing undoing, Set<String> inConflict) {
      List<Part> parts =
          undoing.parts().stream()
              .filter(part -> part.standing() == Standing.AS_LEFT)
              .filter(part -> !inConflict.contains(unit(write, part)))
              .toList();
      if (parts.isEmpty()) {
        return Optional.empty();
      }
      List<Edit> edits = ThreeWay.edits(parts);
      try {
        return Optional.of(
            planned(
                write,
                "undoes run " + run.id() + "; what others wrote since stays",
                edits,
                AfterImage.of(found(write), edits, run.started())));
      } catch (EditException unfit) {
        conflicts.add(name(write) + ": " + unfit.getMessage());
        return Optional.empty();
      }
    }

    /**
     * A block that the run wrote only so that no write in flight could land on the old one. Where
     * this step changes a handle's count again and others have written the block since, it is
     * touched once more for the same reason.
     */
    private Optional<PlannedWrite> touched(PlannedWrite write, Undoing undoing) {
      if (undoing.standing() == Standing.AS_LEFT) {
        return Optional.of(back(write));
      }
      boolean handles =
          done.writes().stream().anyMatch(each -> at(each) instanceof CalicoKey.HandleKey);
      if (!handles || !undoing.exact()) {
        undone.add(name(write) + ": was only touched; what others wrote since stays");
        return Optional.empty();
      }
      try {
        List<Edit> touch = List.of(new Edit.TouchBlock());
        return Optional.of(
            planned(
                write,
                "undoes run " + run.id() + ": a handle that names it changes again",
                touch,
                AfterImage.of(found(write), touch, run.started())));
      } catch (EditException unfit) {
        conflicts.add(name(write) + ": " + unfit.getMessage());
        return Optional.empty();
      }
    }

    private PlannedWrite planned(
        PlannedWrite write, String reason, List<Edit> edits, Optional<Bytes> after) {
      return new PlannedWrite(
          write.key(),
          reason,
          edits,
          found(write),
          after,
          List.of(),
          Simulation.createRevision(state, now, write.key()));
    }

    private void conflict(PlannedWrite write, Set<String> inConflict) {
      Set<String> own = unitsChanged(write);
      if (own.isEmpty()) {
        SortedSet<String> units = new TreeSet<>(units(write));
        units.retainAll(inConflict);
        companions.add(name(write) + " goes with what was changed: " + String.join(", ", units));
        return;
      }
      ValueDiff diff = new ValueDiff();
      conflicts.add(name(write) + " was changed since run " + run.id() + ":");
      diff.between(write.key(), recorded.before(write), recorded.after(write))
          .forEach(line -> conflicts.add("  the run:   " + line));
      diff.between(write.key(), recorded.after(write), found(write))
          .forEach(line -> conflicts.add("  since then: " + line));
      laterRun(write)
          .ifPresent(
              later ->
                  conflicts.add(
                      "  run "
                          + later
                          + " wrote it since: ipam-repair rollback "
                          + later
                          + " first"));
    }

    /** The newest run since this one that wrote the key, too. */
    private Optional<String> laterRun(PlannedWrite write) {
      return others.stream()
          .filter(each -> each.started().isAfter(run.started()))
          .filter(
              each ->
                  each.steps().stream()
                      .anyMatch(
                          step ->
                              step.status() == StepStatus.APPLIED
                                  && step.written().containsKey(write.key())))
          .max(Comparator.comparing(RecordedRun::started))
          .map(RecordedRun::id);
    }

    /** The units that the write belongs to. */
    private Set<String> units(PlannedWrite write) {
      Set<String> units = new TreeSet<>();
      List<Part> parts = undoings.get(write).parts();
      if (parts.isEmpty()) {
        units.add(unit(write));
      }
      parts.forEach(part -> units.add(unit(write, part)));
      return units;
    }

    private Set<String> unitsChanged(PlannedWrite write) {
      Undoing undoing = undoings.get(write);
      Set<String> units = new TreeSet<>();
      if (undoing.parts().isEmpty() && undoing.standing() == Standing.CHANGED) {
        units.add(unit(write));
      }
      undoing.parts().stream()
          .filter(part -> part.standing() == Standing.CHANGED)
          .forEach(part -> units.add(unit(write, part)));
      return units;
    }

    /** What a part belongs to, in words. */
    private String unit(PlannedWrite write, Part part) {
      if (part instanceof Part.OrdinalPart ordinal
          && at(write) instanceof CalicoKey.BlockKey block) {
        return holding(block.cidr().toString(), ordinal.handle());
      } else if (part instanceof Part.CountPart count
          && at(write) instanceof CalicoKey.HandleKey handle) {
        return holding(block(count), handle.id());
      }
      return unit(write);
    }

    private static String block(Part.CountPart count) {
      return CidrText.read(count.block())
          .map(text -> text.network().toString())
          .orElse(count.block());
    }

    private String unit(PlannedWrite write) {
      if (at(write) instanceof CalicoKey.BlockKey block) {
        return "block " + block.cidr();
      } else if (at(write) instanceof CalicoKey.AffinityKey affinity) {
        return "block " + affinity.cidr();
      }
      return name(write);
    }

    private String holding(String block, String handle) {
      return "block " + block + (wholeBlock(block).isPresent() ? "" : ", handle " + handle);
    }

    /** The write that deleted or created a block: it does so with all that handles count in it. */
    private Optional<PlannedWrite> wholeBlock(String block) {
      return done.writes().stream()
          .filter(
              each ->
                  at(each) instanceof CalicoKey.BlockKey key
                      && key.cidr().toString().equals(block)
                      && (recorded.before(each).isEmpty() || recorded.after(each).isEmpty()))
          .findFirst();
    }
  }

  /**
   * What undoing one write comes to.
   *
   * @param standing of the key as a whole; of a key in parts, that of each part counts
   * @param exact whether the key can get its old bytes back: nobody wrote it since; of a touched
   *     block, whether it is there
   * @param parts what the run changed in it; none when it can only be taken back as a whole
   */
  private record Undoing(Standing standing, boolean exact, List<Part> parts) {}
}
