package io.ipamrepair.cli;

import io.ipamrepair.cli.config.ConnectionConfig;
import picocli.CommandLine.Command;

/** {@code config}: which etcd would be talked to, and which source said so for each value. */
@Command(
    name = "config",
    description = "Which etcd would be used, and which source won for each value.")
final class ConfigCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    ConnectionConfig.Resolved config = session.connection(top());
    config
        .settings()
        .forEach(
            setting ->
                session
                    .terminal()
                    .result(
                        String.format(
                            "%-16s %s  (%s)", setting.name(), setting.value(), setting.source())));
    session.terminal().result(String.format("%-16s %s", "journal", session.journalFolder(top())));
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
}
