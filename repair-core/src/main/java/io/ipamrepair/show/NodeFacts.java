package io.ipamrepair.show;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Reading;
import io.ipamrepair.calico.Selector;
import io.ipamrepair.calico.SelectorSyntaxException;
import io.ipamrepair.calico.Stored;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A node, or what is left of one that does not exist.
 *
 * @param name its name
 * @param exists whether there is such a node, readable or not
 * @param unreadable why it cannot be read
 * @param orchestrators who knows it: {@code k8s}…
 * @param blocks the blocks that it owns, ascending
 * @param claims its affinities, by block
 * @param tunnels its tunnel addresses
 * @param borrowed the addresses on it in blocks that it does not own: another's, or nobody's
 * @param lent the addresses in its blocks that are on other nodes
 * @param workloads the endpoints on it
 * @param pools the pools that select it, by name; none where the node cannot be read
 */
public record NodeFacts(
    String name,
    boolean exists,
    Optional<String> unreadable,
    List<String> orchestrators,
    List<BlockFill> blocks,
    List<Claimant> claims,
    List<TunnelAddress> tunnels,
    List<Place> borrowed,
    List<Place> lent,
    List<EndpointId> workloads,
    List<PoolOver> pools,
    List<Trace> traces)
    implements Facts {
  /**
   * What must be known whole of {@code state} to tell all of a node: the blocks that it owns or
   * uses an address of.
   */
  public static Focus focus(IpamState state, String name) {
    Optional<Owner> owner = Optional.of(Owner.node(name));
    Optional<String> node = Optional.of(name);
    return Focus.blocks(
        state.blocks().values().stream()
            .flatMap(stored -> stored.value().stream())
            .filter(
                block ->
                    block.owner().equals(owner)
                        || block.attributes().stream()
                            .anyMatch(attribute -> attribute.node().equals(node)))
            .map(Block::cidr)
            .toList());
  }

  static NodeFacts of(Survey survey, String name) {
    IpamState state = survey.state();
    Owner owner = Owner.node(name);
    Optional<Stored<Node>> stored = Optional.ofNullable(state.nodes().get(name));
    Optional<Node> node = stored.flatMap(Stored::value);
    List<Claimant> claims = claims(state, owner);
    return new NodeFacts(
        name,
        stored.isPresent(),
        stored.flatMap(NodeFacts::reason),
        node.map(Node::orchestrators).orElse(List.of()),
        survey
            .readableBlocks()
            .filter(block -> isOwnedBy(block, owner))
            .map(block -> BlockFill.of(block.cidr(), state.blocks().get(block.cidr())))
            .toList(),
        claims,
        node.map(each -> TunnelAddress.of(survey, name, each)).orElse(List.of()),
        survey
            .readableBlocks()
            .filter(block -> !isOwnedBy(block, owner))
            .flatMap(block -> places(survey, block, name, true))
            .toList(),
        survey
            .readableBlocks()
            .filter(block -> isOwnedBy(block, owner))
            .flatMap(block -> places(survey, block, name, false))
            .toList(),
        state.endpoints().entrySet().stream()
            .filter(entry -> entry.getValue().value().map(Endpoint::node).orElse("").equals(name))
            .map(entry -> entry.getKey())
            .toList(),
        node.map(each -> selecting(state, each)).orElse(List.of()),
        traces(state.layout(), name, claims));
  }

  private static Optional<String> reason(Stored<Node> stored) {
    return stored.reading() instanceof Reading.Unreadable<Node> unreadable
        ? Optional.of(unreadable.reason())
        : Optional.empty();
  }

  private static boolean isOwnedBy(Block block, Owner owner) {
    return block.owner().equals(Optional.of(owner));
  }

  /** The held ordinals of {@code block} on {@code node}, or those on other nodes. */
  private static Stream<Place> places(Survey survey, Block block, String node, boolean onIt) {
    return block.held().stream()
        .filter(
            ordinal ->
                block
                    .attribute(ordinal)
                    .flatMap(attribute -> attribute.node())
                    .filter(each -> each.equals(node) == onIt)
                    .isPresent())
        .map(ordinal -> survey.place(block, ordinal));
  }

  private static List<Claimant> claims(IpamState state, Owner owner) {
    return Stream.concat(
            state.affinities().values().stream(), state.nonCanonicalAffinities().stream())
        .filter(
            stored -> stored.at() instanceof CalicoKey.AffinityKey key && key.owner().equals(owner))
        .map(stored -> Claimant.of(state, stored))
        .toList();
  }

  private static List<PoolOver> selecting(IpamState state, Node node) {
    return state.knownPools().known().stream()
        .filter(pool -> selects(pool, node))
        .map(PoolOver::of)
        .toList();
  }

  private static boolean selects(NamedPool pool, Node node) {
    return selector(pool.pool())
        .filter(selector -> selector.matches(node.metadata().labels()))
        .isPresent();
  }

  /** The pool's selector; a pool whose selector is none selects nobody. */
  static Optional<Selector> selector(Pool pool) {
    try {
      return Optional.of(Selector.parse(pool.nodeSelector()));
    } catch (SelectorSyntaxException unreadable) {
      return Optional.empty();
    }
  }

  private static List<Trace> traces(KeyLayout layout, String name, List<Claimant> claims) {
    List<Trace> traces = new ArrayList<>();
    traces.add(Trace.of(ObjectName.node(name), layout.nodeKey(name)));
    claims.stream()
        .filter(Claimant::canonical)
        .forEach(
            claim ->
                traces.add(
                    Trace.of(
                        ObjectName.affinity(claim.owner(), claim.cidr()),
                        layout.key(new AffinityId(claim.owner(), claim.cidr())))));
    return traces;
  }

  boolean isKnown() {
    return exists
        || !blocks.isEmpty()
        || !claims.isEmpty()
        || !borrowed.isEmpty()
        || !workloads.isEmpty();
  }

  @Override
  public ObjectName object() {
    return ObjectName.node(name);
  }

  /** Itself and its tunnel addresses. */
  @Override
  public Set<ObjectName> own() {
    Set<ObjectName> own = new LinkedHashSet<>(Set.of(object()));
    tunnels.stream()
        .flatMap(tunnel -> tunnel.address().stream())
        .forEach(address -> own.add(ObjectName.address(address)));
    return own;
  }

  /**
   * Its affinities and workloads, its blocks, and nobody's blocks that it uses; other nodes' blocks
   * are theirs.
   */
  @Override
  public Set<ObjectName> around() {
    Set<ObjectName> around = new LinkedHashSet<>();
    claims.forEach(claim -> around.add(ObjectName.affinity(claim.owner(), claim.cidr())));
    workloads.forEach(id -> around.add(ObjectName.endpoint(id)));
    blocks.forEach(block -> around.add(ObjectName.block(block.cidr())));
    borrowed.stream()
        .filter(place -> place.owner().isEmpty())
        .forEach(place -> around.add(ObjectName.block(place.block())));
    return around;
  }
}
