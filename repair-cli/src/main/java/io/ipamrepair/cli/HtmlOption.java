package io.ipamrepair.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a page for a browser goes, if one is wanted. */
final class HtmlOption {
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Writes a page for a browser as well, with a map of the address space: one file that needs"
              + " no network, to send or to print. An existing file is never overwritten.")
  Optional<Path> file = Optional.empty();
}
