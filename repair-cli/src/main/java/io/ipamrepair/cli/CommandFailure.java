package io.ipamrepair.cli;

import java.util.List;

/** A command that ends here, with lines for a person and an exit code; never a stack trace. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ExitCode exit;
  private final transient List<String> lines;

  CommandFailure(ExitCode exit, List<String> lines) {
    super(String.join("\n", lines), null, false, false);
    this.exit = exit;
    this.lines = List.copyOf(lines);
  }

  CommandFailure(ExitCode exit, String line) {
    this(exit, List.of(line));
  }

  ExitCode exit() {
    return exit;
  }

  List<String> lines() {
    return lines;
  }
}
