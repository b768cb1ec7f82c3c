package io.ipamrepair.change;

/** Edits that do not fit the value they are for; the message says what was expected and found. */
public final class EditException extends Exception {
  private static final long serialVersionUID = 1L;

  public EditException(String message) {
    super(message);
  }
}
