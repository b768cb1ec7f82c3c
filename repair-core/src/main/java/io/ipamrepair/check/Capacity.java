package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How full the pools are, and which nodes have no block: the first cause of the incident was a pool
 * with fewer blocks than nodes.
 *
 * @param byPool each pool whose network is known, by name
 * @param pools how many pools there are, unreadable ones included
 * @param blocks how many blocks there are, unreadable ones included
 * @param emptyBlocks how many of them hold no address
 * @param nodes how many nodes there are
 * @param nodesWithoutBlock the nodes that own no block of either family, by name
 * @param addresses by family, the addresses of all pools together, those of overlapping pools once
 */
public record Capacity(
    List<PoolUse> byPool,
    int pools,
    int blocks,
    int emptyBlocks,
    int nodes,
    List<String> nodesWithoutBlock,
    SortedMap<IpFamily, Addresses> addresses) {
  /**
   * Addresses of a range.
   *
   * @param total how many there are
   * @param used how many blocks hold, tunnels and Windows' reservations included, addresses that
   *     are cooling down not
   * @param borrowed how many of these another node uses than the one that owns the block
   */
  public record Addresses(BigInteger total, long used, long borrowed) {
    private Addresses plus(Addresses other) {
      return new Addresses(total.add(other.total), used + other.used, borrowed + other.borrowed);
    }
  }

  /**
   * One pool.
   *
   * @param name its name
   * @param network its masked CIDR
   * @param blockSize the prefix length of its blocks
   * @param enabled whether new blocks and addresses come from it
   * @param blocks how many blocks lie in it, whatever their size
   * @param room how many more blocks of its size it has room for
   * @param addresses its addresses
   * @param nodesWithoutBlock the nodes that it selects and that own no block of its family, by name
   */
  public record PoolUse(
      String name,
      Cidr network,
      long blockSize,
      boolean enabled,
      int blocks,
      BigInteger room,
      Addresses addresses,
      List<NodeWithoutBlock> nodesWithoutBlock) {}

  /**
   * A node that owns no block of a family.
   *
   * @param node its name
   * @param addresses how many addresses of the pool it uses, all of them borrowed
   */
  public record NodeWithoutBlock(String node, int addresses) {}

  public Capacity {
    byPool = List.copyOf(byPool);
    nodesWithoutBlock = List.copyOf(nodesWithoutBlock);
    addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
  }

  /** The capacity in {@code state}. */
  public static Capacity of(IpamState state) {
    return new Count(state).capacity();
  }

  /** What a block's allocations say, counted once. */
  private record Use(long held, long borrowed, Map<String, Integer> byNode) {
    static Use of(Block block) {
      long held = 0;
      long borrowed = 0;
      Map<String, Integer> byNode = new HashMap<>();
      Optional<Owner> owner = block.owner();
      int size = Math.min(block.slots(), block.cidr().ordinals());
      for (int ordinal = 0; ordinal < size; ordinal++) {
        if (!block.holds(ordinal)) {
          continue;
        }
        held++;
        Optional<String> node = block.attribute(ordinal).flatMap(Attribute::node);
        if (node.isPresent()) {
          byNode.merge(node.get(), 1, Integer::sum);
          boolean elsewhere =
              owner.filter(each -> each.isNode() && !each.name().equals(node.get())).isPresent();
          borrowed += elsewhere ? 1 : 0;
        }
      }
      return new Use(held, borrowed, byNode);
    }
  }

  private static final class Count {
    private final IpamState state;
    private final SortedMap<Cidr, Use> uses = new TreeMap<>();
    private final Map<String, Set<IpFamily>> familiesOf = new HashMap<>();
    private int empty;

    Count(IpamState state) {
      this.state = state;
      state.blocks().forEach(this::count);
      // An unreadable block may be its claimant's.
      state.affinities().forEach(this::countClaim);
    }

    private void count(Cidr cidr, Stored<Block> stored) {
      stored
          .value()
          .ifPresent(
              block -> {
                uses.put(cidr, Use.of(block));
                empty += block.isVacant() ? 1 : 0;
                block.owner().ifPresent(owner -> own(owner, cidr.family()));
              });
    }

    private void countClaim(AffinityId id, Stored<Affinity> stored) {
      boolean unreadable =
          Optional.ofNullable(state.blocks().get(id.cidr()))
              .filter(block -> block.value().isEmpty())
              .isPresent();
      boolean confirmed =
          stored.value().filter(value -> value.state() == Affinity.State.CONFIRMED).isPresent();
      if (unreadable && confirmed) {
        own(id.owner(), id.cidr().family());
      }
    }

    private void own(Owner owner, IpFamily family) {
      if (owner.isNode()) {
        familiesOf
            .computeIfAbsent(owner.name(), none -> EnumSet.noneOf(IpFamily.class))
            .add(family);
      }
    }

    Capacity capacity() {
      List<String> without =
          state.nodes().keySet().stream().filter(node -> !familiesOf.containsKey(node)).toList();
      return new Capacity(
          state.knownPools().known().stream().map(this::pool).toList(),
          state.pools().size(),
          state.blocks().size(),
          empty,
          state.nodes().size(),
          without,
          all());
    }

    private PoolUse pool(NamedPool pool) {
      Map<String, Integer> byNode = new HashMap<>();
      List<Cidr> inside = inside(pool.network());
      inside.stream()
          .filter(uses::containsKey)
          .forEach(
              cidr ->
                  uses.get(cidr)
                      .byNode()
                      .forEach((node, count) -> byNode.merge(node, count, Integer::sum)));
      return new PoolUse(
          pool.name(),
          pool.network(),
          pool.pool().blockSize(),
          !pool.pool().disabled(),
          inside.size(),
          room(pool),
          addresses(pool.network()),
          nodesWithoutBlock(pool, byNode));
    }

    /** The blocks inside {@code network}: blocks are sorted by base, the larger first. */
    private List<Cidr> inside(Cidr network) {
      return state.blocks().tailMap(network).keySet().stream()
          .takeWhile(network::contains)
          .toList();
    }

    private Addresses addresses(Cidr network) {
      long held = 0;
      long borrowed = 0;
      for (Cidr cidr : inside(network)) {
        if (uses.containsKey(cidr)) {
          held += uses.get(cidr).held();
          borrowed += uses.get(cidr).borrowed();
        }
      }
      return new Addresses(network.size(), held, borrowed);
    }

    private List<NodeWithoutBlock> nodesWithoutBlock(NamedPool pool, Map<String, Integer> byNode) {
      List<NodeWithoutBlock> without = new ArrayList<>();
      if (!pool.pool().allowsWorkloads()) {
        return without;
      }
      IpFamily family = pool.network().family();
      NodeSelection selection = NodeSelection.of(pool.pool());
      state
          .nodes()
          .forEach(
              (name, stored) -> {
                boolean owns = familiesOf.getOrDefault(name, Set.of()).contains(family);
                Optional<Node> node = stored.value();
                boolean selected = node.filter(selection::selects).isPresent();
                if (!owns && selected) {
                  without.add(new NodeWithoutBlock(name, byNode.getOrDefault(name, 0)));
                }
              });
      return List.copyOf(without);
    }

    /** The places for a block of the pool's size that no block overlaps. */
    private BigInteger room(NamedPool pool) {
      Cidr network = pool.network();
      int bits = network.family().bits();
      long size = pool.pool().blockSize();
      if (size < network.prefixLength() || size > bits) {
        return BigInteger.ZERO;
      }
      int places = (int) size - network.prefixLength();
      boolean coveredByOne =
          IntStream.range(0, network.prefixLength())
              .mapToObj(length -> new Cidr(network.base().masked(length), length))
              .anyMatch(state.blocks()::containsKey);
      if (coveredByOne) {
        return BigInteger.ZERO;
      }
      BigInteger taken = BigInteger.ZERO;
      Optional<Cidr> last = Optional.empty();
      for (Cidr block : inside(network)) {
        // The place that the block takes, or the several ones that a larger block takes.
        int length = Math.min(block.prefixLength(), (int) size);
        Cidr place = new Cidr(block.base().masked(length), length);
        if (last.filter(each -> each.contains(place)).isEmpty()) {
          taken = taken.add(BigInteger.ONE.shiftLeft((int) size - length));
          last = Optional.of(place);
        }
      }
      return BigInteger.ONE.shiftLeft(places).subtract(taken);
    }

    /** All pools together; networks that overlap are nested, so the outermost ones count. */
    private SortedMap<IpFamily, Addresses> all() {
      Map<IpFamily, Addresses> all = new EnumMap<>(IpFamily.class);
      Optional<Cidr> last = Optional.empty();
      for (Cidr network :
          state.knownPools().known().stream().map(NamedPool::network).sorted().toList()) {
        if (last.filter(outer -> outer.contains(network)).isEmpty()) {
          all.merge(network.family(), addresses(network), Addresses::plus);
          last = Optional.of(network);
        }
      }
      return new TreeMap<>(all);
    }
  }
}
