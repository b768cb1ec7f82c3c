package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamConfig;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity.Addresses;
import io.ipamrepair.check.Capacity.NodeWithoutBlock;
import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.check.Capacity.Purpose;
import io.ipamrepair.check.Capacity.Room;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Counts what a state's pools hold and what still fits. */
final class CapacityCount {
  /**
   * What a block's allocations say, counted once.
   *
   * @param held its addresses that are held
   * @param free its addresses that can be given out: neither held nor reserved
   * @param borrowed the held ones that another node uses than the owner
   * @param byNode how many of the held ones each node uses, as far as they name one
   */
  private record Use(long held, BigInteger free, long borrowed, Map<String, Integer> byNode) {}

  private final IpamState state;
  private final IpamConfig config;
  private final Reservations reservations;
  private final SortedMap<Cidr, Use> uses = new TreeMap<>();
  private final Map<String, List<Cidr>> blocksOf = new HashMap<>();
  private final PoolChoices choices;
  private int empty;

  CapacityCount(IpamState state) {
    this.state = state;
    this.config = state.effectiveConfig();
    this.reservations = Reservations.of(state);
    NetworkIndex reserved = reservations.index();
    state.blocks().forEach((cidr, stored) -> count(cidr, stored, reserved));
    // An unreadable block may be its claimant's.
    state.affinities().forEach(this::countClaim);
    this.choices = PoolChoices.of(state, blocksOf);
  }

  private void count(Cidr cidr, Stored<Block> stored, NetworkIndex reserved) {
    stored
        .value()
        .ifPresent(
            block -> {
              uses.put(cidr, use(block, reserved));
              empty += block.isVacant() ? 1 : 0;
              block.owner().ifPresent(owner -> own(owner, cidr));
            });
  }

  private Use use(Block block, NetworkIndex reserved) {
    long held = 0;
    long heldUnreserved = 0;
    long borrowed = 0;
    Map<String, Integer> byNode = new HashMap<>();
    Optional<Owner> owner = block.owner();
    for (int ordinal : block.held()) {
      held++;
      boolean isReserved = !reservations.isEmpty() && reserved.covers(block.address(ordinal));
      heldUnreserved += isReserved ? 0 : 1;
      Optional<String> node = block.attribute(ordinal).flatMap(Attribute::node);
      if (node.isPresent()) {
        byNode.merge(node.get(), 1, Integer::sum);
        boolean elsewhere =
            owner.filter(each -> each.isNode() && !each.name().equals(node.get())).isPresent();
        borrowed += elsewhere ? 1 : 0;
      }
    }
    BigInteger free =
        reservations.unreserved(block.cidr()).subtract(BigInteger.valueOf(heldUnreserved));
    return new Use(held, free, borrowed, byNode);
  }

  private void countClaim(AffinityId id, Stored<Affinity> stored) {
    boolean unreadable =
        Optional.ofNullable(state.blocks().get(id.cidr()))
            .filter(block -> block.value().isEmpty())
            .isPresent();
    boolean confirmed =
        stored.value().filter(value -> value.state() == Affinity.State.CONFIRMED).isPresent();
    if (unreadable && confirmed) {
      own(id.owner(), id.cidr());
    }
  }

  private void own(Owner owner, Cidr block) {
    if (owner.isNode()) {
      blocksOf.computeIfAbsent(owner.name(), none -> new ArrayList<>(1)).add(block);
    }
  }

  Capacity capacity() {
    List<PoolUse> pools = state.knownPools().known().stream().map(this::pool).toList();
    SortedMap<IpFamily, Room> room = room(pools);
    return new Capacity(
        pools,
        state.pools().size(),
        state.blocks().size(),
        empty,
        state.nodes().size(),
        state.nodes().keySet().stream().filter(node -> !blocksOf.containsKey(node)).toList(),
        addresses(),
        room,
        endsFirst(pools),
        new CapacityNotes(state, pools, choices, blocksOf).all());
  }

  private PoolUse pool(NamedPool pool) {
    List<Cidr> inside = inside(pool.network());
    Map<String, Integer> byNode = new HashMap<>();
    for (Cidr cidr : inside) {
      if (uses.containsKey(cidr)) {
        uses.get(cidr).byNode().forEach((node, count) -> byNode.merge(node, count, Integer::sum));
      }
    }
    Purpose purpose = PoolChoices.purpose(pool.pool());
    BigInteger room = room(pool, inside);
    List<NodeWithoutBlock> without =
        choices.waitingFor(pool.name()).stream()
            .map(node -> new NodeWithoutBlock(node, byNode.getOrDefault(node, 0)))
            .toList();
    boolean claimable = purpose == Purpose.WORKLOADS && config.autoAllocateBlocks();
    return new PoolUse(
        pool.name(),
        pool.network(),
        pool.pool().blockSize(),
        purpose,
        inside.size(),
        places(pool),
        room,
        addresses(pool.network(), inside),
        choices.nodesOf(pool.name()),
        without,
        claimable ? lessWaiting(room, without.size()) : BigInteger.ZERO,
        morePods(pool.network(), inside, purpose));
  }

  private static BigInteger lessWaiting(BigInteger room, int waiting) {
    return room.subtract(BigInteger.valueOf(waiting)).max(BigInteger.ZERO);
  }

  /** The blocks inside {@code network}: blocks are sorted by base, the larger first. */
  private List<Cidr> inside(Cidr network) {
    // Not as a stream: a view of a tree map counts its entries before it streams them.
    List<Cidr> inside = new ArrayList<>();
    for (Cidr cidr : state.blocks().tailMap(network).keySet()) {
      if (!network.contains(cidr)) {
        break;
      }
      inside.add(cidr);
    }
    return inside;
  }

  private Addresses addresses(Cidr network, List<Cidr> inside) {
    long held = 0;
    long borrowed = 0;
    BigInteger free = reservations.unreserved(network);
    for (Cidr cidr : inside) {
      BigInteger unreserved = reservations.unreserved(cidr);
      if (uses.containsKey(cidr)) {
        Use use = uses.get(cidr);
        held += use.held();
        borrowed += use.borrowed();
        free = free.subtract(unreserved.subtract(use.free()));
      } else {
        // What a block that cannot be read holds is unknown, and nobody gets an address of it.
        free = free.subtract(unreserved);
      }
    }
    // Blocks that overlap hold an address twice.
    return new Addresses(network.size(), held, free.max(BigInteger.ZERO), borrowed);
  }

  private BigInteger morePods(Cidr network, List<Cidr> inside, Purpose purpose) {
    if (purpose != Purpose.WORKLOADS && purpose != Purpose.ON_REQUEST) {
      return BigInteger.ZERO;
    }
    BigInteger inBlocks = BigInteger.ZERO;
    BigInteger unusable = BigInteger.ZERO;
    for (Cidr cidr : inside) {
      BigInteger free = uses.containsKey(cidr) ? uses.get(cidr).free() : BigInteger.ZERO;
      if (config.strictAffinity() && !isNodes(cidr)) {
        unusable = unusable.add(free);
      } else {
        inBlocks = inBlocks.add(free);
      }
    }
    BigInteger all = addresses(network, inside).free().subtract(unusable).max(BigInteger.ZERO);
    return config.autoAllocateBlocks() ? all : all.min(inBlocks);
  }

  /** Whether a node that exists owns the block. */
  private boolean isNodes(Cidr cidr) {
    return Optional.ofNullable(state.blocks().get(cidr))
        .flatMap(Stored::value)
        .flatMap(Block::owner)
        .filter(owner -> owner.isNode() && state.nodes().containsKey(owner.name()))
        .isPresent();
  }

  private static BigInteger places(NamedPool pool) {
    long size = pool.pool().blockSize();
    int length = pool.network().prefixLength();
    return size < length || size > pool.network().family().bits()
        ? BigInteger.ZERO
        : BigInteger.ONE.shiftLeft((int) size - length);
  }

  /** The places for a block of the pool's size that no block overlaps. */
  private BigInteger room(NamedPool pool, List<Cidr> inside) {
    Cidr network = pool.network();
    BigInteger places = places(pool);
    boolean coveredByOne =
        IntStream.range(0, network.prefixLength())
            .mapToObj(length -> new Cidr(network.base().masked(length), length))
            .anyMatch(state.blocks()::containsKey);
    if (places.signum() == 0 || coveredByOne) {
      return BigInteger.ZERO;
    }
    int size = (int) pool.pool().blockSize();
    BigInteger taken = BigInteger.ZERO;
    Optional<Cidr> last = Optional.empty();
    for (Cidr block : inside) {
      // The place that the block takes, or the several ones that a larger block takes.
      int length = Math.min(block.prefixLength(), size);
      Cidr place = new Cidr(block.base().masked(length), length);
      if (last.filter(each -> each.contains(place)).isEmpty()) {
        taken = taken.add(BigInteger.ONE.shiftLeft(size - length));
        last = Optional.of(place);
      }
    }
    return places.subtract(taken);
  }

  // All pools together; networks that overlap are nested, so the outermost ones count.

  private SortedMap<IpFamily, Addresses> addresses() {
    Map<IpFamily, Addresses> all = new EnumMap<>(IpFamily.class);
    List<Cidr> networks =
        state.knownPools().known().stream().map(NamedPool::network).sorted().toList();
    Optional<Cidr> last = Optional.empty();
    for (Cidr network : networks) {
      if (last.filter(outer -> outer.contains(network)).isEmpty()) {
        all.merge(network.family(), addresses(network, inside(network)), Addresses::plus);
        last = Optional.of(network);
      }
    }
    return new TreeMap<>(all);
  }

  private SortedMap<IpFamily, Room> room(List<PoolUse> pools) {
    SortedMap<IpFamily, Room> room = new TreeMap<>();
    for (IpFamily family : IpFamily.values()) {
      List<PoolUse> ofFamily =
          pools.stream().filter(pool -> pool.network().family() == family).toList();
      if (!ofFamily.isEmpty()) {
        room.put(family, room(ofFamily, family));
      }
    }
    return room;
  }

  private Room room(List<PoolUse> pools, IpFamily family) {
    List<PoolUse> given =
        outermost(pools.stream().filter(pool -> pool.purpose() == Purpose.WORKLOADS).toList());
    BigInteger blocks = sum(given, PoolUse::room);
    BigInteger morePods =
        sum(
            outermost(pools.stream().filter(pool -> pool.morePods().signum() > 0).toList()),
            PoolUse::morePods);
    return new Room(
        blocks,
        config.autoAllocateBlocks()
            ? lessWaiting(blocks, choices.waiting(family).size())
            : BigInteger.ZERO,
        morePods);
  }

  /** Without the pools that lie in another one of them. */
  static List<PoolUse> outermost(List<PoolUse> pools) {
    List<PoolUse> outermost = new ArrayList<>();
    pools.stream()
        .sorted(Comparator.comparing(PoolUse::network).thenComparing(PoolUse::name))
        .forEach(
            pool -> {
              boolean inside =
                  !outermost.isEmpty()
                      && outermost.get(outermost.size() - 1).network().contains(pool.network());
              if (!inside) {
                outermost.add(pool);
              }
            });
    return outermost;
  }

  static BigInteger sum(
      List<PoolUse> pools, java.util.function.Function<PoolUse, BigInteger> count) {
    return pools.stream().map(count).reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** The smallest share of free blocks; of equal shares the fewest blocks, then the first name. */
  private static Optional<String> endsFirst(List<PoolUse> pools) {
    List<PoolUse> given =
        pools.stream()
            .filter(pool -> pool.purpose() == Purpose.WORKLOADS && pool.places().signum() > 0)
            .toList();
    Set<Cidr> networks = new HashSet<>();
    given.forEach(pool -> networks.add(pool.network()));
    Comparator<PoolUse> byShare =
        (one, other) ->
            one.room().multiply(other.places()).compareTo(other.room().multiply(one.places()));
    return networks.size() < 2
        ? Optional.empty()
        : given.stream()
            .min(byShare.thenComparing(PoolUse::room).thenComparing(PoolUse::name))
            .map(PoolUse::name);
  }
}
