package io.ipamrepair.run;

/** A journal that holds no run that this release understands; the message is one line. */
public final class RunFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  public RunFormatException(String message) {
    super(message);
  }
}
