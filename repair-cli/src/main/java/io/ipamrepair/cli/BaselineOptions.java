package io.ipamrepair.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Findings that are accepted: read from a file, or written to one. */
final class BaselineOptions {
  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "Leaves out the findings that this file accepts.")
  Optional<Path> baseline = Optional.empty();

  @Option(
      names = "--write-baseline",
      paramLabel = "FILE",
      description = "Writes what is shown into a new file, as accepted from now on; exit 0.")
  Optional<Path> write = Optional.empty();
}
