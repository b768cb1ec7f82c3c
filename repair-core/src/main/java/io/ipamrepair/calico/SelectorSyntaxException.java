package io.ipamrepair.calico;

/** A text that is no selector: says the text, the place, and what was expected. */
public final class SelectorSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  SelectorSyntaxException(String text, int position, String expected) {
    super("selector \"" + text + "\": expected " + expected + " at position " + (position + 1));
  }
}
