package io.ipamrepair.cli;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** What the libraries log: nothing, or with {@code --verbose} everything of interest, to stderr. */
final class Logging {
  private Logging() {}

  static void configure(boolean verbose) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(verbose ? Level.INFO : Level.OFF);
    if (verbose) {
      Handler stderr = new ConsoleHandler();
      stderr.setLevel(Level.INFO);
      root.addHandler(stderr);
    }
  }
}
