package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Severity;
import io.ipamrepair.repair.Words;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** How full the pools are, in sentences. */
final class CapacityWords {
  private final boolean all;

  /**
   * Sentences.
   *
   * @param all whether they name all of many nodes
   */
  CapacityWords(boolean all) {
    this.all = all;
  }

  /** A sentence, and how bad that is. */
  record Line(Severity level, String text) {}

  /** What is not broken and still worth knowing: warnings first, then pool by pool. */
  List<Line> lines(Capacity capacity) {
    List<Line> lines = new ArrayList<>();
    capacity.notes().forEach(note -> lines.add(new Line(note.level(), note.text())));
    capacity.byPool().forEach(pool -> lines.add(new Line(Severity.INFO, pool(pool))));
    capacity
        .endsFirst()
        .ifPresent(pool -> lines.add(new Line(Severity.INFO, "In all " + inAll(capacity, pool))));
    return lines;
  }

  private String pool(Capacity.PoolUse pool) {
    boolean full = pool.room().signum() == 0;
    String room =
        full ? "no room for another" : "room for " + Capacity.words(pool.room()) + " more";
    return "pool "
        + pool.name()
        + " ("
        + pool.network()
        + purpose(pool.purpose())
        + ") has "
        + Words.count(pool.blocks(), "block")
        + " and "
        + room
        + " of /"
        + pool.blockSize()
        + "; "
        + pool.addresses().used()
        + " of "
        + Capacity.words(pool.addresses().total())
        + " addresses used, "
        + pool.addresses().borrowed()
        + " borrowed, "
        + Capacity.words(pool.addresses().free())
        + " free."
        + fits(pool)
        + without(pool);
  }

  private static String purpose(Capacity.Purpose purpose) {
    return switch (purpose) {
      case WORKLOADS -> "";
      case ON_REQUEST -> ", only for pods that ask for it";
      case OTHER -> ", not for pods";
      case DISABLED -> ", disabled";
    };
  }

  private static String fits(Capacity.PoolUse pool) {
    return switch (pool.purpose()) {
      case WORKLOADS ->
          " Room for "
              + more(pool.moreNodes(), "node")
              + " and "
              + more(pool.morePods(), "pod")
              + ".";
      case ON_REQUEST -> " Room for " + more(pool.morePods(), "pod") + ".";
      case OTHER, DISABLED -> "";
    };
  }

  /** {@code 1 more node}, {@code 2 more nodes}. */
  private static String more(BigInteger number, String noun) {
    return Capacity.words(number) + " more " + noun + (number.equals(BigInteger.ONE) ? "" : "s");
  }

  private static String inAll(Capacity capacity, String first) {
    String room =
        capacity.room().entrySet().stream()
            .map(
                family ->
                    more(family.getValue().moreNodes(), "node")
                        + " and "
                        + more(family.getValue().morePods(), "pod")
                        + (capacity.room().size() == 1
                            ? ""
                            : " with " + family.getKey().pathSegment()))
            .collect(Collectors.joining(", "));
    return "room for " + room + ". Pool " + first + " ends first.";
  }

  private String without(Capacity.PoolUse pool) {
    List<String> nodes =
        pool.nodesWithoutBlock().stream()
            .map(
                node ->
                    node.node()
                        + (node.addresses() == 0
                            ? ""
                            : " (" + node.addresses() + " borrowed addresses)"))
            .toList();
    return nodes.isEmpty() ? "" : " Nodes without a block: " + ScanText.shortened(nodes, all) + ".";
  }
}
