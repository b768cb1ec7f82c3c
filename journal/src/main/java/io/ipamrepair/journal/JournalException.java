package io.ipamrepair.journal;

import java.io.IOException;
import java.util.Optional;

/** A journal that cannot be used; the message is one line: what, where, why. */
public final class JournalException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    LOCKED("another process has it open"),
    NOT_WRITABLE("it cannot be written"),
    FULL("the disk is full"),
    DAMAGED("it is damaged"),
    NEWER_SCHEMA("a newer release wrote it"),
    NO_SUCH_RUN("there is no such run"),
    EXISTS("a run of this name exists");

    private final String sentence;

    Reason(String sentence) {
      this.sentence = sentence;
    }

    /** The reason in words. */
    public String sentence() {
      return sentence;
    }
  }

  private final Reason reason;

  public JournalException(Reason reason, String where, String detail) {
    super(
        where
            + ": "
            + reason.sentence()
            + (detail.isBlank() ? "" : " (" + firstLine(detail) + ")"));
    this.reason = reason;
  }

  /** What an error of the file system means. */
  public static JournalException of(IOException failed, String where) {
    String text =
        failed.getClass().getSimpleName()
            + ": "
            + Optional.ofNullable(failed.getMessage()).orElse("");
    return new JournalException(
        text.contains("No space left") ? Reason.FULL : Reason.NOT_WRITABLE, where, text);
  }

  public Reason reason() {
    return reason;
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
