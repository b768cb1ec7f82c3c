package io.ipamrepair.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** A file that no state can be read from. The message is one line for a person. */
public final class SourceException extends Exception {
  private final Reason reason;

  private SourceException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why not. */
  public enum Reason {
    /** There is no such file, or it may not be read. */
    ABSENT,
    /** It is not what it should be. */
    DAMAGED
  }

  /**
   * The file is not what it should be.
   *
   * @param source the file in words: {@code snapshot etcd.db}
   */
  static SourceException damaged(String source, String expected, String found) {
    // What was found may be anything; a message is one line.
    String difference = "expected " + expected + ", found " + found;
    return new SourceException(
        Reason.DAMAGED,
        source + " cannot be used: " + difference.replaceAll("\\R|\\p{Cntrl}", "?"));
  }

  /** The file cannot be read at all. */
  static SourceException unreadable(String source, IOException why) {
    String cause =
        why instanceof NoSuchFileException
            ? "there is no such file"
            : why instanceof AccessDeniedException ? "permission denied" : why.getMessage();
    return new SourceException(Reason.ABSENT, source + " cannot be read: " + cause);
  }

  public Reason reason() {
    return reason;
  }
}
