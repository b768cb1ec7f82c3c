package io.ipamrepair.cli.html;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.map.AddressMap;
import io.ipamrepair.map.BlockArea;
import io.ipamrepair.map.Extent;
import io.ipamrepair.map.PoolArea;
import io.ipamrepair.map.PoolView;
import io.ipamrepair.map.Shift;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The map, drawn.
 *
 * @param comparison whether two states are drawn beside each other
 * @param summary what is to see, in a sentence or two
 * @param part what is not on it, where the states are a part of a cluster; else empty
 * @param legend what the squares mean, of those that occur
 * @param pools pool by pool, what moves first; blocks outside of all pools last
 */
record MapSheet(
    boolean comparison,
    String summary,
    String part,
    List<LegendEntry> legend,
    List<PoolSheet> pools) {
  private static final int QUIET_ROWS = 2000;

  static MapSheet of(AddressMap map, Set<Cidr> marked, boolean comparison) {
    Painter painter = new Painter(OwnerLetters.of(map), marked, comparison);
    List<PoolArea> ordered = new ArrayList<>(map.pools());
    // What moves is what the reader came for.
    ordered.sort(Comparator.comparing(pool -> rank(pool, marked)));
    List<PoolSheet> pools = new ArrayList<>();
    for (PoolArea pool : ordered) {
      pools.add(pool(pools.size() + 1, map, pool, painter, marked, comparison));
    }
    if (!map.outside().isEmpty()) {
      pools.add(outside(pools.size() + 1, map, painter, marked, comparison));
    }
    return new MapSheet(
        comparison,
        comparison ? movement(map) : standing(map),
        map.extent() == Extent.PART
            ? "The map shows what the plan file holds: what the plan writes, and what must stay as it"
                + " is for it. Other pools and blocks of the cluster are not in it."
            : "",
        painter.legend(),
        pools);
  }

  boolean isEmpty() {
    return pools.isEmpty();
  }

  private static int rank(PoolArea pool, Set<Cidr> marked) {
    boolean meant = pool.blocks().stream().anyMatch(block -> marked.contains(block.cidr()));
    boolean moves = pool.moves() || pool.blocks().stream().anyMatch(BlockArea::moves);
    return moves || meant ? 0 : 1;
  }

  private static String movement(AddressMap map) {
    List<BlockArea> moving = map.moving();
    Map<Shift, Integer> counts = new EnumMap<>(Shift.class);
    // Each block once, by what weighs most.
    moving.forEach(block -> counts.merge(block.shifts().iterator().next(), 1, Integer::sum));
    String blocks =
        moving.isEmpty()
            ? map.extent() == Extent.WHOLE ? "No block changes." : "The plan writes no block."
            : Words.count(moving.size(), "block")
                + (moving.size() == 1 ? " changes: " : " change: ")
                + counts.entrySet().stream()
                    .map(entry -> many(entry.getValue(), moving.size()) + verb(entry.getKey()))
                    .collect(Collectors.joining(", "))
                + ".";
    List<String> pools =
        map.pools().stream()
            .filter(PoolArea::moves)
            .map(pool -> "Pool " + pool.name() + " " + fate(pool) + ".")
            .toList();
    return String.join(" ", blocks, String.join(" ", pools)).strip();
  }

  private static String many(int count, int of) {
    return count == of ? (of == 1 ? "" : "all ") : count + " ";
  }

  private static String verb(Shift shift) {
    return switch (shift) {
      case CREATED -> "created";
      case DELETED -> "deleted";
      case OWNER -> "to another owner";
      case POOL -> "under another pool";
      case ADDRESSES -> "in its addresses";
      case CLAIMS -> "in its affinities";
      case REWRITTEN -> "written with owner and addresses as they are";
    };
  }

  private static String fate(PoolArea pool) {
    if (pool.after().isEmpty()) {
      return "is removed";
    } else if (pool.before().isEmpty()) {
      return "is created";
    }
    boolean was = pool.before().get().disabled();
    boolean is = pool.after().get().disabled();
    return was == is ? "is changed" : is ? "is disabled" : "is enabled";
  }

  private static String standing(AddressMap map) {
    long blocks = map.blocks().count();
    long troubled = map.blocks().filter(block -> !block.troubles().isEmpty()).count();
    return Words.count(blocks, "block")
        + " in "
        + Words.count(map.pools().size(), "pool")
        + (troubled == 0
            ? "; nothing unusual about them."
            : "; " + troubled + (troubled == 1 ? " of them is unusual." : " of them are unusual."));
  }

  private static PoolSheet pool(
      int number,
      AddressMap map,
      PoolArea pool,
      Painter painter,
      Set<Cidr> marked,
      boolean comparison) {
    PoolView view = pool.before().or(pool::after).orElseThrow();
    String badge =
        !comparison
            ? (view.disabled() ? "disabled" : "")
            : pool.moves() ? fate(pool).replaceFirst("^is ", "") : "stays";
    String style =
        pool.after().isEmpty()
            ? "gone"
            : pool.before().isEmpty() ? "new" : pool.moves() ? "moved" : "same";
    return sheet(
        number,
        "Pool " + pool.name(),
        cidr(view),
        badge,
        style,
        lines(map.extent(), pool, view, comparison),
        pool.places(),
        painter,
        marked,
        comparison);
  }

  private static PoolSheet outside(
      int number, AddressMap map, Painter painter, Set<Cidr> marked, boolean comparison) {
    return sheet(
        number,
        map.extent() == Extent.WHOLE ? "In no pool" : "Blocks whose pool is not in the plan file",
        "",
        "",
        "same",
        List.of(),
        map.outside().stream().<PoolArea.Place>map(PoolArea.Taken::new).toList(),
        painter,
        marked,
        comparison);
  }

  private static PoolSheet sheet(
      int number,
      String name,
      String cidr,
      String badge,
      String badgeStyle,
      List<String> lines,
      List<PoolArea.Place> places,
      Painter painter,
      Set<Cidr> marked,
      boolean comparison) {
    List<BlockRow> moving = new ArrayList<>();
    List<BlockRow> meant = new ArrayList<>();
    List<BlockRow> notable = new ArrayList<>();
    List<BlockRow> quiet = new ArrayList<>();
    int quietRows = 0;
    int blocks = 0;
    for (PoolArea.Place place : places) {
      if (place instanceof PoolArea.Taken taken) {
        blocks++;
        BlockRow row = BlockRow.of(taken.block(), marked.contains(taken.block().cidr()));
        if (row.differs()) {
          moving.add(row);
        } else if (row.marked()) {
          meant.add(row);
        } else if (row.isNotable()) {
          notable.add(row);
        } else if (quietRows++ < QUIET_ROWS) {
          quiet.add(row);
        }
      }
    }
    String alternative =
        name
            + (comparison ? ", before and after: " : ": ")
            + Words.count(blocks, "block")
            + (comparison ? ", " + moving.size() + " of which something changes" : "")
            + (notable.isEmpty() ? "" : ", " + notable.size() + " that are unusual")
            + ". The tables below say the same in words.";
    return new PoolSheet(
        number,
        name,
        cidr,
        badge,
        badgeStyle,
        lines,
        alternative,
        blocks == 0 ? List.of() : painter.strip(places),
        moving,
        meant,
        notable,
        quiet,
        quietRows - quiet.size());
  }

  private static String cidr(PoolView view) {
    if (!view.readable()) {
      return "cannot be read";
    }
    return view.network()
        .map(
            network ->
                view.cidrText().equals(network.toString())
                    ? view.cidrText()
                    : view.cidrText() + " = " + network)
        .orElse(view.cidrText().isEmpty() ? "no CIDR" : "'" + view.cidrText() + "', no CIDR");
  }

  private static List<String> lines(
      Extent extent, PoolArea pool, PoolView view, boolean comparison) {
    List<String> lines = new ArrayList<>();
    String before = contents(extent, view);
    Optional<String> after = pool.after().map(each -> contents(extent, each));
    boolean same = after.equals(Optional.of(before));
    lines.add(
        !comparison || same || after.isEmpty() || pool.before().isEmpty()
            ? before + "."
            : "Before: " + before + ". After: " + after.get() + ".");
    String overlapsBefore = overlaps(pool.before());
    String overlapsAfter = overlaps(pool.after());
    if (!comparison || overlapsBefore.equals(overlapsAfter) || pool.after().isEmpty()) {
      if (!overlapsBefore.isEmpty()) {
        lines.add("Overlaps " + overlapsBefore + ".");
      }
    } else {
      lines.add(
          "Overlaps "
              + (overlapsBefore.isEmpty() ? "nothing" : overlapsBefore)
              + "; afterwards "
              + (overlapsAfter.isEmpty() ? "nothing" : overlapsAfter)
              + ".");
    }
    pool.elsewhere()
        .forEach(
            (other, count) ->
                lines.add(
                    Words.count(count, "block")
                        + " in it "
                        + (other.isEmpty()
                            ? (count == 1 ? "is" : "are") + " in no pool afterwards."
                            : (count == 1 ? "is" : "are")
                                + " drawn under pool "
                                + other
                                + ", which governs "
                                + (count == 1 ? "it" : "them")
                                + (comparison ? " afterwards." : "."))));
    return lines;
  }

  private static String contents(Extent extent, PoolView view) {
    if (!view.readable()) {
      return "Its settings cannot be read";
    }
    String held = Words.count(view.held(), "address") + " held";
    String blocks =
        extent == Extent.WHOLE
            ? Words.count(view.blocks(), "block") + " in it, " + held
            : view.blocks() == 0
                ? "none of its blocks is in the plan file"
                : view.blocks()
                    + (view.blocks() == 1 ? " of its blocks is" : " of its blocks are")
                    + " in the plan file, with "
                    + held;
    return (view.disabled() ? "Disabled; blocks" : "Blocks")
        + " of /"
        + view.blockSize()
        + "; "
        + blocks;
  }

  private static String overlaps(Optional<PoolView> view) {
    return view.map(each -> String.join(", ", each.overlaps())).orElse("");
  }
}
