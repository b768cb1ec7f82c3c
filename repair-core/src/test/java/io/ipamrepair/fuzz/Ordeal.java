package io.ipamrepair.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFormatException;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Replay;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.testing.Mutations.Mutant;
import io.ipamrepair.testing.Screened;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What one damaged state must come through, and how often what happened. */
final class Ordeal {
  /** How many repairs a state is judged by: the same ones each time, others with the next state. */
  private static final int AT_ONCE = 2;

  private final SortedMap<String, Integer> rules = new TreeMap<>();
  private final SortedMap<String, Integer> outcomes = new TreeMap<>();

  /**
   * Checks everything that must be so of {@code mutant}; throws what it throws.
   *
   * @throws Exception anything but the refusals that repairs and plans declare
   */
  void undergo(Mutant mutant) throws Exception {
    IpamState state = mutant.state();
    List<Finding> findings = Check.of(state);
    theyAreInOrder(findings);
    noKeyIsPassedOver(mutant, findings);
    theSameAgain(mutant, findings, Capacity.of(state));
    Set<String> hit = findings.stream().map(Finding::rule).collect(Collectors.toSet());
    hit.forEach(rule -> rules.merge(rule, 1, Integer::sum));
    Set<String> before = identities(findings);
    Random random = new Random(mutant.number());
    List<Repair> repairs = repairs(state, random);
    Collections.shuffle(repairs, random);
    for (Repair repair : repairs.subList(0, Math.min(AT_ONCE, repairs.size()))) {
      String outcome = plan(state, before, repair, random.nextInt(4) == 0);
      itIsTheSameOfAScreenedState(mutant, repair, random);
      outcomes.merge(repair.name() + " " + outcome, 1, Integer::sum);
    }
  }

  /** How many states broke each rule. */
  SortedMap<String, Integer> rules() {
    return rules;
  }

  /** How many repairs ended in which way. */
  SortedMap<String, Integer> outcomes() {
    return outcomes;
  }

  private static void theyAreInOrder(List<Finding> findings) {
    List<Finding> sorted = new ArrayList<>(findings);
    Collections.sort(sorted);
    assertThat(findings).as("findings in order").isEqualTo(sorted);
    Set<String> seen = new HashSet<>();
    findings.forEach(
        finding ->
            assertThat(seen.add(finding.rule() + " " + finding.first()))
                .as("second finding of %s about %s", finding.rule(), finding.first())
                .isTrue());
  }

  private static void noKeyIsPassedOver(Mutant mutant, List<Finding> findings) {
    Set<String> found =
        findings.stream()
            .filter(finding -> finding.rule().startsWith("K"))
            .map(Ordeal::identity)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).as("K1 to K4").isEqualTo(KeyOracle.findings(mutant.keyValues()));
  }

  /** In whatever order the keys come, the same findings come out. */
  private static void theSameAgain(Mutant mutant, List<Finding> findings, Capacity capacity) {
    List<KeyValue> shuffled = new ArrayList<>(mutant.keyValues());
    Collections.shuffle(shuffled, new Random(mutant.number()));
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    shuffled.forEach(builder::add);
    IpamState again = builder.build(mutant.revision());
    assertThat(Check.of(again)).as("the same findings again").isEqualTo(findings);
    assertThat(Capacity.of(again)).as("the same capacity").isEqualTo(capacity);
  }

  private static List<Repair> repairs(IpamState state, Random random) {
    List<Repair> repairs = new ArrayList<>();
    any(state.pools().keySet(), random)
        .ifPresent(
            pool -> {
              repairs.add(new RemovePool(pool, false));
              repairs.add(new RemovePool(pool, true));
            });
    repairs.add(
        new ReleaseOrphanBlocks(
            new Selection.All(),
            Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), Repairs.NOW))));
    Optional<Cidr> block = any(state.blocks().keySet(), random);
    Optional<String> node = any(state.nodes().keySet(), random);
    if (block.isPresent() && node.isPresent()) {
      repairs.add(
          new ReassignAffinity(new ReassignAffinity.What.OneBlock(block.get()), node.get()));
    }
    return repairs;
  }

  private static <T> Optional<T> any(Set<T> choice, Random random) {
    return choice.stream().skip(choice.isEmpty() ? 0 : random.nextInt(choice.size())).findFirst();
  }

  private static String plan(IpamState state, Set<String> before, Repair repair, boolean rollBack)
      throws Exception {
    try {
      Plan plan =
          new Planner(state, EtcdLimits.standard())
              .plan(repair, Repairs.circumstances(repair.name()));
      IpamState after = judge(state, before, plan);
      String follows = itFollows(plan, repair);
      if (rollBack) {
        itsRollbackRestoresEveryByte(state, after, plan);
      }
      return "planned" + follows;
    } catch (RefusedException refused) {
      assertThat(refused.reasons()).as("reasons of %s", repair).isNotEmpty();
      return "refused";
    } catch (PlanRefusedException refused) {
      assertThat(refused.reasons()).as("reasons of %s", repair).isNotEmpty();
      return "refused as a plan";
    }
  }

  /** On what it carries it is made again, or it carries nothing. */
  private static String itFollows(Plan plan, Repair repair) {
    Replay.Verdict verdict = Replay.of(plan, repair);
    if (verdict instanceof Replay.Verdict.CarriesNothing) {
      return ", carries nothing";
    }
    assertThat(verdict).as("%s, made again", plan.title()).isEqualTo(new Replay.Verdict.Follows());
    return "";
  }

  private static void itIsTheSameOfAScreenedState(Mutant mutant, Repair repair, Random random) {
    IpamState screened =
        Screened.with(
            mutant.keyValues(),
            mutant.revision(),
            random,
            now -> Planner.focus(repair, now, EtcdLimits.standard()));
    assertThat(Repairs.outcome(screened, repair))
        .as("%s of a screened state", repair)
        .isEqualTo(Repairs.outcome(mutant.state(), repair));
  }

  /** The state after a plan in which everything is as it must be. */
  private static IpamState judge(IpamState state, Set<String> before, Plan plan)
      throws PlanFormatException {
    PlanFile.Sealed read = PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard());
    assertThat(read.plan()).as("%s, out of its file", plan.title()).isEqualTo(plan);
    assertThat(PlanCheck.moved(plan, state)).as("%s: moved at once", plan.title()).isEmpty();
    nothingUnreadableIsEdited(state, plan);
    IpamState after = Simulation.after(state, read.plan());
    Set<String> broken =
        Check.of(after).stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .map(Ordeal::identity)
            .filter(finding -> !before.contains(finding))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(broken).as("%s: what it breaks", plan.title()).isEqualTo(introduced(plan));
    if (plan.acceptedRisk().isEmpty()) {
      // What was an error and is a warning now was broken before.
      assertThat(broken)
          .filteredOn(finding -> !before.contains(finding.replaceFirst(" warning ", " error ")))
          .as("%s: no risk was accepted", plan.title())
          .isEmpty();
    }
    return after;
  }

  private static Set<String> introduced(Plan plan) {
    return plan.findings().introduced().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .map(each -> each.rule() + " " + each.severity().text() + " " + each.objects().get(0))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What cannot be read is unknown: no plan changes it, or takes away a block or handle of it. */
  private static void nothingUnreadableIsEdited(IpamState state, Plan plan) {
    for (Plan.Step step : plan.steps()) {
      for (Plan.PlannedWrite write : step.writes()) {
        Optional<Stored<?>> stored = state.at(write.key());
        boolean unknown =
            stored.isPresent()
                && stored.get().value().isEmpty()
                && !(stored.get().at() instanceof CalicoKey.AffinityKey);
        assertThat(unknown).as("%s writes %s", plan.title(), write.key()).isFalse();
      }
    }
  }

  private static void itsRollbackRestoresEveryByte(IpamState state, IpamState after, Plan plan)
      throws PlanRefusedException, UndoConflictException {
    Plan undo =
        new Undo(Repairs.applied(plan), after)
            .plan(
                new Planner(after, EtcdLimits.standard()),
                Repairs.circumstances("rollback", "r-1"));
    assertThat(bytes(Simulation.after(after, undo)))
        .as("after the rollback of %s", plan.title())
        .isEqualTo(bytes(state));
  }

  private static Map<Bytes, Optional<Bytes>> bytes(IpamState state) {
    Map<Bytes, Optional<Bytes>> bytes = new TreeMap<>();
    state.all().forEach(stored -> bytes.put(stored.key(), stored.bytes()));
    return bytes;
  }

  private static Set<String> identities(List<Finding> findings) {
    return findings.stream().map(Ordeal::identity).collect(Collectors.toSet());
  }

  private static String identity(Finding finding) {
    return finding.rule() + " " + finding.severity().text() + " " + finding.first();
  }
}
