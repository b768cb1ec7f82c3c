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
    line.setExecutionStrategy(parsed -> execute(top, parsed));
    line.setParameterExceptionHandler((wrong, given) -> usage(wrong, given));
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> failure(exception, top.verbose).code());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(session.terminal().out(), true));
    line.setErr(new PrintWriter(session.terminal().err(), true));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    return line.execute(arguments);
  }

  private int execute(IpamRepair top, ParseResult parsed) {
    if (CommandLine.printHelpIfRequested(parsed)) {
      return ExitCode.DONE.code();
    }
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!(last.commandSpec().userObject() instanceof ToolCommand command)) {
      throw new ParameterException(last.commandSpec().commandLine(), "expected a command");
    }
    if (!command.formats().contains(top.output)) {
      throw new ParameterException(
          last.commandSpec().commandLine(), "-o " + top.output + " is a format of scan alone");
    }
    command.options = top;
    command.session = session;
    Logging.configure(top.verbose);
    try {
      return command.run();
    } catch (RuntimeException exception) {
      return failure(exception, top.verbose).code();
    }
  }

  private int usage(ParameterException wrong, String... arguments) {
    if (ScanNagios.isAskedFor(arguments)) {
      ScanNagios said = ScanNagios.unknown(List.of(wrong.getMessage()));
      session.terminal().result(said.line());
      return said.state().code();
    }
    session.terminal().message(wrong.getMessage());
    session
        .terminal()
        .message("Help: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE.code();
  }

  private ExitCode failure(Exception exception, boolean verbose) {
    if (exception instanceof CommandFailure failure) {
      failure.lines().forEach(session.terminal()::message);
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
