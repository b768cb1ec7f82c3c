package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Who holds which address, as blocks say, and who uses it, as endpoints and nodes say. */
final class Usage {
  /**
   * An ordinal that holds an address.
   *
   * @param block its block
   * @param ordinal which
   */
  record Holding(Block block, int ordinal) {
    /** Who holds it; nothing when its attribute index is out of range (rule B3). */
    Optional<Attribute> attribute() {
      return block.attribute(ordinal);
    }

    IpAddress address() {
      return block.address(ordinal);
    }
  }

  private final IpamState state;
  private final NetworkIndex blocks;
  private final NetworkIndex pools;
  private final Map<IpAddress, List<ObjectName>> users = new HashMap<>();
  private final Set<IpAddress> translated = new HashSet<>();
  private final SortedSet<EndpointId> unreadableEndpoints = new TreeSet<>();
  private final Set<String> unreadableTunnels = new HashSet<>();

  Usage(IpamState state) {
    this.state = state;
    this.blocks = new NetworkIndex(state.blocks().keySet());
    this.pools =
        new NetworkIndex(state.knownPools().known().stream().map(NamedPool::network).toList());
    state.endpoints().forEach(this::addEndpoint);
    state.nodes().forEach(this::addNode);
  }

  private void addEndpoint(EndpointId id, Stored<Endpoint> stored) {
    if (stored.value().isEmpty()) {
      unreadableEndpoints.add(id);
      return;
    }
    Endpoint endpoint = stored.value().get();
    endpoint.addresses().forEach(address -> addUser(address, stored.object()));
    translated.addAll(endpoint.natAddresses());
  }

  private void addNode(String name, Stored<Node> stored) {
    if (stored.value().isEmpty()) {
      for (Node.Tunnel tunnel : Node.Tunnel.values()) {
        unreadableTunnels.add(tunnel.handle(name));
      }
      return;
    }
    stored.value().get().tunnelIps().forEach(address -> addUser(address, stored.object()));
  }

  private void addUser(IpAddress address, ObjectName user) {
    List<ObjectName> known = users.computeIfAbsent(address, none -> new ArrayList<>(1));
    // One user after the other: only the last can be the same one again.
    if (known.isEmpty() || !known.get(known.size() - 1).equals(user)) {
      known.add(user);
    }
  }

  /** Whether a pool whose network is known contains {@code address}. */
  boolean isInPool(IpAddress address) {
    return pools.covers(address);
  }

  /** Whether a block contains {@code address}, and so may give it out. */
  boolean liesInBlock(IpAddress address) {
    return blocks.covers(address);
  }

  /** The ordinals that hold {@code address}: several where blocks overlap. */
  List<Holding> holding(IpAddress address) {
    List<Holding> holding = new ArrayList<>(1);
    for (Cidr cidr : blocks.containing(address)) {
      Optional.ofNullable(state.blocks().get(cidr))
          .flatMap(Stored::value)
          .filter(block -> block.holds(cidr.ordinal(address)))
          .ifPresent(block -> holding.add(new Holding(block, cidr.ordinal(address))));
    }
    return holding;
  }

  /** Whether a block that cannot be read might hold {@code address}. */
  boolean mightBeHeld(IpAddress address) {
    return blocks.containing(address).stream()
        .anyMatch(cidr -> state.blocks().get(cidr).value().isEmpty());
  }

  /** Every ordinal that holds an address, by block. */
  Stream<Holding> allHoldings() {
    return state.blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .flatMap(Usage::holdings);
  }

  private static Stream<Holding> holdings(Block block) {
    return block.held().stream().map(ordinal -> new Holding(block, ordinal));
  }

  /** The addresses that endpoints have and nodes' tunnels use, with who does. */
  Map<IpAddress, List<ObjectName>> users() {
    return Collections.unmodifiableMap(users);
  }

  /** Whether an endpoint, a tunnel or a translation uses {@code address}. */
  boolean isUsed(IpAddress address) {
    return users.containsKey(address) || translated.contains(address);
  }

  /** Whether an endpoint or node that cannot be read might use an address of {@code attribute}. */
  boolean mightBeUsed(Attribute attribute) {
    return attribute.handle().filter(unreadableTunnels::contains).isPresent()
        || mightBeUsed(attribute.secondary())
        || mightBeUsed(attribute.alternateOwner());
  }

  private boolean mightBeUsed(Map<String, String> owner) {
    String namespace = owner.getOrDefault("namespace", "");
    String node = owner.getOrDefault("node", "");
    String pod = owner.getOrDefault("pod", "");
    if (unreadableEndpoints.isEmpty() || namespace.isEmpty() || node.isEmpty() || pod.isEmpty()) {
      return false;
    }
    String beginning = EndpointName.escape(node) + "-k8s-" + EndpointName.escape(pod) + "-";
    SortedSet<EndpointId> from = unreadableEndpoints.tailSet(new EndpointId(namespace, beginning));
    return !from.isEmpty()
        && from.first().namespace().equals(namespace)
        && from.first().name().startsWith(beginning);
  }
}
