package io.ipamrepair.cli;

import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.run.Backing;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What shows that a plan may be applied. */
final class ApprovalOptions {
  @Mixin PolicyOption policyOption;

  @Option(
      names = "--apply-unreviewed",
      paramLabel = "REASON",
      description =
          "In an emergency: accepts the risk of writing what no second person has seen, where approvals are missing. The reason is kept in journal and run record.")
  Optional<String> unreviewed = Optional.empty();

  /** The options with signatures over a plan; a reason that says nothing is refused. */
  Backing backing(Session session, List<SignatureFile> signatures) {
    if (unreviewed.filter(String::isBlank).isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--apply-unreviewed: expected the reason, or the number of a ticket");
    }
    Optional<Policy> policy = policyOption.policy(session);
    return new Backing(signatures, policy, unreviewed, Optional.empty());
  }
}
