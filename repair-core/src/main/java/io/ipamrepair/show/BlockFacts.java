package io.ipamrepair.show;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Reading;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A block.
 *
 * @param cidr its CIDR
 * @param key its key; nothing where there is no block, only affinities for one
 * @param canonical whether the key is the one that Calico would use (rule K3)
 * @param unreadable why its value cannot be read
 * @param content its value, where it can be read
 * @param ownerExists whether its owner is a node that exists, or the virtual one that releases know
 * @param claimants the affinities for it
 * @param pools the pools that contain all of it; the parent of a split not where a child does
 * @param overlapping the other blocks that overlap it
 * @param places its ordinals, ascending; empty where it cannot be read or is too large for a block
 * @param byNode how many addresses each node uses
 */
public record BlockFacts(
    Cidr cidr,
    Optional<Bytes> key,
    boolean canonical,
    Optional<String> unreadable,
    Optional<Content> content,
    boolean ownerExists,
    List<Claimant> claimants,
    List<PoolOver> pools,
    List<Cidr> overlapping,
    List<Place> places,
    SortedMap<String, Integer> byNode,
    List<Trace> traces)
    implements Facts {
  /** Calico's largest block is a /20 or /116. */
  private static final int MOST_ORDINALS = 4096;

  /**
   * What a block says of itself.
   *
   * @param owner the owner; nothing when there is none, or none that Calico knows
   * @param ownerText the owner as written, empty when there is none
   * @param claimTime when the owner claimed it, since v3.32
   * @param sequenceNumber how often it was written, counted from the nanosecond of its creation
   * @param held how many addresses it holds: tunnels and Windows' reservations included, addresses
   *     that are cooling down not
   */
  public record Content(
      Optional<Owner> owner,
      String ownerText,
      Optional<Instant> claimTime,
      BigInteger sequenceNumber,
      int held) {
    private static Content of(Block block) {
      return new Content(
          block.owner(),
          block.affinity().orElse(""),
          block.claimTime(),
          block.sequenceNumber(),
          block.held().size());
    }
  }

  /** What must be known whole of a state to tell all of a block. */
  public static Focus focus(Cidr cidr) {
    return Focus.blocks(List.of(cidr));
  }

  static BlockFacts of(Survey survey, Cidr cidr) {
    Optional<Stored<Block>> stored = Optional.ofNullable(survey.state().blocks().get(cidr));
    Optional<Block> block = stored.flatMap(Stored::value);
    List<Claimant> claimants = survey.claimantsOn(cidr);
    List<Place> places = block.map(each -> places(survey, each)).orElse(List.of());
    return new BlockFacts(
        cidr,
        stored.map(Stored::key),
        stored
            .filter(each -> each.at() instanceof CalicoKey.BlockKey key && key.canonical())
            .isPresent(),
        stored.flatMap(BlockFacts::reason),
        block.map(Content::of),
        block.flatMap(Block::owner).filter(owner -> exists(survey, owner)).isPresent(),
        claimants,
        survey.state().knownPools().containing(cidr).stream().map(PoolOver::of).toList(),
        survey.state().blocks().keySet().stream()
            .filter(other -> other.overlaps(cidr) && !other.equals(cidr))
            .toList(),
        places,
        byNode(places),
        traces(survey.state().layout(), cidr, stored, claimants));
  }

  private static Optional<String> reason(Stored<Block> stored) {
    return stored.reading() instanceof Reading.Unreadable<Block> unreadable
        ? Optional.of(unreadable.reason())
        : Optional.empty();
  }

  private static boolean exists(Survey survey, Owner owner) {
    return owner.isNode()
        ? survey.state().nodes().containsKey(owner.name())
        : owner.equals(Owner.LOAD_BALANCER);
  }

  private static List<Place> places(Survey survey, Block block) {
    int size = block.cidr().ordinals();
    return size > MOST_ORDINALS
        ? List.of()
        : IntStream.range(0, size).mapToObj(ordinal -> survey.place(block, ordinal)).toList();
  }

  private static SortedMap<String, Integer> byNode(List<Place> places) {
    SortedMap<String, Integer> byNode = new TreeMap<>();
    places.stream()
        .flatMap(place -> place.holder().flatMap(Holder::node).stream())
        .forEach(node -> byNode.merge(node, 1, Integer::sum));
    return byNode;
  }

  private static List<Trace> traces(
      KeyLayout layout, Cidr cidr, Optional<Stored<Block>> stored, List<Claimant> claimants) {
    List<Trace> traces = new ArrayList<>();
    // A block that is not there may have been a moment ago.
    traces.add(Trace.of(ObjectName.block(cidr), stored.map(Stored::key).orElse(layout.key(cidr))));
    claimants.stream()
        .filter(Claimant::canonical)
        .map(Claimant::owner)
        .forEach(
            owner ->
                traces.add(
                    Trace.of(
                        ObjectName.affinity(owner, cidr),
                        layout.key(new AffinityId(owner, cidr)))));
    return traces;
  }

  boolean isKnown() {
    return exists() || !claimants.isEmpty();
  }

  /** Whether there is a block, and not only affinities for one. */
  public boolean exists() {
    return key.isPresent();
  }

  /**
   * How many ordinals are used for what, in the order of the uses; uses that do not occur left out.
   */
  public Map<OrdinalUse, Integer> uses() {
    Map<OrdinalUse, Integer> uses = new EnumMap<>(OrdinalUse.class);
    places.forEach(place -> uses.merge(place.use(), 1, Integer::sum));
    return uses;
  }

  /** The affinities of its owners of now and then, which may be gone. */
  @Override
  public List<Trace> further(List<KeyHistory> read) {
    KeyLayout layout = new KeyLayout();
    return read.stream()
        .limit(1)
        .flatMap(own -> own.versions().stream().map(version -> version.value()))
        .flatMap(value -> value.flatMap(bytes -> Summary.block(read.get(0).key(), bytes)).stream())
        .flatMap(block -> block.owner().stream())
        .distinct()
        .map(owner -> new AffinityId(owner, cidr))
        .map(id -> Trace.of(ObjectName.affinity(id.owner(), cidr), layout.key(id)))
        .filter(trace -> !traces.contains(trace))
        .toList();
  }

  @Override
  public ObjectName object() {
    return ObjectName.block(cidr);
  }

  /** Itself, the affinities for it, and its addresses. */
  @Override
  public Set<ObjectName> own() {
    Set<ObjectName> own = new LinkedHashSet<>(Set.of(object()));
    claimants.forEach(claim -> own.add(ObjectName.affinity(claim.owner(), cidr)));
    places.forEach(place -> own.add(ObjectName.address(place.address())));
    key.filter(each -> !canonical).ifPresent(each -> own.add(ObjectName.key(each.label())));
    return own;
  }

  @Override
  public Set<ObjectName> around() {
    return Set.of();
  }
}
