package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanDifference;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code replan PLAN}: the plan of the same command on the state as it is now, and what it does
 * that the first did not.
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
    RepairCommand command =
        CommandOfPlan.repair(plan)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.USAGE,
                        "replan makes the plan of a repair again; this one was made by: "
                            + Shell.words(CommandOfPlan.words(plan))
                            + (CommandOfPlan.isRollback(plan)
                                ? ". Give that command again, with --out"
                                : "")));
    command.options = top();
    command.session = session;
    command.planOptions = planOptions;
    return command;
  }
}
