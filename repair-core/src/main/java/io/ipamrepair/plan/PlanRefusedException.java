package io.ipamrepair.plan;

import java.util.List;

/** No plan is made: it would do harm, or cannot be done. Every reason, one line each. */
public final class PlanRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> reasons;

  public PlanRefusedException(List<String> reasons) {
    super(String.join("\n", reasons));
    this.reasons = List.copyOf(reasons);
  }

  public List<String> reasons() {
    return reasons;
  }
}
