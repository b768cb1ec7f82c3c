package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanDifference;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code replan PLAN}: the plan of the same command on the state as it is now, and what it does
 * that the first did not. The words of the command come from a file: they are read as those of one
 * of the repairs, which plan and write nothing, and as nothing else.
 */
@Command(
    name = "replan",
    description =
        "Makes a plan again on the state as it is now, and says in what the two differ, for who has read the first.")
final class ReplanCommand extends ToolCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file; it stays as it is.")
  Path file;

  @Mixin PlanOptions planOptions;

  @Override
  public ExitCode call() {
    PlanOutput output = PlanOutput.at(session, planOptions);
    Plan before = PlanInput.read(session, file, planOptions.limits()).sealed().plan();
    RepairCommand command = command(before);
    Instant now = session.now();
    Plan plan =
        command.plan(now, planOptions.reason.isEmpty() ? before.reason() : planOptions.reason);
    List<String> differences = PlanDifference.between(before, plan);
    if (!json()) {
      tell(differences);
    }
    output.write(
        plan.command().get(0),
        plan,
        json(),
        Map.of("differences", Json.Array.ofTexts(differences)));
    return ExitCode.DONE;
  }

  private void tell(List<String> differences) {
    if (differences.isEmpty()) {
      session
          .terminal()
          .result("The new plan does the same, to the same objects, on the same conditions.");
    } else {
      session.terminal().result("Against " + session.shown(session.resolve(file)) + ":");
      differences.forEach(line -> session.terminal().result("  " + line));
    }
  }

  /** The repair that a plan was made by. */
  private RepairCommand command(Plan plan) {
    List<String> words = new ArrayList<>(plan.command());
    plan.fileOption().ifPresent(words::remove);
    Class<? extends ToolCommand> type =
        words.isEmpty() ? ReplanCommand.class : Commands.byName().get(words.get(0));
    if (type == null || !RepairCommand.class.isAssignableFrom(type)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "replan makes the plan of a repair again; this one was made by: "
              + Shell.words(words)
              + (type == RollbackCommand.class ? ". Give that command again, with --out" : ""));
    }
    CommandLine line = new CommandLine(type).setExpandAtFiles(false);
    try {
      line.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    } catch (ParameterException wrong) {
      throw new CommandFailure(
          ExitCode.PLAN_REFUSED,
          "the plan's command is none of this release: "
              + Shell.words(words)
              + ": "
              + wrong.getMessage());
    }
    RepairCommand command = line.getCommand();
    command.options = top();
    command.session = session;
    command.planOptions = planOptions;
    return command;
  }
}
