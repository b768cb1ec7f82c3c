package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
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
    return list(this);
  }

  private static ExitCode list(ToolCommand asked) {
    Terminal terminal = asked.session.terminal();
    if (asked.json()) {
      List<Json> pages =
          NAMES.stream()
              .<Json>map(
                  name ->
                      Json.Obj.of("name", new Json.Text(name), "title", new Json.Text(title(name))))
              .toList();
      terminal.raw(PrettyJson.of(Json.Obj.of("playbooks", new Json.Array(pages))));
      return ExitCode.DONE;
    }
    NAMES.forEach(name -> terminal.result(name + "  " + title(name)));
    terminal.result("Read one: ipam-repair playbook show NAME");
    return ExitCode.DONE;
  }

  private static String title(String name) {
    return text(name).orElseThrow().lines().findFirst().orElse("").replaceFirst("^# ", "");
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
      return list(this);
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
