package io.ipamrepair.cli;

import io.ipamrepair.run.QuietTime;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long blocks must rest between disabling a pool and deleting it. */
final class QuietOptions {
  /** An allocation that is under way takes a while from its first write to its last. */
  private static final Duration LEAST_QUIET = Duration.ofSeconds(1);

  @Option(
      names = "--quiet",
      paramLabel = "TIME",
      description =
          "How long a pool's blocks must rest before it is deleted (default: 5s, at least 1s).",
      converter = DurationText.class)
  Duration quiet = QuietTime.standard().quiet();

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      description = "How long to wait for that (default: 60s).",
      converter = DurationText.class)
  Duration patience = QuietTime.standard().patience();

  /** The times; less than a second is refused. */
  QuietTime quietTime() {
    if (quiet.compareTo(LEAST_QUIET) < 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--quiet: expected 1s or more; in less, an address that is just being allocated looks at rest");
    }
    return new QuietTime(quiet, patience);
  }
}
