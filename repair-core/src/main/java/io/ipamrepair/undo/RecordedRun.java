package io.ipamrepair.undo;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A run as the journal tells it.
 *
 * @param id its ID
 * @param plan the plan that it executed
 * @param digest the plan's digest
 * @param operator who ran it, {@code user@host}
 * @param started when
 * @param steps its steps, in the plan's order
 * @param status how it ended, as far as the journal knows
 */
public record RecordedRun(
    String id,
    Plan plan,
    String digest,
    String operator,
    Instant started,
    List<RecordedStep> steps,
    Status status) {
  public RecordedRun {
    steps = List.copyOf(steps);
  }

  /** How many steps are in etcd. */
  public int applied() {
    return count(step -> step.status() == StepStatus.APPLIED);
  }

  /** How many steps were sent, or were about to be. */
  public int sent() {
    return count(step -> step.status() != StepStatus.NOT_SENT);
  }

  private int count(Predicate<RecordedStep> which) {
    return (int) steps.stream().filter(which).count();
  }

  /** The same run, of which more is known. */
  public RecordedRun settled(List<RecordedStep> known, Status ended) {
    return new RecordedRun(id, plan, digest, operator, started, known, ended);
  }

  /** How a run ended. Each case says what is now true of the data. */
  public enum Status {
    /** Every step is in etcd, and the check afterwards found what the plan promised. */
    APPLIED("applied"),
    /**
     * Every step is in etcd, but the check afterwards found something else than the plan promised.
     */
    DIFFERS("applied, differs"),
    /** No step is in etcd, nor will be. */
    NOTHING_WRITTEN("nothing written"),
    /** Every step is in etcd, as a rollback learned later; nobody checked what followed. */
    ALL_APPLIED("all steps applied, not checked"),
    /** Some steps are in etcd, the others are not, nor will be. */
    HALTED("halted"),
    /** The last step that was sent may be in etcd or may still arrive. */
    UNKNOWN("outcome unknown"),
    /** The run did not end: its process still works, or died. */
    OPEN("not ended");

    private final String words;

    Status(String words) {
      this.words = words;
    }

    /** The status in words. */
    public String words() {
      return words;
    }
  }

  /** What became of a step. Each case says what is now true of the data. */
  public enum StepStatus {
    /** Its writes are in etcd. */
    APPLIED("applied"),
    /** It was sent and cannot take effect any more. */
    NOT_APPLIED("not applied"),
    /** It was sent, or about to be, and nobody knows yet. */
    UNKNOWN("unknown"),
    /** It was never sent. */
    NOT_SENT("not sent");

    private final String words;

    StepStatus(String words) {
      this.words = words;
    }

    /** The status in words. */
    public String words() {
      return words;
    }
  }

  /**
   * A step of a run.
   *
   * @param status what became of it
   * @param revision the revision of its commit, where it is known to be applied
   * @param written the exact bytes that it wrote or meant to write, late-bound members included;
   *     nothing for a deletion
   * @param carried the bytes that a key had instead of those in the plan, where the step was
   *     carried over to a key that others had changed
   */
  public record RecordedStep(
      StepStatus status,
      OptionalLong revision,
      Map<Bytes, Optional<Bytes>> written,
      Map<Bytes, Bytes> carried) {
    public RecordedStep {
      written = Map.copyOf(written);
      carried = Map.copyOf(carried);
    }

    /** The same step, of which it is known what became of it. */
    public RecordedStep with(StepStatus known) {
      return new RecordedStep(known, revision, written, carried);
    }

    /** What the key of {@code write} had before this step. */
    public Optional<Bytes> before(PlannedWrite write) {
      return Optional.ofNullable(carried.get(write.key())).or(write::before);
    }

    /** What the key of {@code write} had after this step. */
    public Optional<Bytes> after(PlannedWrite write) {
      return written.getOrDefault(write.key(), write.after());
    }

    /** {@code applied at revision 107}. */
    public String words() {
      return status.words() + (revision.isPresent() ? " at revision " + revision.getAsLong() : "");
    }
  }
}
