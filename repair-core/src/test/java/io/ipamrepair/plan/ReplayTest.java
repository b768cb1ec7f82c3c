package io.ipamrepair.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.undo.Undo;
import io.ipamrepair.undo.UndoConflictException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every plan carries what it follows from, and follows from it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
  private final List<Integer> without = new ArrayList<>();
  private final List<Integer> with = new ArrayList<>();
  private final Map<String, Integer> kinds = new TreeMap<>();

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  @AfterAll
  void tell() {
    Collections.sort(without);
    Collections.sort(with);
    System.out.printf(
        "plans that follow: %s; bytes of a file without context: median %d, most %d; with it: median %d, most %d%n",
        kinds, middle(without), last(without), middle(with), last(with));
  }

  private static int middle(List<Integer> sorted) {
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }

  private static int last(List<Integer> sorted) {
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() - 1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyPlanAndEveryRollbackFollowsFromWhatItCarries(Golden golden) throws Exception {
    IpamState state = golden.state();
    for (Repair repair : repairs(state, golden)) {
      Optional<Plan> planned = Repairs.planned(state, repair);
      if (planned.isPresent()) {
        String what = golden + ": " + repair;
        Plan plan = outOfItsFile(planned.get());
        assertThat(plan.context()).as("%s: what it carries", what).isPresent();
        assertThat(Replay.of(plan, repair)).as(what).isEqualTo(new Replay.Verdict.Follows());
        measured(repair.name(), plan);
        itsRollbackFollowsToo(what, plan, state);
      }
    }
  }

  private static Set<Repair> repairs(IpamState state, Golden golden) {
    Set<Repair> repairs =
        new LinkedHashSet<>(Repairs.many(state, new Random(golden.toString().hashCode())));
    for (Finding finding : Check.of(state)) {
      if (finding.remedy() instanceof Remedy.Command command) {
        repairs.add(Repairs.of(command.arguments()));
      }
    }
    return repairs;
  }

  private static Plan outOfItsFile(Plan plan) throws PlanFormatException {
    return PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard()).plan();
  }

  private void measured(String kind, Plan plan) {
    kinds.merge(kind, 1, Integer::sum);
    without.add(PlanFile.bytes(plan.withContext(Optional.empty())).length);
    with.add(PlanFile.bytes(plan).length);
  }

  private void itsRollbackFollowsToo(String what, Plan plan, IpamState state) throws Exception {
    IpamState after = Simulation.after(state, plan);
    try {
      Plan undo =
          outOfItsFile(
              new Undo(Repairs.applied(plan), after)
                  .plan(
                      new Planner(after, EtcdLimits.standard()),
                      Repairs.circumstances("rollback", "r-1")));
      assertThat(undo.context()).as("%s: what its rollback carries", what).isPresent();
      assertThat(Replay.ofRollback(undo))
          .as("%s: its rollback", what)
          .isEqualTo(new Replay.Verdict.Follows());
      kinds.merge("rollback", 1, Integer::sum);
    } catch (UndoConflictException | PlanRefusedException none) {
      kinds.merge("no rollback", 1, Integer::sum);
    }
  }
}
