package io.ipamrepair.plan;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Repairs out of command lines, and their plans, for tests. */
public final class Repairs {
  public static final Instant NOW = Instant.parse("2026-11-24T03:00:00Z");

  /** So many of each kind of object, by chance: each is a read of its own. */
  private static final int EACH = 2;

  private Repairs() {}

  /** The repair that the words of a command ask for. */
  public static Repair of(List<String> words) {
    return switch (words.get(0)) {
      case "remove-pool" -> new RemovePool(words.get(1), words.contains(RemovePool.KEEP_BLOCKS));
      case "release-orphan-blocks" ->
          new ReleaseOrphanBlocks(
              selection(words),
              words.contains("--free-leaked")
                  ? Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), NOW))
                  : Optional.empty());
      case "reassign-affinity" ->
          new ReassignAffinity(
              words.contains("--block")
                  ? new ReassignAffinity.What.OneBlock(Cidr.of(value(words, "--block")))
                  : new ReassignAffinity.What.AllOf(value(words, "--from")),
              value(words, "--to"));
      default -> throw new IllegalArgumentException("no repair: " + words);
    };
  }

  private static Selection selection(List<String> words) {
    if (words.contains("--block")) {
      return new Selection.OneBlock(Cidr.of(value(words, "--block")));
    } else if (words.contains("--pool")) {
      return new Selection.InPool(value(words, "--pool"));
    } else if (words.contains("--node")) {
      return new Selection.OfNode(value(words, "--node"));
    }
    return new Selection.All();
  }

  private static String value(List<String> words, String option) {
    return words.get(words.indexOf(option) + 1);
  }

  /** The plan of a command on a state. */
  public static Plan plan(IpamState state, String... words)
      throws RefusedException, PlanRefusedException {
    return new Planner(state, EtcdLimits.standard()).plan(of(List.of(words)), circumstances(words));
  }

  /** What comes of a repair, as the operator gets it: the plan file, or every reason against. */
  public static String outcome(IpamState state, Repair repair) {
    try {
      Plan plan =
          new Planner(state, EtcdLimits.standard()).plan(repair, circumstances(repair.name()));
      return new String(PlanFile.bytes(plan), StandardCharsets.UTF_8);
    } catch (RefusedException refused) {
      return "refused " + refused.fault() + "\n" + String.join("\n", refused.reasons());
    } catch (PlanRefusedException refused) {
      return "no plan\n" + String.join("\n", refused.reasons());
    }
  }

  /** What comes of undoing a plan that was applied: the plan file, or every reason against. */
  public static String undone(Plan plan, IpamState state) {
    try {
      Plan undo =
          new Undo(applied(plan), state)
              .plan(new Planner(state, EtcdLimits.standard()), circumstances("rollback", "r-1"));
      return new String(PlanFile.bytes(undo), StandardCharsets.UTF_8);
    } catch (UndoConflictException conflicts) {
      return "conflicts\n" + String.join("\n", conflicts.conflicts());
    } catch (PlanRefusedException refused) {
      return "no plan\n" + String.join("\n", refused.reasons());
    }
  }

  /** A run in which every step of a plan was applied. */
  public static RecordedRun applied(Plan plan) {
    List<RecordedRun.RecordedStep> steps = new ArrayList<>();
    for (Plan.Step step : plan.steps()) {
      Map<Bytes, Optional<Bytes>> written = new LinkedHashMap<>();
      step.writes().forEach(write -> written.put(write.key(), write.after()));
      steps.add(
          new RecordedRun.RecordedStep(
              RecordedRun.StepStatus.APPLIED, OptionalLong.of(1), written, Map.of()));
    }
    return new RecordedRun(
        "r-1", plan, PlanFile.digest(plan), "tester@host", NOW, steps, RecordedRun.Status.APPLIED);
  }

  public static Circumstances circumstances(String... words) {
    return new Circumstances(
        List.of(words), "tester@host", NOW, NOW.plusSeconds(3600), "T1", Optional.of("5f3c"));
  }

  /** Repairs of every kind, of some of the state's objects, by chance. */
  public static List<Repair> many(IpamState state, Random random) {
    List<Repair> repairs = new ArrayList<>();
    for (String pool : some(state.pools().keySet(), random)) {
      repairs.add(new RemovePool(pool, false));
      repairs.add(new RemovePool(pool, true));
    }
    repairs.add(new ReleaseOrphanBlocks(new Selection.All(), Optional.empty()));
    Optional<ReleaseOrphanBlocks.Leaks> leaks =
        Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), NOW));
    repairs.add(new ReleaseOrphanBlocks(new Selection.All(), leaks));
    List<String> nodes = some(state.nodes().keySet(), random);
    for (Cidr block : some(state.blocks().keySet(), random)) {
      repairs.add(new ReleaseOrphanBlocks(new Selection.OneBlock(block), leaks));
      for (String node : nodes) {
        repairs.add(new ReassignAffinity(new ReassignAffinity.What.OneBlock(block), node));
      }
    }
    if (nodes.size() > 1) {
      repairs.add(
          new ReassignAffinity(new ReassignAffinity.What.AllOf(nodes.get(0)), nodes.get(1)));
    }
    return repairs;
  }

  static <T> List<T> some(Collection<T> choice, Random random) {
    List<T> shuffled = new ArrayList<>(choice);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, Math.min(EACH, shuffled.size()));
  }

  /** The plan of a repair, where there is one. */
  public static Optional<Plan> planned(IpamState state, Repair repair) {
    try {
      return Optional.of(
          new Planner(state, EtcdLimits.standard()).plan(repair, circumstances(repair.name())));
    } catch (RefusedException | PlanRefusedException refused) {
      return Optional.empty();
    }
  }
}
