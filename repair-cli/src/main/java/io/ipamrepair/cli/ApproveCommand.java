package io.ipamrepair.cli;

import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.Plan;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code approve PLAN}: signs the exact bytes of a plan file. Needs no etcd. */
@Command(
    name = "approve",
    description =
        "Signs a plan's exact bytes with your SSH key, as ssh-keygen -Y sign does. Review it first.")
final class ApproveCommand extends ToolCommand {
  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  Path file;

  @Option(
      names = "--ssh-key",
      paramLabel = "FILE",
      description =
          "Your private key, or the .pub of one that your agent has (IPAM_REPAIR_SSH_KEY; default: the only one there is).")
  Optional<Path> sshKey = Optional.empty();

  @Mixin LimitOptions limits;

  @Override
  public ExitCode call() {
    PlanInput input = PlanInput.read(session, file, limits.limits());
    input.refuseUnlessItFollows(file);
    Plan plan = input.sealed().plan();
    if (!session.clock().instant().isBefore(plan.expires())) {
      throw new CommandFailure(
          ExitCode.PLAN_REFUSED,
          "Not signed: the plan expired at " + plan.expires() + "; make it again");
    }
    SshKey key = SshKey.chosen(session, sshKey);
    boolean author = plan.authorKey().filter(key.fingerprint()::equals).isPresent();
    Optional<String> before = signatureBefore(input, key);
    String signature =
        before.orElseGet(
            () ->
                session
                    .shown(new SignatureOutput(session).sign(input.file(), input.bytes(), key))
                    .toString());
    if (json()) {
      session
          .terminal()
          .raw(
              PrettyJson.of(
                  Json.Obj.of(
                      "plan", new Json.Text(session.shown(input.file()).toString()),
                      "digest", new Json.Text(input.sealed().digest()),
                      "key", new Json.Text(key.fingerprint()),
                      "author", Json.Bool.of(author),
                      "signature", new Json.Text(signature),
                      "new", Json.Bool.of(before.isEmpty()))));
    } else {
      tell(input, key, author, signature, before.isPresent());
    }
    return ExitCode.DONE;
  }

  private void tell(
      PlanInput input, SshKey key, boolean author, String signature, boolean already) {
    Terminal terminal = session.terminal();
    terminal.result(
        "plan " + Phrases.digest(input.sealed().digest()) + "  " + input.sealed().plan().title());
    terminal.result(
        (already ? "Was signed already" : "Signed")
            + (author ? " by its author" : "")
            + " with "
            + key.fingerprint()
            + ": "
            + signature);
    terminal.result(
        "It holds until the plan expires, "
            + input.sealed().plan().expires()
            + ", and for no other bytes.");
  }

  /** The name of a signature by this key that is there already. */
  private static Optional<String> signatureBefore(PlanInput input, SshKey key) {
    return SignatureReport.of(
            input.sealed().plan(), input.bytes(), SignatureOutput.beside(input.file()))
        .stream()
        .filter(line -> line.fingerprint().filter(key.fingerprint()::equals).isPresent())
        .map(SignatureReport.Line::file)
        .findFirst();
  }
}
