package io.ipamrepair.plan;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Plan × state → what moved since the plan was made. */
public final class PlanCheck {
  private PlanCheck() {}

  /**
   * The conditions of a plan that do not hold in {@code now}, in words; empty when it is
   * applicable.
   *
   * @param plan judged step by step, each on the state that the steps before it leave
   */
  public static List<String> moved(Plan plan, IpamState now) {
    return moved(plan, now, Set.of());
  }

  /** The same, without what is known already to have moved: the {@code besides} keys written. */
  public static List<String> moved(Plan plan, IpamState now, Set<Bytes> besides) {
    Set<String> moved = new LinkedHashSet<>();
    IpamState state = now;
    for (Step step : plan.steps()) {
      moved.addAll(moved(step, state, besides));
      state = Simulation.after(state, step);
    }
    return List.copyOf(moved);
  }

  private static List<String> moved(Step step, IpamState now, Set<Bytes> besides) {
    List<String> moved = new ArrayList<>();
    for (Requirement condition : conditions(step)) {
      boolean known = condition instanceof Requirement.KeyIs is && besides.contains(is.key());
      if (!known) {
        condition.moved(now).ifPresent(moved::add);
      }
    }
    return moved;
  }

  /**
   * All conditions of a step: each written key as its before-image says, and its requirements, of
   * which "no other block" does not speak of those that the same transaction deletes.
   */
  public static List<Requirement> conditions(Step step) {
    Set<Cidr> deleted = deletedBlocks(step);
    Set<Requirement> conditions = new LinkedHashSet<>();
    step.writes().stream().map(PlannedWrite::asBefore).forEach(conditions::add);
    step.requires().stream()
        .map(
            condition ->
                condition instanceof Requirement.NoOtherBlocks blocks
                    ? blocks.besides(deleted)
                    : condition)
        .forEach(conditions::add);
    return List.copyOf(conditions);
  }

  private static Set<Cidr> deletedBlocks(Step step) {
    KeyLayout layout = new KeyLayout();
    Set<Cidr> deleted = new TreeSet<>();
    step.writes().stream()
        .filter(write -> write.after().isEmpty())
        .map(write -> layout.classify(write.key()))
        .forEach(
            at -> {
              if (at instanceof CalicoKey.BlockKey block) {
                deleted.add(block.cidr());
              }
            });
    return deleted;
  }

  /**
   * Whether {@code now} is already as the plan would make it: every key that it writes has its last
   * after-image.
   */
  public static boolean isInPlace(Plan plan, IpamState now) {
    IpamState wanted = Simulation.after(now, plan);
    return plan.steps().stream()
        .flatMap(step -> step.writes().stream())
        .filter(write -> write.boundAtCommit().isEmpty())
        .allMatch(
            write ->
                wanted
                    .at(write.key())
                    .flatMap(stored -> stored.bytes())
                    .equals(now.at(write.key()).flatMap(stored -> stored.bytes())));
  }
}
