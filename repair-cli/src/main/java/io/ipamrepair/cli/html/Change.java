package io.ipamrepair.cli.html;

import java.util.List;
import java.util.Optional;

/**
 * A write of a plan.
 *
 * @param kind whether the key comes, goes or changes
 * @param object the object in words
 * @param edits what changes, in the object's own terms
 * @param reason why
 * @param differences further differences of the value, a line each
 * @param key the key
 * @param before the value before, exactly; nothing where there is none
 * @param after the value afterwards, exactly; nothing where there is none
 */
public record Change(
    Kind kind,
    String object,
    String edits,
    String reason,
    List<String> differences,
    String key,
    Optional<String> before,
    Optional<String> after) {
  /** What becomes of the key. */
  public enum Kind {
    CREATED("+", "new", "new"),
    CHANGED("~", "changed", "moved"),
    DELETED("\u2212", "deleted", "gone");

    private final String sign;
    private final String word;
    private final String style;

    Kind(String sign, String word, String style) {
      this.sign = sign;
      this.word = word;
      this.style = style;
    }

    String sign() {
      return sign;
    }

    /** In a word. */
    public String word() {
      return word;
    }

    String style() {
      return style;
    }
  }

  public Change {
    differences = List.copyOf(differences);
  }
}
