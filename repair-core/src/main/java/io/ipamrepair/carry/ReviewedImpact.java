package io.ipamrepair.carry;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.plan.ImpactSurvey;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.plan.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * An approval is for what was reviewed. A plan that is carried over does the same to its objects,
 * but who is hit may have grown: a block that is handed over has got pods since. Then the approval
 * does not hold.
 */
public final class ReviewedImpact {
  private ReviewedImpact() {}

  /**
   * What must be known of {@code state} to say whom a plan hits when it is carried over to it;
   * asked again of the state that has it.
   *
   * @param done how many steps of the whole plan are done already
   */
  public static Focus focus(Carrying carrying, Plan plan, int done, IpamState state) {
    Focus planned = PlanFocus.of(plan.steps());
    boolean known =
        plan.steps().stream()
            .flatMap(step -> step.writes().stream())
            .flatMap(write -> state.at(write.key()).stream())
            .allMatch(stored -> stored.bytes().isPresent());
    return known
        ? planned.and(PlanFocus.of(carrying.onto(plan, done, state).plan().steps()))
        : planned;
  }

  /**
   * Who is hit by a plan that is carried over to {@code now} and was not when it was reviewed, in
   * words; empty where nothing is carried over, or nobody is.
   *
   * @param now a state of which {@link #focus} is known
   */
  public static List<String> exceeded(Carried carried, IpamState now) {
    if (carried.carried().isEmpty()) {
      return List.of();
    }
    Plan plan = carried.plan();
    Plan.Impact then = plan.impact();
    Plan.Impact hit =
        new ImpactSurvey(now, Simulation.after(now, plan)).of(plan.steps(), List.of());
    List<String> lines = new ArrayList<>();
    name("node", then.nodes(), hit.nodes(), lines);
    name("workload", then.workloads(), hit.workloads(), lines);
    name("workload with a single endpoint", then.singleEndpoint(), hit.singleEndpoint(), lines);
    if (!lines.isEmpty()) {
      lines.add(0, "approvals are for what was reviewed, and it would hit more by now:");
    }
    return lines;
  }

  private static void name(
      String what, SortedSet<String> reviewed, SortedSet<String> hit, List<String> lines) {
    SortedSet<String> more = new TreeSet<>(hit);
    more.removeAll(reviewed);
    more.forEach(each -> lines.add("  also the " + what + " " + each));
  }
}
