package io.ipamrepair.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.undo.Undo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command that a finding names, on every golden state: it does what the finding says it does.
 */
class NamedCommandsTest {
  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theCommandThatAFindingNamesResolvesIt(Golden golden) throws Exception {
    IpamState state = golden.state();
    List<String> failures = new ArrayList<>();
    for (Finding finding : Check.of(state)) {
      if (finding.remedy() instanceof Remedy.Command command) {
        String words = finding.rule() + " " + finding.objects().get(0) + ": " + command.arguments();
        try {
          Plan plan = Repairs.plan(state, command.arguments().toArray(String[]::new));
          boolean resolves =
              plan.findings().resolved().stream()
                  .anyMatch(
                      resolved ->
                          resolved.rule().equals(finding.rule())
                              && resolved.objects().get(0).equals(finding.objects().get(0)));
          if (!resolves) {
            failures.add(words + " resolves only " + plan.findings().resolved());
          }
        } catch (RefusedException refused) {
          failures.add(words + " is refused: " + refused.reasons());
        } catch (PlanRefusedException refused) {
          failures.add(words + " makes no plan: " + refused.reasons());
        }
      }
    }
    assertThat(failures).as(golden.toString()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyPlanSurvivesItsFileAndItsRollbackRestoresEveryByte(Golden golden) throws Exception {
    IpamState state = golden.state();
    for (Finding finding : Check.of(state)) {
      if (finding.remedy() instanceof Remedy.Command command) {
        Plan plan = Repairs.plan(state, command.arguments().toArray(String[]::new));
        PlanFile.Sealed read = PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard());
        assertThat(read.plan()).as(command.toString()).isEqualTo(plan);
        assertThat(PlanCheck.moved(plan, state)).as("moved at once: " + command).isEmpty();

        IpamState after = Simulation.after(state, plan);
        Plan undo =
            new Undo(Repairs.applied(plan), after)
                .plan(
                    new Planner(after, EtcdLimits.standard()),
                    Repairs.circumstances("rollback", "r-1"));
        assertThat(bytes(Simulation.after(after, undo)))
            .as("after rollback of " + command)
            .isEqualTo(bytes(state));
        assertThat(PlanFile.read(PlanFile.bytes(undo), EtcdLimits.standard()).plan())
            .isEqualTo(undo);
      }
    }
  }

  @Test
  void someFindingNamesEachCommand() {
    List<String> named =
        cases()
            .flatMap(golden -> Check.of(golden.state()).stream())
            .map(Finding::remedy)
            .filter(Remedy.Command.class::isInstance)
            .map(remedy -> ((Remedy.Command) remedy).arguments().get(0))
            .distinct()
            .sorted()
            .toList();
    assertThat(named).containsExactly("reassign-affinity", "release-orphan-blocks", "remove-pool");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void releasingAllOrphansBreaksNoRuleAndFreesNoAddress(Golden golden) throws Exception {
    IpamState state = golden.state();
    Plan plan;
    try {
      plan = Repairs.plan(state, "release-orphan-blocks", "--all");
    } catch (RefusedException nothingToDo) {
      return;
    }
    IpamState after = Simulation.after(state, plan);
    assertThat(held(after)).as(golden.toString()).isEqualTo(held(state));
    assertThat(plan.findings().introduced())
        .allMatch(finding -> finding.severity() == Severity.INFO);
  }

  private static List<String> held(IpamState state) {
    return state.blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .flatMap(
            block ->
                block.held().stream()
                    .filter(ordinal -> !block.isVacant())
                    .map(ordinal -> block.address(ordinal).toString()))
        .toList();
  }

  private static Map<String, String> bytes(IpamState state) {
    Map<String, String> bytes = new TreeMap<>();
    for (Stored<?> stored : state.all()) {
      bytes.put(stored.key().display(), stored.bytes().map(Bytes::display).orElse("(not kept)"));
    }
    return bytes;
  }
}
