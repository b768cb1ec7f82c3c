package io.ipamrepair.cli;

import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.repair.Words;
import io.ipamrepair.source.ScreenedSource;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * How many keys have been read, on a line of a terminal that is written over; nothing at all where
 * there are few, or where nobody looks.
 */
final class ReadingProgress implements LongConsumer, AutoCloseable {
  /** A line each so many keys: often enough to see it move, too seldom to slow it. */
  static final long STEP = 5_000;

  private final Terminal terminal;
  private final OptionalLong total;
  private long read;
  private long said;
  private boolean shown;

  private ReadingProgress(Terminal terminal, OptionalLong total) {
    this.terminal = terminal;
    this.total = total;
  }

  /**
   * Progress that has not begun.
   *
   * @param looked whether a person sees it; else nothing is counted
   */
  static ReadingProgress of(Terminal terminal, boolean looked, ScreenedSource source)
      throws EtcdException {
    return new ReadingProgress(
        terminal, looked ? OptionalLong.of(source.count()) : OptionalLong.empty());
  }

  @Override
  public void accept(long keys) {
    read = keys;
    boolean due = keys - said >= STEP || keys < said;
    if (total.isPresent() && due) {
      said = keys;
      shown = true;
      terminal.progress("reading: " + keys + " of " + Words.count(total.getAsLong(), "key"));
    }
  }

  /** Says how many there were; nothing where nothing was said before. */
  @Override
  public void close() {
    if (shown) {
      terminal.progressEnds("read: " + Words.count(read, "key"));
    }
  }
}
