package io.ipamrepair.approval;

import io.ipamrepair.plan.Plan;
import java.util.List;

/**
 * How many people must have signed a plan, and who they may be (docs/approvals.md).
 *
 * @param approvals how many, besides the author
 * @param authorMayApprove whether the author's own signature counts as one of them; else the plan
 *     must name its author's key and carry that signature as well, so that it is known who else
 *     signed
 * @param exactOnly whether a plan may be applied to nothing but the bytes that were reviewed
 * @param overrideAllowed whether a plan may be applied in an emergency without what is missing
 * @param demands when more are needed
 * @param signers who may sign
 */
public record Policy(
    int approvals,
    boolean authorMayApprove,
    boolean exactOnly,
    boolean overrideAllowed,
    List<Demand> demands,
    AllowedSigners signers) {
  public Policy {
    demands = List.copyOf(demands);
  }

  /** When more approvals are needed. */
  public sealed interface Demand {
    /** How many are needed then. */
    int approvals();

    /** Whether it is made of {@code plan}. */
    boolean concerns(Plan plan);

    /** For plans that a command made. */
    record Command(String name, int approvals) implements Demand {
      @Override
      public boolean concerns(Plan plan) {
        return !plan.command().isEmpty() && plan.command().get(0).equals(name);
      }
    }

    /** For plans that hit so many, or more. */
    record Impact(Measure measure, long atLeast, int approvals) implements Demand {
      @Override
      public boolean concerns(Plan plan) {
        return measure.of(plan.impact()) >= atLeast;
      }
    }
  }

  /** What of a plan's impact is counted. */
  public enum Measure {
    ADDRESSES("addresses"),
    NODES("nodes"),
    WORKLOADS("workloads"),
    SINGLE_ENDPOINT("singleEndpoint");

    private final String text;

    Measure(String text) {
      this.text = text;
    }

    /** Its name in a policy file: that of the member in a plan file. */
    public String text() {
      return text;
    }

    long of(Plan.Impact impact) {
      return switch (this) {
        case ADDRESSES -> impact.addresses();
        case NODES -> impact.nodes().size();
        case WORKLOADS -> impact.workloads().size();
        case SINGLE_ENDPOINT -> impact.singleEndpoint().size();
      };
    }
  }

  /** How many approvals {@code plan} needs. */
  public int needed(Plan plan) {
    return demands.stream()
        .filter(demand -> demand.concerns(plan))
        .mapToInt(Demand::approvals)
        .reduce(approvals, Math::max);
  }
}
