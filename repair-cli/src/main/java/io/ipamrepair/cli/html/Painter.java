package io.ipamrepair.cli.html;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.map.BlockArea;
import io.ipamrepair.map.BlockView;
import io.ipamrepair.map.PoolArea;
import io.ipamrepair.map.Shift;
import io.ipamrepair.map.Trouble;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Paints the squares of a map, and remembers which kinds of squares it used. Each kind has a sign
 * or a shape of its own: none is told by its colour alone.
 */
final class Painter {
  /** Two states stand beside each other. */
  private static final int IN_A_ROW_OF_TWO = 16;

  private static final int IN_A_ROW_OF_ONE = 32;

  /** A map of so few rows is drawn whole. */
  private static final int SMALL = 8;

  /** Fewer quiet rows than this are shorter than the line that stands for them. */
  private static final int FOLDED = 2;

  private final OwnerLetters letters;
  private final Set<Cidr> marked;
  private final boolean comparison;
  private final Map<String, LegendEntry> used = new TreeMap<>();
  private final Map<String, LegendEntry> owners = new LinkedHashMap<>();

  Painter(OwnerLetters letters, Set<Cidr> marked, boolean comparison) {
    this.letters = letters;
    this.marked = marked;
    this.comparison = comparison;
  }

  /** What the squares mean that were painted: owners by letter, then the rest. */
  List<LegendEntry> legend() {
    List<LegendEntry> legend = new ArrayList<>(owners.values());
    legend.addAll(used.values());
    return legend;
  }

  List<StripRow> strip(List<PoolArea.Place> places) {
    List<StripRow> rows = new ArrayList<>();
    int all = (places.size() + inARow() - 1) / inARow();
    for (int row = 0; row < all; ) {
      int end = row;
      while (end < all
          && all > SMALL
          && part(places, end, end + 1).stream().allMatch(this::quiet)) {
        end++;
      }
      if (end - row >= FOLDED) {
        rows.add(folded(part(places, row, end)));
        row = end;
      } else {
        rows.add(painted(part(places, row, row + 1)));
        row++;
      }
    }
    return rows;
  }

  private int inARow() {
    return comparison ? IN_A_ROW_OF_TWO : IN_A_ROW_OF_ONE;
  }

  private List<PoolArea.Place> part(List<PoolArea.Place> places, int from, int to) {
    return places.subList(from * inARow(), Math.min(places.size(), to * inARow()));
  }

  private boolean quiet(PoolArea.Place place) {
    return !(place instanceof PoolArea.Taken taken)
        || !taken.block().moves()
            && taken.block().troubles().isEmpty()
            && !marked.contains(taken.block().cidr());
  }

  private static StripRow folded(List<PoolArea.Place> places) {
    int blocks = 0;
    long held = 0;
    long size = 0;
    for (PoolArea.Place place : places) {
      if (place instanceof PoolArea.Taken taken && taken.block().before().isPresent()) {
        blocks++;
        held += taken.block().before().get().held().size();
        size += taken.block().before().get().size();
      }
    }
    return new StripRow(
        label(places),
        List.of(),
        List.of(),
        Words.count(blocks, "block") + " that stay as they are, " + held + " of " + size + " held");
  }

  private StripRow painted(List<PoolArea.Place> places) {
    List<Cell> before = new ArrayList<>();
    List<Cell> after = new ArrayList<>();
    for (PoolArea.Place place : places) {
      if (place instanceof PoolArea.Room room) {
        Cell cell = room(room);
        before.add(cell);
        after.add(cell);
      } else if (place instanceof PoolArea.Taken taken) {
        before.add(cell(taken.block(), taken.block().before(), false));
        after.add(cell(taken.block(), taken.block().after(), true));
      }
    }
    return new StripRow(label(places), before, comparison ? after : List.of(), "");
  }

  private static String label(List<PoolArea.Place> places) {
    return places.stream()
        .filter(PoolArea.Taken.class::isInstance)
        .map(place -> ((PoolArea.Taken) place).block().cidr().base().toString())
        .findFirst()
        .orElse("");
  }

  private Cell room(PoolArea.Room room) {
    String count = Capacity.words(room.blocks());
    Cell cell = new Cell("room", count, "room for " + count + " more");
    used.putIfAbsent("9", new LegendEntry(new Cell("room", "n", ""), "room for n more blocks"));
    return cell;
  }

  private Cell cell(BlockArea block, Optional<BlockView> view, boolean afterwards) {
    Look look = look(block, view, afterwards);
    String ring = marked.contains(block.cidr()) ? " marked" : "";
    if (!ring.isEmpty()) {
      used.putIfAbsent(
          "8", new LegendEntry(new Cell("fill3 marked", "", ""), "what this page is about"));
    }
    BlockCell said = BlockCell.of(view);
    String words =
        !said.present()
            ? "no block"
            : said.owner()
                + (said.hasFill() ? ", " + said.fill() : "")
                + (said.remarks().isEmpty() ? "" : ", " + String.join(", ", said.remarks()));
    return new Cell(look.style + ring, look.sign, block.cidr() + ": " + words);
  }

  private record Look(String style, String sign) {}

  private Look look(BlockArea block, Optional<BlockView> view, boolean afterwards) {
    boolean exists = view.filter(BlockView::exists).isPresent();
    if (!exists && view.isEmpty()) {
      boolean gone = afterwards && block.shifts().contains(Shift.DELETED);
      return gone
          ? use("1", "gone", "\u00d7", "is deleted")
          : use("7", "void", "\u00b7", "not there");
    }
    BlockView there = view.orElseThrow();
    if (comparison && moves(block)) {
      if (afterwards && block.shifts().contains(Shift.DELETED)) {
        return use("1", "gone", "\u00d7", "is deleted");
      }
      if (there.owner().isPresent()) {
        return owner(there, block.shifts().contains(Shift.CREATED) ? "new" : "moved");
      }
    }
    Optional<Trouble> trouble = there.troubles().stream().findFirst();
    boolean moves = comparison && block.moves();
    if (trouble.isPresent()) {
      return trouble(trouble.get(), moves ? " moved" : "");
    }
    if (moves) {
      return use("2", "touched", "w", "is written, stays with its owner");
    }
    int eighths = BlockCell.of(view).eighths();
    used.putIfAbsent(
        "6",
        new LegendEntry(
            new Cell("fill4", "", ""),
            comparison
                ? "stays as it is; filled as far as addresses are held"
                : "filled as far as addresses are held"));
    return new Look("fill" + eighths, "");
  }

  private static boolean moves(BlockArea block) {
    return block.moves() && !block.shifts().equals(Set.of(Shift.REWRITTEN));
  }

  private Look owner(BlockView view, String style) {
    String owner = OwnerLetters.words(view);
    String letter = letters.letter(owner);
    Look look = new Look(style + " " + letters.tint(owner), letter);
    owners.putIfAbsent(
        letter,
        new LegendEntry(
            new Cell(look.style, letter, ""),
            letter.equals(OwnerLetters.ANOTHER) ? "another owner, see the table" : owner));
    return look;
  }

  private Look trouble(Trouble trouble, String more) {
    String style =
        switch (trouble) {
          case ORPHANED, VACANT, CLAIM_ONLY -> "orphan";
          case UNREADABLE, OVERLAPS, OWNER_GONE, CONTESTED, SEVERAL_POOLS, NO_POOL -> "bad";
        };
    Look look = use("3" + trouble.ordinal(), style, sign(trouble), trouble.words());
    return new Look(look.style + more, look.sign);
  }

  private static String sign(Trouble trouble) {
    return switch (trouble) {
      case UNREADABLE -> "?";
      case OVERLAPS -> "!";
      case ORPHANED -> "o";
      case OWNER_GONE -> "g";
      case CONTESTED -> "c";
      case SEVERAL_POOLS -> "2";
      case NO_POOL -> "u";
      case CLAIM_ONLY -> "a";
      case VACANT -> "e";
    };
  }

  private Look use(String place, String style, String sign, String meaning) {
    used.putIfAbsent(place, new LegendEntry(new Cell(style, sign, ""), meaning));
    return new Look(style, sign);
  }
}
