package io.ipamrepair.cli;

import io.ipamrepair.plan.EtcdLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command that makes a plan accepts. */
final class PlanOptions {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the plan is written; never over an existing file.")
  Optional<Path> out = Optional.empty();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Reason or ticket, for the reviewer and the journal.")
  String reason = "";

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long the plan may be applied (default: 24h).",
      converter = DurationText.class)
  Duration expires = Duration.ofHours(24);

  @Option(
      names = "--ssh-key",
      paramLabel = "FILE",
      description =
          "Signs the plan as its author: a private key, or the .pub of one that the agent has (IPAM_REPAIR_SSH_KEY; default: not signed).")
  Optional<Path> sshKey = Optional.empty();

  @Mixin LimitOptions limits;

  /** The key by which the author signs; nothing when they do not. */
  Optional<SshKey> author(Session session) {
    return SshKey.named(session, sshKey);
  }

  EtcdLimits limits() {
    return limits.limits();
  }
}
