package io.ipamrepair.approval;

import java.util.List;

/** A key, signature, list of signers or policy that cannot be read: every problem, a line each. */
public final class ApprovalFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ApprovalFormatException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  ApprovalFormatException(String problem) {
    this(List.of(problem));
  }

  /** What is wrong, one line each. */
  public List<String> problems() {
    return problems;
  }
}
