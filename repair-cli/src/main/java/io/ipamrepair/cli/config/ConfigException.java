package io.ipamrepair.cli.config;

import java.util.List;

/** A configuration that cannot be used: every problem, one line each. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Fault {
    /** A value is malformed, or one is missing. */
    VALUES,
    /** Each value is well-formed, but no etcd can be talked to so. */
    CONNECTION
  }

  private final Fault fault;
  private final transient List<String> problems;

  public ConfigException(Fault fault, List<String> problems) {
    super(String.join("\n", problems));
    this.fault = fault;
    this.problems = List.copyOf(problems);
  }

  public Fault fault() {
    return fault;
  }

  public List<String> problems() {
    return problems;
  }
}
