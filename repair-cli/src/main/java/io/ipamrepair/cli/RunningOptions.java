package io.ipamrepair.cli;

import io.ipamrepair.carry.Carrying;
import io.ipamrepair.run.QuietTime;
import io.ipamrepair.run.RunOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How a run behaves: how long it waits, and what it makes of what others changed meanwhile. */
final class RunningOptions {
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

  @Option(
      names = "--exact",
      description =
          "Every key that is written must have exactly the bytes that it had; nothing is carried over to what others changed.")
  boolean exact;

  @Option(
      names = "--carry-unknown",
      description =
          "Accepts the risk of carrying the plan over to objects in which members changed that this release does not know.")
  boolean carryUnknown;

  @Option(
      names = "--lock-datastore",
      description =
          "Holds Calico's lock on the datastore meanwhile: no pod starts or ends, and Felix restarts on every node.")
  boolean lockDatastore;

  /** The options of the run; what does not go together, and less than a second, is refused. */
  RunOptions options() {
    if (exact && carryUnknown) {
      throw new CommandFailure(
          ExitCode.USAGE, "--exact and --carry-unknown do not go together: give one of them");
    }
    return new RunOptions(quietTime(), manner(), lockDatastore);
  }

  private Carrying.Manner manner() {
    if (exact) {
      return Carrying.Manner.EXACT;
    }
    return carryUnknown ? Carrying.Manner.UNKNOWN_MEMBERS_TOO : Carrying.Manner.KNOWN;
  }

  private QuietTime quietTime() {
    if (quiet.compareTo(LEAST_QUIET) < 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--quiet: expected 1s or more; in less, an address that is just being allocated looks at rest");
    }
    return new QuietTime(quiet, patience);
  }
}
