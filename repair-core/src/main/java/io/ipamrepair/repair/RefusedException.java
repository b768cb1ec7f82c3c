package io.ipamrepair.repair;

import java.util.List;

/** A repair that is not made: every reason, one line each. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whether the arguments or the data are at fault. */
  public enum Fault {
    /**
     * The arguments name something that the command does not take: asked again rightly, it may
     * work.
     */
    ARGUMENTS,
    /** The data do not allow the repair. */
    DATA
  }

  private final Fault fault;
  private final transient List<String> reasons;

  public RefusedException(Fault fault, List<String> reasons) {
    super(String.join("\n", reasons));
    this.fault = fault;
    this.reasons = List.copyOf(reasons);
  }

  static RefusedException data(String... reasons) {
    return new RefusedException(Fault.DATA, List.of(reasons));
  }

  public Fault fault() {
    return fault;
  }

  /** The reasons, most important first. */
  public List<String> reasons() {
    return reasons;
  }
}
