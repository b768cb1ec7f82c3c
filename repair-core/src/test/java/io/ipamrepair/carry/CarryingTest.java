package io.ipamrepair.carry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.carry.Carrying.Manner;
import io.ipamrepair.change.Edit;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.FindingsDelta;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.LivingCluster;
import io.ipamrepair.testing.LivingCluster.Pod;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Repairs of every golden case meet pods that start and stop in the blocks that they write: the
 * plan is carried over, the rollback gives back what the repair took, and no pod loses its address.
 */
class CarryingTest {
  private static final long SEED = Long.getLong("carry.seed", 20_261_125);

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aPlanIsCarriedOverToBlocksInWhichPodsStartedAndStopped(Golden golden) {
    Random random = new Random(SEED + golden.toString().hashCode());
    IpamState before = golden.state();
    for (Repair repair : Repairs.many(before, random)) {
      Optional<Plan> plan = Repairs.planned(before, repair);
      if (plan.isPresent() && isSound(before, plan.get())) {
        LivingCluster cluster = new LivingCluster(golden, random);
        live(cluster, blocksOf(plan.get()), random);
        String what = golden + ", seed " + SEED + ": " + repair;
        IpamState now = cluster.state();
        Carried carried = new Carrying(Manner.KNOWN).onto(plan.get(), 0, now);
        if (!deletesABlockOfAPod(plan.get(), cluster)) {
          assertThat(carried.conflicts()).as(what).isEmpty();
          assertThat(PlanCheck.moved(carried.plan(), now)).as(what).isEmpty();
          IpamState after = Simulation.after(now, carried.plan());
          everyPodHasItsAddress(what, cluster, after);
          assertThat(newlyBroken(now, after))
              .as("%s: broken by the carried plan and not by the plan", what)
              .isSubsetOf(newlyBroken(before, Simulation.after(before, plan.get())));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRollbackGivesBackWhatTheRepairTookAndLeavesWhatOthersDidSince(Golden golden)
      throws Exception {
    Random random = new Random(SEED + golden.toString().hashCode());
    IpamState before = golden.state();
    for (Repair repair : Repairs.many(before, random)) {
      Optional<Plan> plan = Repairs.planned(before, repair);
      if (plan.isPresent() && isSound(before, plan.get())) {
        String what = golden + ", seed " + SEED + ": " + repair;
        LivingCluster cluster = new LivingCluster(golden, random);
        apply(cluster, plan.get());
        live(cluster, blocksOf(plan.get()), random);
        IpamState now = cluster.state();
        Plan undo;
        try {
          undo =
              new Undo(Repairs.applied(plan.get()), now)
                  .plan(
                      new Planner(now, EtcdLimits.standard()),
                      Repairs.circumstances("rollback", "r-1"));
        } catch (UndoConflictException conflict) {
          throw new AssertionError(what + ": " + conflict.getMessage(), conflict);
        }
        IpamState after = Simulation.after(now, undo);
        everyPodHasItsAddress(what, cluster, after);
        theOldOnesHaveTheirsAgain(what, before, after, undo);
      }
    }
  }

  /** A block with an allocation that points nowhere has no parts that could be compared. */
  private static boolean isSound(IpamState state, Plan plan) {
    return blocksOf(plan).stream()
        .flatMap(cidr -> Optional.ofNullable(state.blocks().get(cidr)).stream())
        .flatMap(stored -> stored.value().stream())
        .noneMatch(block -> block.held().stream().anyMatch(block::pointsNowhere));
  }

  private static void apply(LivingCluster cluster, Plan plan) {
    for (Step step : plan.steps()) {
      Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();
      step.writes().forEach(write -> writes.put(write.key(), write.after()));
      cluster.commit(writes);
    }
  }

  private static List<Cidr> blocksOf(Plan plan) {
    KeyLayout layout = new KeyLayout();
    List<Cidr> blocks = new ArrayList<>();
    for (Step step : plan.steps()) {
      for (PlannedWrite write : step.writes()) {
        if (layout.classify(write.key()) instanceof CalicoKey.BlockKey block) {
          blocks.add(block.cidr());
        }
      }
    }
    return blocks;
  }

  private static void live(LivingCluster cluster, List<Cidr> blocks, Random random) {
    for (Cidr block : blocks) {
      int pods = random.nextInt(3);
      for (int i = 0; i < pods; i++) {
        cluster.start(block);
      }
      if (random.nextBoolean()) {
        cluster.stop();
      }
    }
  }

  private static boolean deletesABlockOfAPod(Plan plan, LivingCluster cluster) {
    Set<Bytes> deleted = new HashSet<>();
    plan.steps().stream()
        .flatMap(step -> step.writes().stream())
        .filter(write -> write.edits().contains(new Edit.DeleteKey()))
        .forEach(write -> deleted.add(write.key()));
    return cluster.pods().stream()
        .anyMatch(pod -> deleted.contains(new KeyLayout().key(pod.block())));
  }

  private static void everyPodHasItsAddress(String what, LivingCluster cluster, IpamState after) {
    for (Pod pod : cluster.pods()) {
      Optional<String> handle =
          Optional.ofNullable(after.blocks().get(pod.block()))
              .flatMap(Stored::value)
              .flatMap(block -> block.attribute(pod.ordinal()))
              .flatMap(attribute -> attribute.handle());
      assertThat(handle).as("%s: %s", what, pod).contains(pod.handle());
    }
  }

  /** Whatever the repair freed is held again, by whom it was held. */
  private static void theOldOnesHaveTheirsAgain(
      String what, IpamState before, IpamState after, Plan undo) {
    before
        .blocks()
        .forEach(
            (cidr, stored) -> {
              Optional<Block> old = stored.value();
              Optional<Block> now =
                  Optional.ofNullable(after.blocks().get(cidr)).flatMap(Stored::value);
              if (old.isPresent()) {
                assertThat(now).as("%s: block %s", what, cidr).isPresent();
                assertThat(now.get().owner()).as("%s: %s", what, cidr).isEqualTo(old.get().owner());
                for (int ordinal : old.get().held()) {
                  assertThat(now.get().attribute(ordinal))
                      .as("%s: ordinal %s of %s", what, ordinal, cidr)
                      .isEqualTo(old.get().attribute(ordinal));
                }
                assertThat(now.get().sequenceNumber())
                    .as("%s: sequence number of %s", what, cidr)
                    .isGreaterThanOrEqualTo(old.get().sequenceNumber());
              }
            });
    assertThat(after.handles().keySet()).as(what).containsAll(before.handles().keySet());
    assertThat(undo.left()).as(what).noneMatch(line -> line.contains("not undone"));
  }

  private static List<FindingRef> newlyBroken(IpamState before, IpamState after) {
    return FindingsDelta.between(Check.of(before), Check.of(after), Set.of()).introduced().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .toList();
  }
}
