package io.ipamrepair.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code bench/run} runs. */
@Command(
    name = "bench/run",
    description = "Big clusters, and what reading them costs (docs/performance.md).",
    mixinStandardHelpOptions = true,
    subcommands = {CompareCommand.class, GenerateCommand.class, ServeCommand.class})
public final class Bench {
  private Bench() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    // An interruption leaves no server and no measured program behind, whenever it comes.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () ->
                    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }
}
