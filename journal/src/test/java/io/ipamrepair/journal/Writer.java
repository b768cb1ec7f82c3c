package io.ipamrepair.journal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A process of its own that appends entries and prints the number of each, once it is acknowledged,
 * until it is killed.
 */
final class Writer {
  private Writer() {}

  public static void main(String[] arguments) throws JournalException {
    try (RunJournal run = Journal.at(Path.of(arguments[0])).create(arguments[1], Instant.EPOCH)) {
      while (true) {
        System.out.println(
            run.append(EntryKind.INTENT, 1, Instant.EPOCH, new byte[500]).sequence());
      }
    }
  }

  static Process start(Path folder, String run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            folder.toString(),
            run)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /**
   * Waits until {@code count} entries were acknowledged; returns the last number that was printed.
   */
  static int awaitAcknowledged(Process writer, int count) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8));
    int last = 0;
    while (last < count) {
      String line = lines.readLine();
      if (line == null) {
        throw new IllegalStateException("the writer ended after " + last + " entries");
      }
      last = Integer.parseInt(line.trim());
    }
    return last;
  }
}
