package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A step as one flat etcd transaction. The plan speaks of content; here it becomes revisions, those
 * of a fresh read on which the content was checked.
 */
final class StepTransaction {
  private final Step step;
  private final Map<Bytes, Optional<Bytes>> bound;

  private StepTransaction(Step step, Map<Bytes, Optional<Bytes>> bound) {
    this.step = step;
    this.bound = bound;
  }

  /** {@code step} with what is bound late bound now. */
  static StepTransaction bind(Step step, Instant commit) {
    Map<Bytes, Optional<Bytes>> bound = new LinkedHashMap<>();
    for (PlannedWrite write : step.writes()) {
      bound.put(
          write.key(),
          write.boundAtCommit().isEmpty()
              ? write.after()
              : write.after().map(after -> bind(after, commit)));
    }
    return new StepTransaction(step, bound);
  }

  private static Bytes bind(Bytes after, Instant commit) {
    try {
      return AfterImage.bindClaimTime(after, commit);
    } catch (EditException impossible) {
      throw new IllegalStateException(
          "an after-image that was read as JSON with the plan", impossible);
    }
  }

  /** The exact bytes that it writes, by key; nothing for a deletion. */
  Map<Bytes, Optional<Bytes>> bound() {
    return bound;
  }

  /**
   * The trial: in full size, with permissions and limits judged by etcd, and one more compare that
   * never holds. What a step requires of the steps before it cannot be guarded yet; a compare that
   * never holds stands in for each, so that the size is that of the step.
   */
  Transaction trial(IpamState fresh, Licence licence, Bytes recordKey, RunRecord next) {
    List<Compare> when = new ArrayList<>();
    for (Requirement condition : PlanCheck.conditions(step)) {
      if (condition.moved(fresh).isEmpty()) {
        when.addAll(condition.guards(fresh));
      } else {
        when.add(new Compare.Never(recordKey));
      }
    }
    when.addAll(licence.compares());
    when.add(new Compare.Absent(recordKey));
    when.add(new Compare.Never(recordKey));
    return new Transaction(when, writes(recordKey, next), List.of());
  }

  /**
   * The step itself.
   *
   * @param fresh the state on which its conditions were checked
   * @param licence what must hold besides
   * @param record the run record as it is now
   * @param next the run record as the step leaves it
   */
  Transaction commit(IpamState fresh, Licence licence, HeldRecord record, RunRecord next) {
    Set<Compare> data = new LinkedHashSet<>();
    PlanCheck.conditions(step).forEach(condition -> data.addAll(condition.guards(fresh)));
    List<Compare> when = new ArrayList<>(data);
    when.addAll(licence.compares());
    when.addAll(record.compares());
    return new Transaction(
        when,
        writes(record.key(), next),
        Stream.concat(Stream.of(new Operation.Get(record.key())), Licence.reads().stream())
            .toList());
  }

  private List<Operation> writes(Bytes recordKey, RunRecord next) {
    List<Operation> writes = new ArrayList<>();
    bound.forEach(
        (key, bytes) ->
            writes.add(
                bytes
                    .<Operation>map(value -> new Operation.Put(key, value))
                    .orElse(new Operation.Delete(key))));
    writes.add(new Operation.Put(recordKey, next.encode()));
    return writes;
  }
}
