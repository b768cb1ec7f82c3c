package io.ipamrepair.cli.html;

import java.util.List;

/**
 * The top of a page: what it is, and the answer.
 *
 * @param kind what kind of page, in a few words
 * @param title the answer to "what is this about", the page's heading
 * @param lead the sentence below it; may be empty
 * @param warnings what must not be overlooked, a sentence each
 * @param tiles the answer in figures
 * @param facts where it is from
 */
public record Head(
    String kind,
    String title,
    String lead,
    List<String> warnings,
    List<Tile> tiles,
    List<Fact> facts) {
  public Head {
    warnings = List.copyOf(warnings);
    tiles = List.copyOf(tiles);
    facts = List.copyOf(facts);
  }
}
