package io.ipamrepair.cli.html;

import java.util.List;

/**
 * A figure that a reader wants first.
 *
 * @param name what it counts
 * @param figure the figure, with its noun
 * @param more what belongs to it, a short line each
 * @param tone how it bears on the answer
 */
public record Tile(String name, String figure, List<String> more, Tone tone) {
  /** How a figure bears on the answer; always said in words as well. */
  public enum Tone {
    GOOD("good"),
    PLAIN("calm"),
    BAD("bad");

    private final String style;

    Tone(String style) {
      this.style = style;
    }

    String style() {
      return style;
    }
  }

  public Tile {
    more = List.copyOf(more);
  }
}
