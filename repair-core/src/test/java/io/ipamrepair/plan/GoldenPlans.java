package io.ipamrepair.plan;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Plans of every kind that a golden case allows: of repairs by chance, of the commands that its
 * findings name, of a healthy cluster whose workloads are gone, and what takes each of them back,
 * on the state as it was left and on one that others wrote since, and what takes back its first
 * step alone.
 */
public final class GoldenPlans {
  private GoldenPlans() {}

  /** The plans of a case; the same every time. */
  public static List<Plan> of(Golden golden) {
    Random random = new Random(golden.toString().hashCode());
    List<Plan> plans = new ArrayList<>();
    plans(golden.state(), random, plans);
    if (golden.name().startsWith("healthy")) {
      IpamState leaked = withoutWorkloads(golden);
      plans(leaked, random, plans);
      plans(withAffinityOfNobody(leaked), random, plans);
      plans(withoutPools(leaked), random, plans);
    }
    return plans;
  }

  private static void plans(IpamState state, Random random, List<Plan> plans) {
    Set<Repair> repairs = new LinkedHashSet<>(Repairs.many(state, random));
    Check.of(state).stream()
        .map(Finding::remedy)
        .filter(Remedy.Command.class::isInstance)
        .map(remedy -> Repairs.of(((Remedy.Command) remedy).arguments()))
        .forEach(repairs::add);
    for (Repair repair : repairs) {
      Optional<Plan> plan = Repairs.planned(state, repair);
      if (plan.isPresent()) {
        plans.add(plan.get());
        undone(state, plan.get(), plans);
        if (plan.get().steps().size() > 1) {
          undone(state, plan.get().withSteps(plan.get().steps().subList(0, 1)), plans);
        }
      }
    }
  }

  private static void undone(IpamState state, Plan plan, List<Plan> plans) {
    IpamState after = Simulation.after(state, plan);
    undone(plan, after).ifPresent(plans::add);
    undone(plan, writtenSince(after, plan)).ifPresent(plans::add);
  }

  /** Every address that a pod held is leaked. */
  private static IpamState withoutWorkloads(Golden golden) {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    golden.keyValues().stream()
        .filter(each -> !each.key().display().contains("/workloadendpoints/"))
        .forEach(builder::add);
    return builder.build(golden.state().revision());
  }

  /** A node that is gone has left an affinity for a block of another. */
  private static IpamState withAffinityOfNobody(IpamState state) {
    Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();
    state.blocks().keySet().stream()
        .limit(1)
        .forEach(
            block ->
                writes.put(
                    state.layout().key(new AffinityId(Owner.node("gone"), block)),
                    Optional.of(Bytes.utf8("{\"state\":\"confirmed\",\"deleted\":false}"))));
    return state.with(writes);
  }

  /** Every address is free, and no pool lies over the blocks. */
  private static IpamState withoutPools(IpamState leaked) {
    Repair free = Repairs.of(List.of("release-orphan-blocks", "--all", "--free-leaked"));
    Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();
    leaked.pools().values().forEach(pool -> writes.put(pool.key(), Optional.empty()));
    return Repairs.planned(leaked, free)
        .map(plan -> Simulation.after(leaked, plan))
        .orElse(leaked)
        .with(writes);
  }

  /** What takes back a plan that was applied; nothing where there is no way. */
  private static Optional<Plan> undone(Plan plan, IpamState now) {
    try {
      return Optional.of(
          new Undo(
                  Repairs.applied(plan),
                  now,
                  List.of(),
                  new Undo.Choice(Carrying.Manner.KNOWN, true))
              .plan(
                  new Planner(now, EtcdLimits.standard()),
                  Repairs.circumstances("rollback", "r-1", "--without-conflicts")));
    } catch (UndoConflictException | PlanRefusedException noWay) {
      return Optional.empty();
    }
  }

  /**
   * Others wrote each block and pool that the plan wrote, and changed nothing that matters; its
   * handles are gone, as if their last address had been released.
   */
  private static IpamState writtenSince(IpamState after, Plan plan) {
    Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();
    for (Plan.Step step : plan.steps()) {
      for (PlannedWrite write : step.writes()) {
        CalicoKey at = after.layout().classify(write.key());
        Optional<Bytes> found = after.at(write.key()).flatMap(Stored::bytes);
        if (at instanceof CalicoKey.BlockKey && found.isPresent()) {
          writes.put(write.key(), touched(found.get()));
        } else if (at instanceof CalicoKey.PoolKey && found.isPresent()) {
          String pool = found.get().display().replaceFirst("\"metadata\":\\{", "$0\"labels\":{},");
          writes.put(write.key(), Optional.of(Bytes.utf8(pool)));
        } else if (at instanceof CalicoKey.HandleKey && found.isPresent()) {
          writes.put(write.key(), Optional.empty());
        }
      }
    }
    return after.with(writes);
  }

  private static Optional<Bytes> touched(Bytes block) {
    try {
      return AfterImage.of(Optional.of(block), List.of(new Edit.TouchBlock()), Repairs.NOW);
    } catch (EditException unreadable) {
      return Optional.of(block);
    }
  }
}
