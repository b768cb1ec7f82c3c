package io.ipamrepair.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Where metrics go: to stdout, or into a file that a collector may read at any moment, so that it
 * is replaced as a whole.
 */
final class MetricsOutput {
  private final Session session;
  private final Optional<Path> file;

  private MetricsOutput(Session session, Optional<Path> file) {
    this.session = session;
    this.file = file;
  }

  /** Refuses at once, before anything is read, where the folder of {@code out} does not exist. */
  static MetricsOutput to(Session session, Optional<Path> out) {
    Optional<Path> file = out.map(session::resolve);
    file.filter(each -> !Files.isDirectory(each.getParent()) || Files.isDirectory(each))
        .ifPresent(
            each -> {
              throw new CommandFailure(
                  ExitCode.USAGE,
                  "--out: expected a file in a folder that exists, found " + out.get());
            });
    return new MetricsOutput(session, file);
  }

  void write(String metrics) {
    if (file.isEmpty()) {
      session.terminal().raw(metrics);
      return;
    }
    Path target = file.get();
    byte[] random = new byte[4];
    session.random().nextBytes(random);
    // The collector takes *.prom, so not this one. Not createTempFile: only its owner could read
    // it.
    Path temporary =
        target.resolveSibling(
            "." + target.getFileName() + "." + HexFormat.of().formatHex(random) + ".tmp");
    try {
      try (Writer writer =
          Files.newBufferedWriter(
              temporary, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
        writer.write(metrics);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      removed(temporary);
      throw new CommandFailure(
          ExitCode.USAGE, "--out " + session.shown(target) + " cannot be written: " + failed);
    }
  }

  private void removed(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException stays) {
      session.terminal().message(temporary + " stays behind: " + stays.getMessage());
    }
  }
}
