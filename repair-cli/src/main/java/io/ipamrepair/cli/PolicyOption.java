package io.ipamrepair.cli;

import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.PolicyFile;
import io.ipamrepair.kv.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A policy on approvals in a file of the operator's. */
final class PolicyOption {
  private static final String VARIABLE = "IPAM_REPAIR_POLICY";

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "A policy on approvals that must be met besides the cluster's (IPAM_REPAIR_POLICY).")
  Optional<Path> file = Optional.empty();

  /** The policy of option or variable; nothing where neither names one. */
  Optional<Policy> policy(Session session) {
    return file.or(() -> session.variable(VARIABLE).map(Path::of))
        .map(given -> policy(session, given));
  }

  private static Policy policy(Session session, Path given) {
    try {
      return read(session, given).read();
    } catch (ApprovalFormatException wrong) {
      throw wrong(given, wrong);
    }
  }

  /** A policy file with its signers in it; what it means is not judged. */
  static PolicyFile read(Session session, Path given) {
    Path file = session.resolve(given);
    try {
      PolicyFile policy = PolicyFile.parse(Bytes.of(Files.readAllBytes(file)));
      Optional<String> signers = policy.signersFile();
      // Beside the policy, wherever the command runs.
      return signers.isEmpty()
          ? policy
          : policy.withSigners(Files.readAllLines(file.resolveSibling(signers.get())));
    } catch (ApprovalFormatException wrong) {
      throw wrong(given, wrong);
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the policy "
              + given
              + " cannot be read: no such file, or no text: "
              + unreadable.getMessage());
    }
  }

  /** A policy that cannot be understood is wrong usage: nothing was read from etcd yet. */
  static CommandFailure wrong(Path given, ApprovalFormatException wrong) {
    List<String> lines = new ArrayList<>();
    lines.add("The policy " + given + " cannot be used:");
    wrong.problems().forEach(problem -> lines.add("  " + problem));
    return new CommandFailure(ExitCode.USAGE, lines);
  }
}
