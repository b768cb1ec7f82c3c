package io.ipamrepair.cli;

import io.ipamrepair.run.Backing;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code apply PLAN}: writes what a plan says, with compare-and-swap, journalled. */
@Command(
    name = "apply",
    description =
        "Applies a plan: checks everything again, journals, commits with compare-and-swap.")
final class ApplyCommand extends WritingCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  Path file;

  @Option(names = "--dry-run", description = "Checks everything and writes nothing.")
  boolean dryRun;

  @Mixin LimitOptions limits;
  @Mixin RunningOptions running;
  @Mixin ApprovalOptions approvals;

  @Override
  ExitCode write() {
    Application application = new Application(session, top(), running.options());
    PlanInput plan = PlanInput.read(session, file, limits.limits());
    plan.refuseUnlessItFollows(file);
    Backing backing = approvals.backing(session, SignatureOutput.beside(plan.file()));
    return application.apply(plan.sealed(), plan.bytes(), backing, dryRun);
  }
}
