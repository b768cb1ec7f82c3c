package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How full the pools are, which nodes have no block, and what still fits: the first cause of the
 * incident was a pool with fewer blocks than nodes. None of this is a finding: no rule is broken by
 * a pool that is full.
 *
 * @param byPool each pool whose network is known, by name
 * @param pools how many pools there are, unreadable ones included
 * @param blocks how many blocks there are, unreadable ones included
 * @param emptyBlocks how many of them hold no address
 * @param nodes how many nodes there are
 * @param nodesWithoutBlock the nodes that own no block of either family, by name
 * @param addresses by family, the addresses of all pools together, those of overlapping pools once
 * @param room by family, what still fits into all pools together
 * @param endsFirst the pool with the smallest share of free blocks, where nodes take blocks of
 *     several pools
 * @param notes what an operator should know of it, warnings first
 */
public record Capacity(
    List<PoolUse> byPool,
    int pools,
    int blocks,
    int emptyBlocks,
    int nodes,
    List<String> nodesWithoutBlock,
    SortedMap<IpFamily, Addresses> addresses,
    SortedMap<IpFamily, Room> room,
    Optional<String> endsFirst,
    List<Note> notes) {
  /**
   * Addresses of a range.
   *
   * @param total how many there are
   * @param used how many blocks hold, tunnels and Windows' reservations included, addresses that
   *     are cooling down not
   * @param free how many can still be given out: not held, not reserved, and in no block that
   *     cannot be read
   * @param borrowed how many of the used ones another node uses than the one that owns the block
   */
  public record Addresses(BigInteger total, long used, BigInteger free, long borrowed) {
    Addresses plus(Addresses other) {
      return new Addresses(
          total.add(other.total),
          used + other.used,
          free.add(other.free),
          borrowed + other.borrowed);
    }
  }

  /**
   * What still fits into the pools of a family.
   *
   * @param blocks how many more blocks
   * @param moreNodes how many more nodes get a block, once those that wait for one have theirs
   * @param morePods how many more pods get an address
   */
  public record Room(BigInteger blocks, BigInteger moreNodes, BigInteger morePods) {}

  /** Who gets what of a pool. */
  public enum Purpose {
    /** Each node that it selects takes blocks of it for its pods. */
    WORKLOADS,
    /** Only pods that ask for it, or those of some namespaces. */
    ON_REQUEST,
    /** Tunnels or load balancers, no pods. */
    OTHER,
    /** Nobody gets anything new. */
    DISABLED;

    /** The word for programs: {@code workloads}, {@code on-request}… */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One pool.
   *
   * @param name its name
   * @param network its masked CIDR
   * @param blockSize the prefix length of its blocks
   * @param purpose who gets what of it
   * @param blocks how many blocks lie in it, whatever their size
   * @param places how many blocks of its size it holds in all
   * @param room how many more blocks of its size it has room for: places that no block overlaps
   * @param addresses its addresses
   * @param nodes how many nodes take blocks of it: those that it selects, if they do at all
   * @param nodesWithoutBlock those of them that own no block in any pool that they take blocks of,
   *     by name
   * @param moreNodes how many more nodes get a block of it, once those without have theirs; 0 where
   *     the configuration forbids new blocks
   * @param morePods how many more pods get an address of it, at most: where affinity is strict,
   *     without those of blocks that no node owns
   */
  public record PoolUse(
      String name,
      Cidr network,
      long blockSize,
      Purpose purpose,
      int blocks,
      BigInteger places,
      BigInteger room,
      Addresses addresses,
      int nodes,
      List<NodeWithoutBlock> nodesWithoutBlock,
      BigInteger moreNodes,
      BigInteger morePods) {
    public PoolUse {
      nodesWithoutBlock = List.copyOf(nodesWithoutBlock);
    }

    /** Whether new blocks and addresses come from it. */
    public boolean enabled() {
      return purpose != Purpose.DISABLED;
    }
  }

  /**
   * A node that waits for a block.
   *
   * @param node its name
   * @param addresses how many addresses of the pool it uses, all of them borrowed
   */
  public record NodeWithoutBlock(String node, int addresses) {}

  /**
   * Something to know of the capacity.
   *
   * @param level {@link Severity#WARNING} or {@link Severity#INFO}, never an error
   * @param pools the pools that it is about, by name
   * @param text one or more sentences
   */
  public record Note(Severity level, List<String> pools, String text) {
    public Note {
      pools = List.copyOf(pools);
    }
  }

  public Capacity {
    byPool = List.copyOf(byPool);
    nodesWithoutBlock = List.copyOf(nodesWithoutBlock);
    addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    room = Collections.unmodifiableSortedMap(new TreeMap<>(room));
    notes = List.copyOf(notes);
  }

  /** The capacity in {@code state}. */
  public static Capacity of(IpamState state) {
    return new CapacityCount(state).capacity();
  }

  /** A count for people: the size of an IPv6 pool is no number that anybody reads. */
  public static String words(BigInteger count) {
    return count.bitLength() <= 32 ? count.toString() : "2^" + (count.bitLength() - 1);
  }
}
