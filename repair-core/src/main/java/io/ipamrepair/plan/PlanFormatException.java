package io.ipamrepair.plan;

import java.util.List;

/** A plan file that is not accepted: every problem, one line each. */
public final class PlanFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public PlanFormatException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
