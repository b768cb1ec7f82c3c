package io.ipamrepair.map;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.Bytes;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Draws a map: looks at each state, then lays the two over each other. */
final class Drawing {
  private final Extent extent;
  private final Side before;
  private final Side after;

  Drawing(Extent extent, IpamState before, IpamState after) {
    this.extent = extent;
    this.before = new Side(before);
    this.after = after == before ? this.before : new Side(after);
  }

  /** One state. */
  private final class Side {
    private final IpamState state;
    private final Set<Cidr> overlapping;
    private final SortedMap<Cidr, BlockView> blocks = new TreeMap<>();

    Side(IpamState state) {
      this.state = state;
      this.overlapping = overlapping(state.blocks().keySet());
      state.blocks().keySet().forEach(cidr -> blocks.put(cidr, view(cidr)));
      state
          .affinities()
          .keySet()
          .forEach(affinity -> blocks.computeIfAbsent(affinity.cidr(), this::view));
    }

    private BlockView view(Cidr cidr) {
      Optional<Stored<Block>> stored = Optional.ofNullable(state.blocks().get(cidr));
      Optional<Block> block = stored.flatMap(Stored::value);
      List<String> pools =
          state.knownPools().containing(cidr).stream().map(NamedPool::name).toList();
      List<Claim> claims = state.affinitiesOn(cidr).stream().map(Drawing::claim).toList();
      List<Integer> held = block.map(Block::held).orElse(List.of());
      return new BlockView(
          stored.isPresent(),
          block.isPresent(),
          block.flatMap(Block::owner),
          block.flatMap(Block::affinity).orElse(""),
          held,
          cidr.ordinals(),
          pools,
          claims,
          troubles(cidr, stored.isPresent(), block, pools, claims, held));
    }

    private Set<Trouble> troubles(
        Cidr cidr,
        boolean exists,
        Optional<Block> block,
        List<String> pools,
        List<Claim> claims,
        List<Integer> held) {
      Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
      if (!exists) {
        troubles.add(Trouble.CLAIM_ONLY);
        return troubles;
      }
      if (block.isEmpty()) {
        troubles.add(Trouble.UNREADABLE);
      }
      if (overlapping.contains(cidr)) {
        troubles.add(Trouble.OVERLAPS);
      }
      block.ifPresent(
          read -> {
            if (read.hasNoOwner()) {
              troubles.add(held.isEmpty() ? Trouble.VACANT : Trouble.ORPHANED);
            } else if (extent == Extent.WHOLE && !exists(read.owner())) {
              troubles.add(Trouble.OWNER_GONE);
            }
            boolean rival =
                claims.stream()
                    .anyMatch(
                        claim ->
                            claim.state().equals(Affinity.State.CONFIRMED.text())
                                && !read.owner().equals(Optional.of(claim.owner())));
            if (rival) {
              troubles.add(Trouble.CONTESTED);
            }
          });
      if (pools.size() > 1) {
        troubles.add(Trouble.SEVERAL_POOLS);
      } else if (pools.isEmpty() && extent == Extent.WHOLE && state.knownPools().complete()) {
        troubles.add(Trouble.NO_POOL);
      }
      return troubles;
    }

    private boolean exists(Optional<Owner> owner) {
      return owner
          .filter(
              each ->
                  each.isNode()
                      ? state.nodes().containsKey(each.name())
                      : each.equals(Owner.LOAD_BALANCER))
          .isPresent();
    }

    Optional<BlockView> block(Cidr cidr) {
      return Optional.ofNullable(blocks.get(cidr));
    }

    Optional<Bytes> bytes(Cidr cidr) {
      return Optional.ofNullable(state.blocks().get(cidr)).flatMap(Stored::bytes);
    }

    Optional<Stored<Pool>> stored(String pool) {
      return Optional.ofNullable(state.pools().get(pool));
    }

    Optional<PoolView> pool(String name) {
      return stored(name).map(stored -> view(name, stored.value()));
    }

    private PoolView view(String name, Optional<Pool> pool) {
      Optional<Cidr> network = pool.flatMap(Pool::network);
      List<BlockView> inside =
          network
              .map(
                  each ->
                      blocks.tailMap(each).entrySet().stream()
                          .takeWhile(entry -> each.contains(entry.getKey()))
                          .map(Map.Entry::getValue)
                          .filter(BlockView::exists)
                          .toList())
              .orElse(List.of());
      return new PoolView(
          pool.isPresent(),
          pool.flatMap(Pool::cidrText).orElse(""),
          network,
          pool.map(Pool::blockSize).orElse(0L),
          pool.map(Pool::disabled).orElse(false),
          network.map(each -> overlaps(name, each)).orElse(List.of()),
          inside.size(),
          inside.stream().mapToLong(block -> block.held().size()).sum());
    }

    private List<String> overlaps(String name, Cidr network) {
      return state.knownPools().known().stream()
          .filter(other -> !other.name().equals(name) && other.network().overlaps(network))
          .map(NamedPool::name)
          .toList();
    }
  }

  private static Claim claim(Stored<Affinity> stored) {
    CalicoKey.AffinityKey key = (CalicoKey.AffinityKey) stored.at();
    return new Claim(
        key.owner(),
        stored
            .value()
            .map(
                affinity ->
                    affinity.state() == Affinity.State.UNKNOWN
                        ? affinity.stateText()
                        : affinity.state().text())
            .orElse("unreadable"));
  }

  /** Networks that overlap are nested, and one that contains others comes in front of them. */
  private static Set<Cidr> overlapping(Iterable<Cidr> ascending) {
    Set<Cidr> overlapping = new HashSet<>();
    Deque<Cidr> around = new ArrayDeque<>();
    for (Cidr cidr : ascending) {
      while (!around.isEmpty() && !around.peek().contains(cidr)) {
        around.pop();
      }
      if (!around.isEmpty()) {
        overlapping.add(cidr);
        overlapping.addAll(around);
      }
      around.push(cidr);
    }
    return overlapping;
  }

  AddressMap map() {
    SortedSet<Cidr> cidrs = new TreeSet<>(before.blocks.keySet());
    cidrs.addAll(after.blocks.keySet());
    Map<String, List<BlockArea>> homes = new HashMap<>();
    List<BlockArea> outside = new ArrayList<>();
    Map<String, SortedMap<String, Integer>> elsewhere = new HashMap<>();
    for (Cidr cidr : cidrs) {
      BlockArea area = area(cidr);
      Optional<String> home = area.home();
      home.ifPresentOrElse(
          pool -> homes.computeIfAbsent(pool, none -> new ArrayList<>()).add(area),
          () -> outside.add(area));
      area.before().stream()
          .filter(BlockView::exists)
          .flatMap(view -> view.pools().stream())
          .filter(pool -> !home.equals(Optional.of(pool)))
          .forEach(
              pool ->
                  elsewhere
                      .computeIfAbsent(pool, none -> new TreeMap<>())
                      .merge(home.orElse(""), 1, Integer::sum));
    }
    SortedSet<String> names = new TreeSet<>(before.state.pools().keySet());
    names.addAll(after.state.pools().keySet());
    List<PoolArea> pools = new ArrayList<>();
    for (String name : names) {
      pools.add(
          pool(
              name,
              homes.getOrDefault(name, List.of()),
              elsewhere.getOrDefault(name, new TreeMap<>())));
    }
    pools.sort(
        Comparator.comparing(
                (PoolArea pool) -> network(pool).orElse(null),
                Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(PoolArea::name));
    return new AddressMap(extent, pools, outside);
  }

  private static Optional<Cidr> network(PoolArea pool) {
    return pool.before().or(pool::after).flatMap(PoolView::network);
  }

  private BlockArea area(Cidr cidr) {
    Optional<BlockView> was = before.block(cidr);
    Optional<BlockView> is = after.block(cidr);
    Set<Shift> shifts = EnumSet.noneOf(Shift.class);
    Optional<BlockView> old = was.filter(BlockView::exists);
    Optional<BlockView> now = is.filter(BlockView::exists);
    if (old.isEmpty() && now.isPresent()) {
      shifts.add(Shift.CREATED);
    } else if (old.isPresent() && now.isEmpty()) {
      shifts.add(Shift.DELETED);
    } else if (old.isPresent()) {
      differences(cidr, old.get(), now.get(), shifts);
    }
    if (!claims(was).equals(claims(is))) {
      shifts.add(Shift.CLAIMS);
    }
    return new BlockArea(cidr, was, is, shifts);
  }

  private static List<Claim> claims(Optional<BlockView> view) {
    return view.map(BlockView::claims).orElse(List.of());
  }

  private void differences(Cidr cidr, BlockView old, BlockView now, Set<Shift> shifts) {
    if (!old.owner().equals(now.owner()) || !old.ownerText().equals(now.ownerText())) {
      shifts.add(Shift.OWNER);
    }
    if (!old.governing().equals(now.governing())) {
      shifts.add(Shift.POOL);
    }
    if (!old.held().equals(now.held())) {
      shifts.add(Shift.ADDRESSES);
    }
    boolean same = Objects.equals(before.bytes(cidr), after.bytes(cidr));
    if (!same && shifts.isEmpty()) {
      shifts.add(Shift.REWRITTEN);
    }
  }

  private PoolArea pool(String name, List<BlockArea> blocks, SortedMap<String, Integer> elsewhere) {
    Optional<PoolView> was = before.pool(name);
    Optional<PoolView> is = after.pool(name);
    boolean rewritten =
        was.isPresent()
            && is.isPresent()
            && !Objects.equals(
                before.stored(name).flatMap(Stored::bytes),
                after.stored(name).flatMap(Stored::bytes));
    return new PoolArea(name, was, is, rewritten, places(was.or(() -> is), blocks), elsewhere);
  }

  /** Between blocks there is room only where everything is known that might be there. */
  private List<PoolArea.Place> places(Optional<PoolView> pool, List<BlockArea> blocks) {
    List<PoolArea.Place> places = new ArrayList<>();
    Optional<Cidr> network = pool.flatMap(PoolView::network);
    if (extent == Extent.PART || network.isEmpty()) {
      blocks.forEach(block -> places.add(new PoolArea.Taken(block)));
      return places;
    }
    int bits = network.get().family().bits();
    BigInteger size =
        BigInteger.ONE.shiftLeft(
            (int) (bits - Math.max(0, Math.min(bits, pool.get().blockSize()))));
    BigInteger next = number(network.get().base());
    for (BlockArea block : blocks) {
      BigInteger base = number(block.cidr().base());
      room(next, base, size).ifPresent(places::add);
      places.add(new PoolArea.Taken(block));
      next = next.max(base.add(block.cidr().size()));
    }
    room(next, number(network.get().base()).add(network.get().size()), size).ifPresent(places::add);
    return places;
  }

  private static Optional<PoolArea.Place> room(BigInteger from, BigInteger to, BigInteger size) {
    BigInteger blocks = to.subtract(from).max(BigInteger.ZERO).divide(size);
    return blocks.signum() == 0 ? Optional.empty() : Optional.of(new PoolArea.Room(blocks));
  }

  private static BigInteger number(IpAddress address) {
    return unsigned(address.high()).shiftLeft(Long.SIZE).or(unsigned(address.low()));
  }

  private static BigInteger unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits));
  }
}
