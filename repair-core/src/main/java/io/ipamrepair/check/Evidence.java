package io.ipamrepair.check;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A state with the indexes that several rules need, each built once, so that every rule is linear
 * in the number of objects or close to it. Not for several threads.
 */
final class Evidence {
  /**
   * How many ordinals of a block name a handle.
   *
   * @param block the block
   * @param ordinals how many, 1 or more
   * @param machines how many of them have a virtual machine's attributes
   */
  record HandleUse(Block block, int ordinals, int machines) {}

  private final IpamState state;
  private final List<Stored<Block>> canonicalBlocks = new ArrayList<>();
  private final List<Block> judgedBlocks = new ArrayList<>();
  private final Set<AffinityId> affinityKeys = new HashSet<>();
  private final SortedMap<Cidr, List<Claim>> claims = new TreeMap<>();
  private final Map<String, List<HandleUse>> handleUses = new HashMap<>();
  private final Map<Cidr, List<NamedPool>> poolsOver = new HashMap<>();
  private Optional<AddressUsers> users = Optional.empty();
  private final Usage usage;
  private final Optional<Instant> now;
  private final Traffic traffic;
  private final Remedies remedies;

  /**
   * Indexes {@code state}.
   *
   * @param now the present time, as far as it is known
   */
  Evidence(IpamState state, Optional<Instant> now) {
    this.state = state;
    this.now = now;
    state.blocks().values().stream()
        .filter(stored -> stored.at() instanceof CalicoKey.BlockKey key && key.canonical())
        .forEach(canonicalBlocks::add);
    canonicalBlocks.forEach(stored -> stored.value().ifPresent(judgedBlocks::add));
    affinityKeys.addAll(state.affinities().keySet());
    state
        .nonCanonicalAffinities()
        .forEach(
            stored -> {
              if (stored.at() instanceof CalicoKey.AffinityKey key) {
                affinityKeys.add(new AffinityId(key.owner(), key.cidr()));
              }
            });
    state
        .affinities()
        .forEach(
            (id, stored) ->
                claims
                    .computeIfAbsent(id.cidr(), none -> new ArrayList<>(1))
                    .add(claim(id, stored)));
    // What a block under a key that is not canonical holds is in use all the same.
    state.blocks().values().forEach(stored -> stored.value().ifPresent(this::indexHandles));
    this.usage = new Usage(state);
    this.traffic = new Traffic(this);
    this.remedies = new Remedies(this);
  }

  private Claim claim(AffinityId id, Stored<Affinity> stored) {
    return new Claim(id, stored.value(), Standing.of(state, id), block(id.cidr()));
  }

  private void indexHandles(Block block) {
    Map<String, HandleUse> uses = new HashMap<>();
    for (int ordinal : block.inUse()) {
      Optional<Attribute> attribute = block.attribute(ordinal);
      // What is settled names none.
      Optional<String> handle = attribute.flatMap(Attribute::handle);
      if (handle.isPresent()) {
        int machines = attribute.filter(Attribute::isVirtualMachine).isPresent() ? 1 : 0;
        uses.merge(
            handle.get(),
            new HandleUse(block, 1, machines),
            (one, other) ->
                new HandleUse(
                    block, one.ordinals() + other.ordinals(), one.machines() + other.machines()));
      }
    }
    uses.forEach(
        (handle, use) ->
            // Nearly every handle has one address.
            handleUses.computeIfAbsent(handle, none -> new ArrayList<>(1)).add(use));
  }

  IpamState state() {
    return state;
  }

  Pools pools() {
    return state.knownPools();
  }

  /** The present time; nothing when the state may be an old one. */
  Optional<Instant> now() {
    return now;
  }

  Usage usage() {
    return usage;
  }

  Traffic traffic() {
    return traffic;
  }

  Remedies remedies() {
    return remedies;
  }

  /**
   * The blocks that rules may have as first object, readable or not: those under canonical keys.
   */
  List<Stored<Block>> canonicalBlocks() {
    return Collections.unmodifiableList(canonicalBlocks);
  }

  /** The CIDR that a block's key means. */
  static Cidr cidr(Stored<Block> stored) {
    return ((CalicoKey.BlockKey) stored.at()).cidr();
  }

  /** The readable blocks under canonical keys. */
  List<Block> judgedBlocks() {
    return Collections.unmodifiableList(judgedBlocks);
  }

  /** The block that Calico lists at {@code cidr}, unless there is none or it is unreadable. */
  Optional<Block> block(Cidr cidr) {
    return Optional.ofNullable(state.blocks().get(cidr)).flatMap(Stored::value);
  }

  boolean blockExists(Cidr cidr) {
    return state.blocks().containsKey(cidr);
  }

  /** Every affinity under a canonical key, by block, then owner. */
  List<Claim> claims() {
    return claims.values().stream().flatMap(List::stream).toList();
  }

  /** The affinities under canonical keys by block, each by owner. */
  SortedMap<Cidr, List<Claim>> claimsByBlock() {
    return Collections.unmodifiableSortedMap(claims);
  }

  /** The affinities under canonical keys for {@code cidr}, by owner. */
  List<Claim> claimsOn(Cidr cidr) {
    return Collections.unmodifiableList(claims.getOrDefault(cidr, List.of()));
  }

  /**
   * Whether {@code owner} has a key for {@code cidr}: any state, readable or not, canonical or not.
   */
  boolean hasAffinityKey(Owner owner, Cidr cidr) {
    return affinityKeys.contains(new AffinityId(owner, cidr));
  }

  /** The pools that contain all of {@code cidr}, by name; a split parent not where a child does. */
  List<NamedPool> poolsOver(Cidr cidr) {
    return poolsOver.computeIfAbsent(cidr, pools()::containing);
  }

  /**
   * Whether it is known that no pool contains {@code cidr}: a pool that cannot be read, or whose
   * CIDR cannot, might.
   */
  boolean liesInNoPool(Cidr cidr) {
    return pools().complete() && poolsOver(cidr).isEmpty();
  }

  /** The handles that ordinals name, Windows' reservation aside. */
  Set<String> namedHandles() {
    return Collections.unmodifiableSet(handleUses.keySet());
  }

  /** Where ordinals name {@code handle}, by block. */
  List<HandleUse> usesOf(String handle) {
    return Collections.unmodifiableList(handleUses.getOrDefault(handle, List.of()));
  }

  /** Who uses which address; made when first asked for, because few findings need it. */
  AddressUsers users() {
    if (users.isEmpty()) {
      users = Optional.of(AddressUsers.of(state));
    }
    return users.get();
  }

  /** Whether the node exists, readable or not. */
  boolean nodeExists(String name) {
    return state.nodes().containsKey(name);
  }

  /** Whether {@code owner} is a node that does not exist. */
  boolean isGone(Owner owner) {
    return owner.isNode() && !nodeExists(owner.name());
  }
}
