package io.ipamrepair.cli;

import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Mixin HtmlOption html;

  @Override
  public ExitCode call() {
    HtmlOutput page = HtmlOutput.at(session, html);
    PlanInput plan = PlanInput.read(session, file, limits.limits());
    if (json()) {
      session.terminal().raw(PrettyJson.of(plan.json()));
    } else {
      new ReviewText(session.terminal()::result).print(plan.sealed());
      session
          .terminal()
          .result(
              (applicable(plan)
                      ? "Next: "
                      : "It cannot be applied. To plan it from the live etcd: ")
                  + next(plan));
    }
    page.write(() -> new ReviewHtml().of(plan.sealed(), next(plan)));
    return ExitCode.DONE;
  }

  private static boolean applicable(PlanInput input) {
    return input.sealed().plan().cluster().etcdClusterId().isPresent();
  }

  private String next(PlanInput input) {
    if (applicable(input)) {
      return "ipam-repair apply " + session.shown(input.file());
    }
    Plan plan = input.sealed().plan();
    List<String> again = new ArrayList<>(plan.command());
    plan.fileOption().ifPresent(again::remove);
    return "ipam-repair " + Shell.words(again);
  }
}
