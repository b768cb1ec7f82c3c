package io.ipamrepair.cli;

import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.json.PrettyJson;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code review PLAN}: the plan as a person reads it. Needs no etcd. */
@Command(
    name = "review",
    description =
        "The plan as a person reads it: what changes and why, whom it concerns, what it rests on.")
final class ReviewCommand extends ToolCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  Path file;

  @Option(names = "--all", description = "Leaves nothing out; without it long lists are cut.")
  boolean all;

  @Option(
      names = "--markdown",
      description =
          "As GitHub-flavoured Markdown that fits a comment on a pull request; says what it leaves out.")
  boolean markdown;

  @Mixin LimitOptions limits;

  @Mixin HtmlOption html;

  @Override
  public ExitCode call() {
    if (markdown && json()) {
      throw new CommandFailure(ExitCode.USAGE, "expected --markdown or -o json, found both");
    } else if (markdown && all) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "expected --markdown or --all, found both: a comment has a limit; --all without --markdown leaves nothing out");
    }
    HtmlOutput page = HtmlOutput.at(session, html);
    PlanInput plan = PlanInput.read(session, file, limits.limits());
    if (json()) {
      session.terminal().raw(PrettyJson.of(plan.json()));
    }
    List<SignatureReport.Line> signatures =
        SignatureReport.of(plan.sealed().plan(), plan.bytes(), SignatureOutput.beside(plan.file()));
    Review review = Review.of(plan.sealed(), signatures, session.now());
    String named = Shell.words(List.of(session.shown(plan.file()).toString()));
    List<Review.Next> next = Review.next(plan.sealed().plan(), named, session.now());
    page.write(() -> new ReviewHtml().of(plan.sealed(), signatures, next));
    if (json()) {
      return ExitCode.DONE;
    }
    if (markdown) {
      session.terminal().raw(ReviewMarkdown.of(review, named, next));
    } else {
      new ReviewText(session.terminal()::result, all).print(review);
      next.forEach(each -> session.terminal().result(each.line()));
    }
    return ExitCode.DONE;
  }
}
