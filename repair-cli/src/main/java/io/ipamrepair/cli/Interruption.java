package io.ipamrepair.cli;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A signal that ends the process (Ctrl-C, a lost terminal, {@code kill}). While nothing can have
 * been written it ends at once. Once a run may be writing, the step in flight is settled and the
 * outcome is said first: a process that ends in the middle leaves a person with an outcome that
 * nobody knows.
 */
final class Interruption {
  /** More than settling takes by its own limit; after it the process ends all the same. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean wanted;
  private volatile boolean mayBeWriting;
  private volatile int exit;

  /** Whether the operator wants to stop. */
  boolean isWanted() {
    return wanted;
  }

  /** From now on a run may be writing. */
  void writingBegins() {
    mayBeWriting = true;
  }

  /** The command has ended and said how. */
  void commandEnded(int code) {
    exit = code;
    ended.countDown();
  }

  /**
   * A signal has come, or the process ends by itself. Waits for a run to settle.
   *
   * @return the exit code of a command that settled; nothing where there was nothing to settle, or
   *     it took too long
   */
  OptionalInt arrives() {
    wanted = true;
    if (!mayBeWriting) {
      return OptionalInt.empty();
    }
    try {
      return ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          ? OptionalInt.of(exit)
          : OptionalInt.empty();
    } catch (InterruptedException none) {
      Thread.currentThread().interrupt();
      return OptionalInt.empty();
    }
  }
}
