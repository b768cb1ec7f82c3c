package io.ipamrepair.cli.html;

import java.util.List;

/**
 * What a plan does to the findings of one rule.
 *
 * @param rule the rule's ID
 * @param severity the severity's word
 * @param demand what the rule demands
 * @param objects on what, the first object of each finding
 * @param fate what becomes of them
 */
public record FindingLine(
    String rule, String severity, String demand, List<String> objects, Fate fate) {
  /** What becomes of a finding. */
  public enum Fate {
    INTRODUCED("new"),
    RESOLVED("resolved"),
    LEFT("left");

    private final String word;

    Fate(String word) {
      this.word = word;
    }

    /** In a word. */
    public String word() {
      return word;
    }
  }

  public FindingLine {
    objects = List.copyOf(objects);
  }

  /** How many there are before. */
  public int before() {
    return fate == Fate.INTRODUCED ? 0 : objects.size();
  }

  /** How many there are afterwards. */
  public int after() {
    return fate == Fate.RESOLVED ? 0 : objects.size();
  }
}
