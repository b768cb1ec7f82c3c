package io.ipamrepair.run;

/** A run record is somebody else's. */
final class TakenOverException extends Exception {
  private static final long serialVersionUID = 1L;

  TakenOverException(String message) {
    super(message);
  }
}
