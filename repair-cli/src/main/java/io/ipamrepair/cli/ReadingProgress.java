package io.ipamrepair.cli;

import io.ipamrepair.repair.Words;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * How many keys have been read, on a line of a terminal that is written over; nothing at all where
 * there are few.
 */
final class ReadingProgress implements LongConsumer {
  /** A line each so many keys: often enough to see it move, too seldom to slow it. */
  static final long STEP = 5_000;

  private final Terminal terminal;
  private final OptionalLong total;
  private long read;
  private long said;
  private boolean shown;

  /**
   * Progress that has not begun.
   *
   * @param total how many keys there are, as far as it is known
   */
  ReadingProgress(Terminal terminal, OptionalLong total) {
    this.terminal = terminal;
    this.total = total;
  }

  @Override
  public void accept(long keys) {
    read = keys;
    if (keys - said >= STEP || keys < said) {
      said = keys;
      shown = true;
      terminal.progress(
          "reading: "
              + keys
              + (total.isPresent() ? " of " + Words.count(total.getAsLong(), "key") : " keys"));
    }
  }

  /** Says how many there were; nothing where nothing was said before. */
  void end() {
    if (shown) {
      terminal.progressEnds("read: " + Words.count(read, "key"));
    }
  }
}
