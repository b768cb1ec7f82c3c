package io.ipamrepair.cli;

import io.ipamrepair.run.QuietTime;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long blocks must rest between disabling a pool and deleting it. */
final class QuietOptions {
  @Option(
      names = "--quiet",
      paramLabel = "TIME",
      description = "How long a pool's blocks must rest before it is deleted (default: 5s).",
      converter = DurationText.class)
  Duration quiet = QuietTime.standard().quiet();

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      description = "How long to wait for that (default: 60s).",
      converter = DurationText.class)
  Duration patience = QuietTime.standard().patience();

  QuietTime quietTime() {
    return new QuietTime(quiet, patience);
  }
}
