package io.ipamrepair.show;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A state that is asked for one object after the other. Not for several threads. */
public final class Survey {
  /** What a finding says of the addresses that it names, where it says that of all of them. */
  private static final Map<String, Conflict> TOLD =
      Map.of(
          "W1", Conflict.USED_BUT_FREE,
          "W2", Conflict.HELD_FOR_ANOTHER,
          "W3", Conflict.UNUSED,
          "W4", Conflict.USED_TWICE);

  private final IpamState state;
  private final AddressUsers users;
  private final List<Finding> findings;
  private final Map<ObjectName, Set<Conflict>> told = new HashMap<>();
  private final Map<IpFamily, SortedSet<Integer>> blockLengths = new EnumMap<>(IpFamily.class);
  private final List<Cidr> reserved;

  private Survey(IpamState state) {
    this.state = state;
    this.users = AddressUsers.of(state);
    this.findings = Check.of(state);
    this.reserved = state.reserved();
    state
        .blocks()
        .keySet()
        .forEach(
            cidr ->
                blockLengths
                    .computeIfAbsent(cidr.family(), none -> new TreeSet<>())
                    .add(cidr.prefixLength()));
    findings.stream()
        .filter(finding -> TOLD.containsKey(finding.rule()))
        .filter(finding -> finding.severity() != Severity.INFO)
        .forEach(this::tell);
  }

  private void tell(Finding finding) {
    finding.objects().stream()
        .filter(object -> object.kind().equals("address"))
        .forEach(
            address ->
                told.computeIfAbsent(address, none -> EnumSet.noneOf(Conflict.class))
                    .add(TOLD.get(finding.rule())));
  }

  /** Looks at {@code state}: all rules are asked once. */
  public static Survey of(IpamState state) {
    return new Survey(state);
  }

  public IpamState state() {
    return state;
  }

  /** Nothing where no pool, block, endpoint or node knows the address. */
  public Optional<AddressFacts> address(IpAddress address) {
    return Optional.of(AddressFacts.of(this, address)).filter(AddressFacts::isKnown);
  }

  /** Nothing where there is neither a block nor an affinity for it. */
  public Optional<BlockFacts> block(Cidr cidr) {
    return Optional.of(BlockFacts.of(this, cidr)).filter(BlockFacts::isKnown);
  }

  /** Nothing where there is no node of that name, and nothing that belongs to one. */
  public Optional<NodeFacts> node(String name) {
    return Optional.of(NodeFacts.of(this, name)).filter(NodeFacts::isKnown);
  }

  /** Nothing where there is no pool of that name. */
  public Optional<PoolFacts> pool(String name) {
    return Optional.ofNullable(state.pools().get(name))
        .map(stored -> PoolFacts.of(this, name, stored));
  }

  /** Nothing where there is no such handle, and no address that names it. */
  public Optional<HandleFacts> handle(String id) {
    return Optional.of(HandleFacts.of(this, id)).filter(HandleFacts::isKnown);
  }

  /** The findings that touch an object, the worst first. */
  public List<Finding> findings(Facts facts) {
    Set<ObjectName> own = facts.own();
    Set<ObjectName> around = facts.around();
    return findings.stream()
        .filter(
            finding ->
                finding.objects().stream().anyMatch(own::contains)
                    || around.contains(finding.first()))
        .toList();
  }

  AddressUsers users() {
    return users;
  }

  /** The block that Calico lists at {@code cidr}, unless there is none or it is unreadable. */
  Optional<Block> readableBlock(Cidr cidr) {
    return Optional.ofNullable(state.blocks().get(cidr)).flatMap(Stored::value);
  }

  /** All blocks that can be read. */
  Stream<Block> readableBlocks() {
    return state.blocks().values().stream().flatMap(stored -> stored.value().stream());
  }

  /** The blocks that contain {@code address}, readable or not, the largest first. */
  List<Cidr> blocksOver(IpAddress address) {
    return blockLengths.getOrDefault(address.family(), new TreeSet<>()).stream()
        .map(length -> new Cidr(address.masked(length), length))
        .filter(state.blocks()::containsKey)
        .toList();
  }

  /** The blocks inside {@code network}, ascending: blocks are sorted by base, the larger first. */
  List<Cidr> blocksInside(Cidr network) {
    return state.blocks().tailMap(network).keySet().stream().takeWhile(network::contains).toList();
  }

  boolean isReserved(IpAddress address) {
    return reserved.stream().anyMatch(network -> network.contains(address));
  }

  /** Whether a pool whose network is known contains {@code address}. */
  boolean isInPool(IpAddress address) {
    return state.knownPools().governing(address).isPresent();
  }

  /** The ordinals that hold {@code address}: several where blocks overlap. */
  List<Ordinal> holding(IpAddress address) {
    List<Ordinal> holding = new ArrayList<>(1);
    for (Cidr cidr : blocksOver(address)) {
      readableBlock(cidr)
          .map(block -> new Ordinal(block, cidr.ordinal(address)))
          .filter(Ordinal::holds)
          .ifPresent(holding::add);
    }
    return holding;
  }

  /** What contradicts itself about {@code address}. */
  Set<Conflict> conflicts(IpAddress address) {
    Set<Conflict> conflicts = EnumSet.noneOf(Conflict.class);
    conflicts.addAll(told.getOrDefault(ObjectName.address(address), Set.of()));
    List<Ordinal> holding = holding(address);
    if (holding.size() > 1) {
      conflicts.add(Conflict.HELD_TWICE);
    }
    if (holding.stream().anyMatch(Ordinal::isOffered)) {
      conflicts.add(Conflict.OFFERED);
    }
    for (ObjectName user : users.of(address)) {
      if (user.kind().equals("node")) {
        tunnelConflict(users.node(user), address).ifPresent(conflicts::add);
      }
    }
    return conflicts;
  }

  private Optional<Conflict> tunnelConflict(String name, IpAddress address) {
    Optional<Node> node = Optional.ofNullable(state.nodes().get(name)).flatMap(Stored::value);
    List<TunnelAddress> tunnels =
        node.map(each -> TunnelAddress.of(this, name, each)).orElse(List.of());
    return tunnels.stream()
        .filter(tunnel -> tunnel.address().equals(Optional.of(address)))
        .flatMap(tunnel -> tunnel.standing().conflict().stream())
        .findFirst();
  }

  /** An ordinal of {@code block} with all that is to say of it. */
  Place place(Block block, int ordinal) {
    Ordinal at = new Ordinal(block, ordinal);
    return new Place(
        block.cidr(),
        ordinal,
        at.address(),
        at.use(this),
        at.holds() ? at.attribute().map(Holder::of) : Optional.empty(),
        at.attribute().flatMap(Attribute::releasedAt),
        block.owner(),
        at.isBorrowed());
  }

  /** The affinities for {@code cidr}, by owner; those under keys that are not canonical last. */
  List<Claimant> claimantsOn(Cidr cidr) {
    List<Claimant> claimants = new ArrayList<>();
    state.affinitiesOn(cidr).forEach(stored -> claimants.add(Claimant.of(state, stored)));
    state.nonCanonicalAffinities().stream()
        .filter(stored -> stored.at() instanceof CalicoKey.AffinityKey at && at.cidr().equals(cidr))
        .forEach(stored -> claimants.add(Claimant.of(state, stored)));
    return claimants;
  }
}
