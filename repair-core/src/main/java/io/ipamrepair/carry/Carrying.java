package io.ipamrepair.carry;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.Simulation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Carries a plan over to a state in which others have gone on working. Where a key that it writes
 * has other bytes than the plan says, and neither what the plan changes nor what it rests on is
 * touched, the write becomes the same edits on the bytes that are there; everything else stays as
 * it was planned, and then does not hold.
 *
 * <p>Why this is safe: a write's after-image follows from its before-image and its edits alone; the
 * edits are what was reviewed, the evidence for them is judged again here ({@link WriteEvidence})
 * and by the plan's requirements, all rules are judged on what comes of it, and the commit compares
 * the key at the revision of the very bytes that were judged.
 */
public final class Carrying {
  /** How much of what others changed a plan may be carried over. */
  public enum Manner {
    /** Nothing: every key has exactly the bytes that it had. */
    EXACT,
    /** What does not touch evidence or changes, and of which this tool knows the meaning. */
    KNOWN,
    /** Also members that it does not know. */
    UNKNOWN_MEMBERS_TOO
  }

  private final Manner manner;

  public Carrying(Manner manner) {
    this.manner = manner;
  }

  /**
   * A plan as it is on one state.
   *
   * @param plan the plan; each write that could be carried over has the bytes of that state as its
   *     before-image
   * @param carried what was carried over, in the order of the plan
   * @param conflicts what could not be
   */
  public record Carried(Plan plan, List<CarriedWrite> carried, List<Conflict> conflicts) {
    public Carried {
      carried = List.copyOf(carried);
      conflicts = List.copyOf(conflicts);
    }
  }

  /**
   * A write that was carried over.
   *
   * @param step the step's number, from 1
   * @param object what it writes
   * @param key its key
   * @param before the bytes on which the write is carried over
   * @param lines what others changed since the plan was made, in words
   */
  public record CarriedWrite(
      int step, ObjectName object, Bytes key, Bytes before, List<String> lines) {
    public CarriedWrite {
      lines = List.copyOf(lines);
    }

    /** What is carried over, for a person; the first line names the object. */
    public List<String> words() {
      List<String> words = new ArrayList<>();
      words.add("step " + step + " carried over to " + object + ", which others changed since:");
      lines.forEach(line -> words.add("  " + line));
      return words;
    }
  }

  /**
   * A write that cannot be carried over.
   *
   * @param key the key
   * @param lines why, what the plan changes, and what others changed since
   */
  public record Conflict(Bytes key, List<String> lines) {
    public Conflict {
      lines = List.copyOf(lines);
    }
  }

  /**
   * The plan on {@code now}: each step on the state that the steps before it leave.
   *
   * @param done how many steps of the whole plan are done already; only numbers the steps
   */
  public Carried onto(Plan plan, int done, IpamState now) {
    Collector collector = new Collector();
    List<Step> steps = new ArrayList<>();
    IpamState state = now;
    for (Step planned : plan.steps()) {
      int number = done + steps.size() + 1;
      Step step = collector.step(number, planned, state, plan.created());
      steps.add(step);
      state = Simulation.after(state, step);
    }
    return new Carried(plan.withSteps(steps), collector.carried, collector.conflicts);
  }

  private final class Collector {
    private final List<CarriedWrite> carried = new ArrayList<>();
    private final List<Conflict> conflicts = new ArrayList<>();

    Step step(int number, Step planned, IpamState state, Instant created) {
      List<PlannedWrite> writes = new ArrayList<>();
      for (PlannedWrite write : planned.writes()) {
        writes.add(write(number, write, state, created));
      }
      return planned.withWrites(writes);
    }

    private PlannedWrite write(int number, PlannedWrite write, IpamState state, Instant created) {
      Optional<Stored<?>> stored = state.at(write.key());
      Optional<Bytes> found = stored.flatMap(Stored::bytes);
      if (write.before().isEmpty() || found.isEmpty()) {
        // Absence has no parts: it holds, or the plan's own conditions say what moved.
        return write;
      }
      boolean anew =
          write.createRevision() != 0 && stored.get().createRevision() != write.createRevision();
      boolean same = found.equals(write.before());
      if (same && !anew || manner == Manner.EXACT && !anew) {
        return write;
      }
      Rebased rebased =
          anew
              ? Rebased.not(
                  "it was deleted and created again (at revision "
                      + stored.get().createRevision()
                      + ")")
              : rebased(write, stored.get(), found.get(), created);
      if (rebased.write().isEmpty()) {
        conflicts.add(
            new Conflict(write.key(), lines(write, stored.get(), found, rebased.against())));
        return write;
      }
      carried.add(
          new CarriedWrite(
              number,
              stored.get().object(),
              write.key(),
              found.get(),
              new ValueDiff().between(write.key(), write.before(), found)));
      return rebased.write().get();
    }

    private Rebased rebased(PlannedWrite write, Stored<?> stored, Bytes found, Instant created) {
      try {
        JsonReader json = new JsonReader();
        Json.Obj before = json.readObject(write.before().orElseThrow());
        Json.Obj now = json.readObject(found);
        List<Edit> edits = edits(write, stored.at(), before);
        WriteEvidence.Verdict verdict = WriteEvidence.of(edits, stored.at(), before, now);
        List<String> against = new ArrayList<>(verdict.touched());
        if (manner != Manner.UNKNOWN_MEMBERS_TOO) {
          verdict
              .unknown()
              .forEach(
                  name ->
                      against.add(
                          name + ": its meaning is not known here (--carry-unknown accepts that)"));
        }
        if (!against.isEmpty()) {
          return new Rebased(Optional.empty(), against);
        }
        Optional<Bytes> after = AfterImage.of(Optional.of(found), edits, created);
        return new Rebased(Optional.of(write.onto(edits, found, after)), List.of());
      } catch (JsonFormatException unreadable) {
        return Rebased.not("it cannot be read: " + unreadable.getMessage());
      } catch (EditException unfit) {
        return Rebased.not(unfit.getMessage());
      }
    }

    /** The edits of a write; of bytes that are put back, what they change in the object. */
    private List<Edit> edits(PlannedWrite write, CalicoKey at, Json.Obj before)
        throws JsonFormatException, EditException {
      boolean restores = write.edits().get(0) instanceof Edit.RestoreBytes;
      if (!restores) {
        return write.edits();
      }
      return OwnTerms.between(at, before, new JsonReader().readObject(write.after().orElseThrow()))
          .orElseThrow(() -> new EditException("it can be put back as a whole only"));
    }

    private List<String> lines(
        PlannedWrite write, Stored<?> stored, Optional<Bytes> found, List<String> against) {
      ValueDiff diff = new ValueDiff();
      List<String> lines = new ArrayList<>();
      lines.add(stored.object() + ": " + String.join("; ", against));
      diff.between(write.key(), write.before(), write.after())
          .forEach(line -> lines.add("  the plan:   " + line));
      diff.between(write.key(), write.before(), found)
          .forEach(
              line ->
                  lines.add("  since then: " + line + " (revision " + stored.modRevision() + ")"));
      return lines;
    }
  }

  /** A write on other bytes; or what stands against it. */
  private record Rebased(Optional<PlannedWrite> write, List<String> against) {
    static Rebased not(String reason) {
      return new Rebased(Optional.empty(), List.of(reason));
    }
  }
}
