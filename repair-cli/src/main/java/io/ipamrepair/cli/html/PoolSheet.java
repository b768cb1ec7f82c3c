package io.ipamrepair.cli.html;

import java.util.List;

/**
 * A pool of the map, drawn.
 *
 * @param number which, from 1
 * @param name its name; what has none in common stands in words
 * @param cidr its CIDR in words
 * @param badge what becomes of the pool itself; empty where it stays
 * @param badgeStyle how that looks
 * @param lines what is to say of it, a sentence each
 * @param alternative what the squares show, for who does not see them
 * @param strip the squares
 * @param moving the blocks of which something differs
 * @param meant others that the page is about
 * @param notable others that are unusual
 * @param quiet the rest
 * @param quietOmitted how many more of the rest there are
 */
record PoolSheet(
    int number,
    String name,
    String cidr,
    String badge,
    String badgeStyle,
    List<String> lines,
    String alternative,
    List<StripRow> strip,
    List<BlockRow> moving,
    List<BlockRow> meant,
    List<BlockRow> notable,
    List<BlockRow> quiet,
    int quietOmitted) {
  /** Fewer than this need no lid. */
  private static final int OPEN = 6;

  boolean opensQuiet(boolean comparison) {
    return !comparison
        && moving.isEmpty()
        && meant.isEmpty()
        && notable.isEmpty()
        && quiet.size() <= OPEN;
  }

  /** Whether the squares may be large. */
  boolean isSmall() {
    return strip.size() == 1;
  }

  int quietTotal() {
    return quiet.size() + quietOmitted;
  }
}
