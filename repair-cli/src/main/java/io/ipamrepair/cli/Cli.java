package io.ipamrepair.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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

  /** Runs a command. Whatever is thrown ends in an exit code: Java's own would be 1, "findings". */
  int run(String... arguments) {
    IpamRepair top = new IpamRepair();
    try {
      return line(top, Commands.meantBy(arguments)).execute(arguments);
    } catch (Throwable unexpected) {
      return failure(unexpected, top.verbose).code();
    }
  }

  private CommandLine line(IpamRepair top, Set<String> commands) {
    CommandLine line = new CommandLine(top);
    Commands.add(line, commands);
    line.getCommandSpec().version("ipam-repair " + version());
    line.setExecutionStrategy(parsed -> execute(top, parsed));
    line.setParameterExceptionHandler((wrong, given) -> usage(wrong, given));
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> failure(exception, top.verbose).code());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(session.terminal().out(), true));
    line.setErr(new PrintWriter(session.terminal().err(), true));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    return line;
  }

  private int execute(IpamRepair top, ParseResult parsed) {
    if (parsed.isUsageHelpRequested()) {
      CommandLine line = parsed.commandSpec().commandLine();
      Commands.list(line);
      line.getCommandSpec().usageMessage().footer(exitCodes());
    }
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
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    session.terminal().messages(List.of(wrong.getMessage(), "Help: " + command + " --help"));
    return ExitCode.USAGE.code();
  }

  private ExitCode failure(Throwable thrown, boolean verbose) {
    if (thrown instanceof CommandFailure failure) {
      session.terminal().messages(failure.lines());
      return failure.exit();
    } else if (thrown instanceof OutOfMemoryError error) {
      session.terminal().messages(outOfMemory(error));
      return ExitCode.BUG;
    }
    session.terminal().message("This is a bug in ipam-repair, please report it: " + thrown);
    List<StackTraceElement> trace = Arrays.asList(thrown.getStackTrace());
    trace.stream()
        .limit(verbose ? trace.size() : 5)
        .forEach(element -> session.terminal().message("  at " + element));
    return ExitCode.BUG;
  }

  private static List<String> outOfMemory(OutOfMemoryError error) {
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    return List.of(
        "Out of memory (" + error.getMessage() + "): Java's heap may have " + megabytes + " MB.",
        "Give it more: IPAM_REPAIR_JAVA_OPTS=-Xmx" + 2 * megabytes + "m",
        "If a run had begun, see how far it came: ipam-repair runs");
  }

  private static String version() {
    String version = Cli.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  private static String[] exitCodes() {
    List<String> lines = new java.util.ArrayList<>(List.of("", "Exit codes:"));
    for (ExitCode code : ExitCode.values()) {
      // Not String.format: it brings the numbers of every language.
      String number = Integer.toString(code.code());
      lines.add("  " + " ".repeat(3 - number.length()) + number + "  " + code.meaning());
    }
    return lines.toArray(String[]::new);
  }
}
