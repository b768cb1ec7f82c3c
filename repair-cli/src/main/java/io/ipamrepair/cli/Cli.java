package io.ipamrepair.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as a function: arguments in, exit code out. */
final class Cli {
  private final Session session;

  Cli(Session session) {
    this.session = session;
  }

  /** Runs a command; never throws for what a user or the data did. */
  int run(String... arguments) {
    IpamRepair top = new IpamRepair();
    CommandLine line = new CommandLine(top);
    line.getCommandSpec().version("ipam-repair " + version());
    line.getCommandSpec().usageMessage().footer(exitCodes());
    line.setExecutionStrategy(parsed -> execute(top, parsed).code());
    line.setParameterExceptionHandler((wrong, given) -> usage(wrong).code());
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> failure(exception, top.verbose).code());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(session.terminal().out(), true));
    line.setErr(new PrintWriter(session.terminal().err(), true));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    return line.execute(arguments);
  }

  private ExitCode execute(IpamRepair top, ParseResult parsed) {
    if (CommandLine.printHelpIfRequested(parsed)) {
      return ExitCode.DONE;
    }
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!(last.commandSpec().userObject() instanceof ToolCommand command)) {
      throw new ParameterException(last.commandSpec().commandLine(), "expected a command");
    }
    command.options = top;
    command.session = session;
    Logging.configure(top.verbose);
    try {
      return command.call();
    } catch (RuntimeException exception) {
      return failure(exception, top.verbose);
    }
  }

  private ExitCode usage(ParameterException wrong) {
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    session.terminal().messages(List.of(wrong.getMessage(), "Help: " + command + " --help"));
    return ExitCode.USAGE;
  }

  private ExitCode failure(Exception exception, boolean verbose) {
    if (exception instanceof CommandFailure failure) {
      session.terminal().messages(failure.lines());
      return failure.exit();
    }
    session.terminal().message("This is a bug in ipam-repair, please report it: " + exception);
    List<StackTraceElement> trace = Arrays.asList(exception.getStackTrace());
    trace.stream()
        .limit(verbose ? trace.size() : 5)
        .forEach(element -> session.terminal().message("  at " + element));
    return ExitCode.BUG;
  }

  private static String version() {
    String version = Cli.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  private static String[] exitCodes() {
    List<String> lines = new java.util.ArrayList<>(List.of("", "Exit codes:"));
    for (ExitCode code : ExitCode.values()) {
      lines.add(String.format("  %3d  %s", code.code(), code.meaning()));
    }
    return lines.toArray(String[]::new);
  }
}
