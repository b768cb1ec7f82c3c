package io.ipamrepair.cli;

import io.ipamrepair.show.OrdinalUse;
import io.ipamrepair.show.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ordinals of a block as a picture that needs no colour: one sign each, 32 in a row, the row's
 * first address in front. Rows that repeat are told once.
 */
final class OrdinalGrid {
  private static final int ROW = 32;
  private static final int GROUP = 8;

  /** Fewer equal rows than this are shorter than the line that stands for them. */
  private static final int FOLDED = 3;

  private final List<Place> places;

  OrdinalGrid(List<Place> places) {
    this.places = places;
  }

  static char sign(OrdinalUse use) {
    return switch (use) {
      case CONFLICT -> 'X';
      case LOST -> '!';
      case RESERVED -> 'r';
      case FREE -> '.';
      case COOLING_DOWN -> 'c';
      case WINDOWS -> 'w';
      case UNKNOWN -> '?';
      case LEAKED -> 'L';
      case BORROWED -> 'b';
      case TUNNEL -> 't';
      case SERVICE -> 's';
      case POD -> 'p';
      case OTHER -> 'h';
    };
  }

  private static String meaning(OrdinalUse use) {
    return switch (use) {
      case CONFLICT -> "in conflict";
      case LOST -> "in neither list";
      case RESERVED -> "free, but reserved";
      case FREE -> "free";
      case COOLING_DOWN -> "cooling down";
      case WINDOWS -> "reserved by Windows";
      case UNKNOWN -> "held, not known by whom";
      case LEAKED -> "leaked";
      case BORROWED -> "borrowed";
      case TUNNEL -> "tunnel";
      case SERVICE -> "service";
      case POD -> "pod";
      case OTHER -> "other holder";
    };
  }

  /**
   * The rows.
   *
   * @param all whether rows that repeat are told each
   */
  List<String> rows(boolean all) {
    List<String> signs = signs();
    int width =
        places.stream().mapToInt(place -> place.address().toString().length()).max().orElse(0);
    List<String> rows = new ArrayList<>();
    if (signs.size() > 1) {
      rows.add(" ".repeat(width + 2) + ruler());
    }
    for (int row = 0; row < signs.size(); ) {
      int end = row + 1;
      while (end < signs.size() && signs.get(end).equals(signs.get(row))) {
        end++;
      }
      boolean folded = !all && end - row >= FOLDED;
      int shown = folded ? row + 1 : end;
      for (int i = row; i < shown; i++) {
        rows.add(padded(first(i), width) + "  " + signs.get(i));
      }
      if (folded) {
        rows.add(
            " ".repeat(width + 2)
                + "… "
                + (end - shown)
                + " more rows like this, to "
                + last(end - 1));
      }
      row = end;
    }
    return rows;
  }

  private List<String> signs() {
    List<String> rows = new ArrayList<>();
    for (int first = 0; first < places.size(); first += ROW) {
      StringBuilder row = new StringBuilder();
      for (int i = first; i < Math.min(places.size(), first + ROW); i++) {
        row.append(i > first && (i - first) % GROUP == 0 ? " " : "")
            .append(sign(places.get(i).use()));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  private static String ruler() {
    StringBuilder ruler = new StringBuilder();
    for (int i = 0; i < ROW; i += GROUP) {
      ruler.append(padded("+" + i, GROUP + 1));
    }
    return ruler.toString().stripTrailing();
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private String first(int row) {
    return places.get(row * ROW).address().toString();
  }

  private String last(int row) {
    return places.get(Math.min(places.size(), (row + 1) * ROW) - 1).address().toString();
  }

  /** What the signs mean that occur, each with how often it does, in the order of the uses. */
  static String legend(Map<OrdinalUse, Integer> uses) {
    return String.join(
        "   ",
        uses.entrySet().stream()
            .map(use -> sign(use.getKey()) + " " + meaning(use.getKey()) + " " + use.getValue())
            .toList());
  }
}
