package io.ipamrepair.cli;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;

/** A command: option fields, and a {@link #call} that hands them to a room of the core. */
abstract class ToolCommand implements Callable<ExitCode> {
  /** The options that every command accepts; set before {@link #call}. */
  IpamRepair options;

  /** The process that the command runs in; set before {@link #call}. */
  Session session;

  @Override
  public abstract ExitCode call();

  /** Runs it; what it returns ends the process. An {@link ExitCode}, but for one format of scan. */
  int run() {
    return call().code();
  }

  /** The formats of results that the command accepts. */
  Set<IpamRepair.OutputFormat> formats() {
    return EnumSet.of(IpamRepair.OutputFormat.text, IpamRepair.OutputFormat.json);
  }

  /** Whether results are wanted as JSON. */
  boolean json() {
    return top().output == IpamRepair.OutputFormat.json;
  }

  /** The options that every command accepts. */
  IpamRepair top() {
    return options;
  }
}
