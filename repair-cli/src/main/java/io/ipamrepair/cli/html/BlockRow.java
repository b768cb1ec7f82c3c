package io.ipamrepair.cli.html;

import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.map.BlockArea;
import io.ipamrepair.map.BlockView;
import io.ipamrepair.map.Claim;
import io.ipamrepair.map.Shift;
import io.ipamrepair.map.Trouble;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A block as a row of a table.
 *
 * @param cidr which
 * @param before the one state
 * @param after the other
 * @param differences what becomes of it, a few words each
 * @param moves whether it is written or another pool comes to govern it
 * @param marked whether the page is about it
 */
record BlockRow(
    String cidr,
    BlockCell before,
    BlockCell after,
    List<String> differences,
    boolean moves,
    boolean marked) {
  private static final int SHOWN = 6;

  static BlockRow of(BlockArea block, boolean marked) {
    List<String> differences = new ArrayList<>();
    block.shifts().forEach(shift -> differences.add(words(block, shift)));
    if (block.before().isPresent() && block.after().isPresent()) {
      difference(block.before().get(), block.after().get())
          .forEach(trouble -> differences.add("no longer " + trouble.word()));
      difference(block.after().get(), block.before().get())
          .forEach(trouble -> differences.add("now " + trouble.word()));
    }
    return new BlockRow(
        block.cidr().toString(),
        BlockCell.of(block.before()),
        BlockCell.of(block.after()),
        differences,
        block.moves(),
        marked);
  }

  private static Set<Trouble> difference(BlockView one, BlockView other) {
    Set<Trouble> only = EnumSet.noneOf(Trouble.class);
    only.addAll(one.troubles());
    only.removeAll(other.troubles());
    return only;
  }

  boolean differs() {
    return !differences.isEmpty();
  }

  boolean isNotable() {
    return !before.remarks().isEmpty();
  }

  private static String words(BlockArea block, Shift shift) {
    return switch (shift) {
      case CREATED -> "comes into being";
      case DELETED -> "is deleted";
      case OWNER -> "owner " + owner(block.before()) + " \u2192 " + owner(block.after());
      case POOL -> "pool " + pool(block.before()) + " \u2192 " + pool(block.after());
      case ADDRESSES -> addresses(block);
      case CLAIMS -> claims(block);
      case REWRITTEN -> "is written; owner and addresses stay";
    };
  }

  private static String owner(Optional<BlockView> view) {
    return view.map(OwnerLetters::words).orElse("nobody");
  }

  private static String pool(Optional<BlockView> view) {
    return view.flatMap(BlockView::governing).orElse("none");
  }

  private static String addresses(BlockArea block) {
    List<String> parts = new ArrayList<>();
    if (!block.freed().isEmpty()) {
      parts.add("frees " + some(block.freed()));
    }
    if (!block.taken().isEmpty()) {
      parts.add("holds " + some(block.taken()));
    }
    return String.join("; ", parts);
  }

  private static String some(List<IpAddress> addresses) {
    return Words.some(addresses.stream().map(IpAddress::toString).toList(), SHOWN);
  }

  private static String claims(BlockArea block) {
    Map<String, String> before = claims(block.before());
    Map<String, String> after = claims(block.after());
    Map<String, String> lines = new TreeMap<>();
    before.forEach(
        (owner, state) -> {
          if (!after.containsKey(owner)) {
            lines.put(owner, state + " \u2192 none");
          } else if (!after.get(owner).equals(state)) {
            lines.put(owner, state + " \u2192 " + after.get(owner));
          }
        });
    after.forEach(
        (owner, state) -> {
          if (!before.containsKey(owner)) {
            lines.put(owner, "none \u2192 " + state);
          }
        });
    List<String> words = new ArrayList<>();
    lines.forEach((owner, change) -> words.add("affinity of " + owner + " " + change));
    return String.join("; ", words);
  }

  private static Map<String, String> claims(Optional<BlockView> view) {
    Map<String, String> claims = new TreeMap<>();
    for (Claim claim : view.map(BlockView::claims).orElse(List.of())) {
      claims.put(
          claim.owner().isNode() ? claim.owner().name() : "virtual " + claim.owner().name(),
          claim.state());
    }
    return claims;
  }
}
