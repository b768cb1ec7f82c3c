package io.ipamrepair.check;

import static io.ipamrepair.check.Capacity.words;
import static io.ipamrepair.check.Wording.count;

import io.ipamrepair.calico.BlockSizes;
import io.ipamrepair.calico.IpamConfig;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.check.Capacity.Note;
import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.check.Capacity.Purpose;
import io.ipamrepair.cidr.Cidr;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What an operator should know of the capacity before it hurts: too few blocks for the nodes, few
 * blocks or addresses left, and pools that give nothing although they look as if they did.
 */
final class CapacityNotes {
  /** With fewer blocks or addresses free than one in this many, a pool is nearly full. */
  private static final BigInteger NEARLY_FULL = BigInteger.TEN;

  private final IpamState state;
  private final IpamConfig config;
  private final List<PoolUse> pools;
  private final PoolChoices choices;
  private final Map<String, List<Cidr>> blocksOf;

  CapacityNotes(
      IpamState state, List<PoolUse> pools, PoolChoices choices, Map<String, List<Cidr>> blocksOf) {
    this.state = state;
    this.config = state.effectiveConfig();
    this.pools = pools;
    this.choices = choices;
    this.blocksOf = blocksOf;
  }

  /** Warnings first. */
  List<Note> all() {
    List<Note> notes = new ArrayList<>();
    choices.all().forEach(choice -> judge(choice, notes));
    pools.forEach(pool -> judge(pool, notes));
    notes.sort(Comparator.comparing(Note::level).reversed());
    return notes;
  }

  /**
   * The blocks that the nodes of a choice can share.
   *
   * @param pools the pools, without those that lie in another one
   * @param nodes how many nodes take blocks of these pools and no others
   * @param waiting how many of these have none
   * @param places how many blocks the pools hold
   * @param room how many more
   */
  private record Supply(
      List<PoolUse> pools, int nodes, int waiting, BigInteger places, BigInteger room) {
    PoolUse first() {
      return pools.get(0);
    }

    /** {@code blocks of /26}, or only {@code blocks} where they differ. */
    String kind(String noun) {
      boolean same = pools.stream().map(PoolUse::blockSize).distinct().count() == 1;
      return same ? noun + " of /" + first().blockSize() : noun;
    }

    boolean isShort() {
      return BigInteger.valueOf(waiting).compareTo(room) > 0;
    }

    /** Whether there could never be a block for each node. */
    boolean isTooSmall() {
      return BigInteger.valueOf(nodes).compareTo(places) > 0;
    }

    boolean isNearlyUsedUp() {
      return room.multiply(NEARLY_FULL).compareTo(places) < 0;
    }
  }

  private void judge(PoolChoices.Choice choice, List<Note> notes) {
    Supply supply = supply(choice);
    List<String> names = choice.pools().stream().map(pool -> pool.name()).toList();
    if (supply.isShort()) {
      notes.add(new Note(Severity.WARNING, names, shortage(supply, names)));
    } else if (supply.isNearlyUsedUp()) {
      notes.add(new Note(Severity.WARNING, names, nearlyUsedUp(supply, names)));
    }
  }

  private Supply supply(PoolChoices.Choice choice) {
    List<PoolUse> shared =
        CapacityCount.outermost(pools.stream().filter(pool -> choice.has(pool.name())).toList());
    int nodes = 0;
    int waiting = 0;
    for (PoolChoices.Choice other : choices.all()) {
      if (choice.pools().containsAll(other.pools())) {
        nodes += other.nodes().size();
        waiting += other.waiting().size();
      }
    }
    return new Supply(
        shared,
        nodes,
        waiting,
        CapacityCount.sum(shared, PoolUse::places),
        CapacityCount.sum(shared, PoolUse::room));
  }

  private String shortage(Supply supply, List<String> names) {
    boolean one = names.size() == 1;
    String want =
        supply.isTooSmall()
            ? " can hold "
                + words(supply.places())
                + " "
                + supply.kind("blocks")
                + ", and "
                + count(supply.nodes(), "node")
                + (supply.nodes() == 1 ? " wants" : " want")
                + " one: "
                + supply.waiting()
                + (supply.waiting() == 1 ? " has none" : " have none")
            : (one ? " has " : " have ")
                + (supply.room().signum() == 0 ? "no" : "only " + words(supply.room()))
                + " free "
                + supply.kind(supply.room().compareTo(BigInteger.ONE) > 0 ? "blocks" : "block")
                + " for "
                + count(supply.waiting(), "node")
                + " without one";
    return title(supply, names)
        + want
        + takenByOthers(supply)
        + ". "
        + consequence(supply.waiting() == 1 ? "that node" : "these nodes")
        + advice(supply);
  }

  private String nearlyUsedUp(Supply supply, List<String> names) {
    String verb = names.size() == 1 ? " has " : " have ";
    return supply.room().signum() == 0
        ? title(supply, names)
            + verb
            + "no free "
            + supply.kind("block")
            + " left: the next node gets none, and no node a second one. "
            + consequence("a new node")
        : title(supply, names)
            + verb
            + "only "
            + words(supply.room())
            + " of "
            + words(supply.places())
            + " "
            + supply.kind("blocks")
            + " left.";
  }

  private static String title(Supply supply, List<String> names) {
    return names.size() == 1
        ? "Pool " + names.get(0) + " (" + supply.first().network() + ")"
        : "Pools " + Wording.all(names.size() <= 4 ? names : List.of(Wording.some(names, 3)));
  }

  private String consequence(String nodes) {
    return config.strictAffinity()
        ? "Pods on " + nodes + " get no address."
        : "Pods on " + nodes + " can only borrow addresses of other nodes' blocks.";
  }

  /** Who has the blocks that the nodes without one miss. */
  private String takenByOthers(Supply supply) {
    long seconds =
        blocksOf.values().stream()
            .mapToLong(
                blocks -> blocks.stream().filter(block -> isInside(block, supply.pools())).count())
            .map(blocks -> Math.max(0, blocks - 1))
            .sum();
    int unclaimed = unclaimed(supply);
    List<String> takers = new ArrayList<>();
    if (seconds > 0) {
      takers.add(
          count(seconds, "block")
              + (seconds == 1 ? " is a node's" : " are nodes'")
              + " second or later");
    }
    if (unclaimed > 0) {
      takers.add(
          count(unclaimed, "block")
              + (unclaimed == 1 ? " belongs" : " belong")
              + " to no living node");
    }
    return takers.isEmpty() ? "" : ", while " + Wording.all(takers);
  }

  /** The blocks that could go back to nodes: nobody's, and those of nodes that do not exist. */
  private int unclaimed(Supply supply) {
    return (int)
        state.blocks().entrySet().stream()
            .filter(entry -> isInside(entry.getKey(), supply.pools()))
            .flatMap(entry -> entry.getValue().value().stream())
            .filter(block -> block.owner().filter(this::exists).isEmpty())
            .count();
  }

  private boolean exists(Owner owner) {
    return !owner.isNode() || state.nodes().containsKey(owner.name());
  }

  private static boolean isInside(Cidr block, List<PoolUse> pools) {
    return pools.stream().anyMatch(pool -> pool.network().contains(block));
  }

  /** What size of pool or block would do; nothing where the block size is illegal (rule P3). */
  private String advice(Supply supply) {
    PoolUse pool = supply.first();
    if (!BlockSizes.isLegal(pool.network().family(), pool.blockSize())) {
      return "";
    }
    int missing = supply.waiting() - supply.room().intValue() - unclaimed(supply);
    String another =
        missing <= 0
            ? "The blocks of no living node are enough for them."
            : "Another pool of /"
                + poolLength(pool, missing)
                + " has the "
                + (missing == 1 ? "one that is" : missing + " that are")
                + " missing.";
    if (supply.pools().size() > 1 || !supply.isTooSmall()) {
      return " " + another;
    }
    long smaller = pool.network().prefixLength() + bits(supply.nodes());
    return " A /"
        + pool.blockSize()
        + " for each node needs a /"
        + poolLength(pool, supply.nodes())
        + (smaller <= pool.network().family().bits() ? ", or blocks of /" + smaller : "")
        + ". "
        + another;
  }

  /** The prefix length of the smallest pool with {@code blocks} of {@code pool}'s blocks. */
  private static long poolLength(PoolUse pool, int blocks) {
    return Math.max(0, pool.blockSize() - bits(blocks));
  }

  /** How many bits number {@code count} things. */
  private static int bits(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
  }

  private void judge(PoolUse pool, List<Note> notes) {
    String title = "Pool " + pool.name() + " (" + pool.network() + ")";
    if (pool.purpose() == Purpose.WORKLOADS && pool.nodes() == 0 && !state.nodes().isEmpty()) {
      notes.add(
          new Note(
              Severity.INFO,
              List.of(pool.name()),
              title + " gives no blocks: its nodeSelector selects no node."));
    }
    BigInteger free = pool.addresses().free();
    BigInteger total = pool.addresses().total();
    boolean gives = pool.purpose() != Purpose.DISABLED;
    if (gives && free.multiply(NEARLY_FULL).compareTo(total) < 0) {
      notes.add(
          new Note(
              Severity.WARNING,
              List.of(pool.name()),
              title
                  + (free.signum() == 0 ? " has no free address" : " has only " + words(free))
                  + (free.signum() == 0 ? "" : " of " + words(total) + " addresses free")
                  + "."));
    }
  }
}
