package io.ipamrepair.cli;

import java.util.concurrent.Callable;

/** A command: option fields, and a {@link #call} that hands them to a room of the core. */
abstract class ToolCommand implements Callable<ExitCode> {
  /** The options that every command accepts; set before {@link #call}. */
  IpamRepair options;

  /** The process that the command runs in; set before {@link #call}. */
  Session session;

  @Override
  public abstract ExitCode call();

  /** Whether results are wanted as JSON. */
  boolean json() {
    return top().output == IpamRepair.OutputFormat.json;
  }

  /** The options that every command accepts. */
  IpamRepair top() {
    return options;
  }
}
