package io.ipamrepair.calico;

/** A text that is no selector: says the text, the place, and what was expected there. */
public final class SelectorSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is shown of a text on each side of the place, when it is long. */
  private static final int NEIGHBOURHOOD = 60;

  /**
   * @param position how many characters are before the place
   */
  SelectorSyntaxException(String text, int position, String expected) {
    super(
        "selector \""
            + shown(text, position)
            + "\": expected "
            + expected
            + " at position "
            + (position + 1)
            + found(text, position));
  }

  private static String found(String text, int position) {
    if (position >= text.length()) {
      return ", found the end";
    }
    int character = text.codePointAt(position);
    return ", found "
        + (character == ' ' || Character.isISOControl(character)
            ? String.format("U+%04X", character)
            : "'" + Character.toString(character) + "'");
  }

  /** All of a usual selector; of one as long as a value in etcd can be, the part that matters. */
  private static String shown(String text, int position) {
    if (text.length() <= 4 * NEIGHBOURHOOD) {
      return text;
    }
    int from = Math.max(0, position - NEIGHBOURHOOD);
    int to = Math.min(text.length(), position + NEIGHBOURHOOD);
    return (from > 0 ? "…" : "") + text.substring(from, to) + (to < text.length() ? "…" : "");
  }
}
