package io.ipamrepair.cli;

import io.ipamrepair.json.PrettyJson;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code review PLAN}: the plan as a person reads it. Needs no etcd. */
@Command(
    name = "review",
    description =
        "The plan as a person reads it: what changes and why, whom it concerns, what it rests on.")
final class ReviewCommand extends ToolCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  Path file;

  @Mixin LimitOptions limits;

  @Override
  public ExitCode call() {
    PlanInput plan = PlanInput.read(session, file, limits.limits());
    if (json()) {
      session.terminal().raw(PrettyJson.of(plan.json()));
    } else {
      new ReviewText(session.terminal()::result).print(plan.sealed());
      session.terminal().result("Next: ipam-repair apply " + session.shown(plan.file()));
    }
    return ExitCode.DONE;
  }
}
