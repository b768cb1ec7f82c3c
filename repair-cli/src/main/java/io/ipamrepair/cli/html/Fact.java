package io.ipamrepair.cli.html;

import java.util.List;

/**
 * A name and what is so.
 *
 * @param values one or more lines
 */
public record Fact(String name, List<String> values) {
  public Fact {
    values = List.copyOf(values);
  }

  /** A fact of one line. */
  public static Fact of(String name, String value) {
    return new Fact(name, List.of(value));
  }
}
