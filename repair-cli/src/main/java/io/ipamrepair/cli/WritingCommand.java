package io.ipamrepair.cli;

import io.ipamrepair.json.PrettyJson;

/** A command that writes to etcd. With {@code -o json} it prints an outcome however it ends. */
abstract class WritingCommand extends ToolCommand {
  /** The command itself; it prints the outcome, unless it fails before there is one. */
  abstract ExitCode write();

  @Override
  public final ExitCode call() {
    try {
      return write();
    } catch (CommandFailure failure) {
      if (json()) {
        session.terminal().raw(PrettyJson.of(OutcomeJson.of(failure)));
      }
      throw failure;
    }
  }
}
