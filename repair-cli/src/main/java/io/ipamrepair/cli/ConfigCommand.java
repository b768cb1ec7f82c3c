package io.ipamrepair.cli;

import io.ipamrepair.cli.config.ConnectionConfig;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import picocli.CommandLine.Command;

/** {@code config}: which etcd would be talked to, and which source said so for each value. */
@Command(
    name = "config",
    description = "Which etcd would be used, and which source won for each value.")
final class ConfigCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    ConnectionConfig.Resolved config = session.connection(top());
    if (json()) {
      session.terminal().raw(PrettyJson.of(json(config)));
    } else {
      text(config);
    }
    config
        .unused()
        .forEach(
            file ->
                session
                    .terminal()
                    .message("Not used, because the endpoints come from elsewhere: " + file));
    config.disagreement().ifPresent(session.terminal()::message);
    return ExitCode.DONE;
  }

  private void text(ConnectionConfig.Resolved config) {
    Terminal terminal = session.terminal();
    for (ConnectionConfig.Setting setting : config.settings()) {
      terminal.result(
          String.format("%-16s %s  (%s)", setting.name(), setting.value(), setting.source()));
    }
    terminal.result(String.format("%-16s %s", "journal", session.journalFolder(top())));
  }

  private Json.Obj json(ConnectionConfig.Resolved config) {
    return Json.Obj.of(
        "settings",
        new Json.Array(config.settings().stream().<Json>map(ConfigCommand::json).toList()),
        "unused",
        Json.Array.ofTexts(config.unused()),
        "disagreement",
        config.disagreement().<Json>map(Json.Text::new).orElse(Json.Null.NULL),
        "journal",
        new Json.Text(session.journalFolder(top()).toString()));
  }

  private static Json.Obj json(ConnectionConfig.Setting setting) {
    return Json.Obj.of(
        "name", new Json.Text(setting.name()),
        "value", new Json.Text(setting.value()),
        "source", new Json.Text(setting.source()));
  }
}
