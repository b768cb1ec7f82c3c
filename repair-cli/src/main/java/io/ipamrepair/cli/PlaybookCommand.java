package io.ipamrepair.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code playbook}: the runbooks that come with the tool. */
@Command(
    name = "playbook",
    description = "The runbooks that come with the tool.",
    subcommands = {PlaybookCommand.ListAll.class, PlaybookCommand.Show.class})
final class PlaybookCommand extends ToolCommand {
  /** The playbooks, each a page of Markdown among the resources. */
  private static final List<String> NAMES = List.of("overlapping-pool");

  @Override
  public ExitCode call() {
    return list(session.terminal());
  }

  private static ExitCode list(Terminal terminal) {
    NAMES.forEach(
        name ->
            terminal.result(
                name
                    + "  "
                    + text(name)
                        .orElseThrow()
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceFirst("^# ", "")));
    terminal.result("Read one: ipam-repair playbook show NAME");
    return ExitCode.DONE;
  }

  private static Optional<String> text(String name) {
    try (InputStream page =
        PlaybookCommand.class.getResourceAsStream("/playbooks/" + name + ".md")) {
      return page == null
          ? Optional.empty()
          : Optional.of(new String(page.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException broken) {
      throw new IllegalStateException(
          "the playbook " + name + " of this distribution cannot be read", broken);
    }
  }

  /** {@code playbook list}. */
  @Command(name = "list", description = "Lists them.")
  static final class ListAll extends ToolCommand {
    @Override
    public ExitCode call() {
      return list(session.terminal());
    }
  }

  /** {@code playbook show NAME}. */
  @Command(name = "show", description = "Prints one.")
  static final class Show extends ToolCommand {
    @Parameters(paramLabel = "NAME", description = "The playbook's name, as in playbook list.")
    String name;

    @Override
    public ExitCode call() {
      if (!NAMES.contains(name)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "there is no playbook " + name + "; there are: " + String.join(", ", NAMES));
      }
      text(name).orElseThrow().lines().forEach(session.terminal()::result);
      return ExitCode.DONE;
    }
  }
}
