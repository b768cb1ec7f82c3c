package io.ipamrepair.cli;

import io.ipamrepair.approval.Assessment;
import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Replay;
import io.ipamrepair.run.Backing;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify PLAN}: whether a plan is what it says, and whether it still can be applied. */
@Command(
    name = "verify",
    description =
        "Whether a plan is what it says: made by its command, and applicable now. Locks and writes nothing.")
final class VerifyCommand extends ToolCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  Path file;

  @Option(
      names = "--offline",
      description = "Asks no etcd: only whether the plan follows from what it carries.")
  boolean offline;

  @Mixin LimitOptions limits;
  @Mixin PolicyOption policyOption;

  @Override
  public ExitCode call() {
    PlanInput input = read();
    Plan plan = input.sealed().plan();
    Replay.Verdict follows = PlanProof.of(plan);
    boolean lies = follows instanceof Replay.Verdict.DoesNotFollow;
    List<SignatureFile> signatures = SignatureOutput.beside(input.file());
    Optional<Policy> policy = policyOption.policy(session);
    Backing backing = new Backing(signatures, policy, Optional.empty(), Optional.empty());
    Optional<Standing> standing =
        lies || !asksEtcd()
            ? Optional.empty()
            : Optional.of(Standing.of(session, top(), input, backing));
    Verification verification =
        new Verification(
            input,
            follows,
            new Verification.Signed(
                SignatureReport.of(plan, input.bytes(), signatures),
                policy.map(
                    each ->
                        Assessment.of(
                            each, plan, input.bytes(), signatures, session.clock().instant()))),
            standing,
            offline);
    if (json()) {
      session.terminal().raw(PrettyJson.of(verification.json()));
    } else {
      verification
          .lines(session.shown(input.file()).toString())
          .forEach(session.terminal()::result);
    }
    session.terminal().messages(verification.refusal());
    return verification.exit();
  }

  private PlanInput read() {
    try {
      return PlanInput.read(session, file, limits.limits());
    } catch (CommandFailure failure) {
      if (json() && failure.exit() == ExitCode.PLAN_REFUSED) {
        List<String> problems =
            failure.lines().stream()
                .filter(line -> line.startsWith(" "))
                .map(String::strip)
                .toList();
        session
            .terminal()
            .raw(
                PrettyJson.of(
                    Verification.unreadable(problems.isEmpty() ? failure.lines() : problems)));
      }
      throw failure;
    }
  }

  /** Where nobody names an etcd, the one that may run here by chance is none to be asked. */
  private boolean asksEtcd() {
    return !offline && session.connection(top()).isNamed();
  }
}
