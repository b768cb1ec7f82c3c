package io.ipamrepair.cni;

/** A block that Calico could not read, or would fall over. */
final class BrokenBlockException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenBlockException(String why, String value) {
    super(why + ": " + value);
  }
}
