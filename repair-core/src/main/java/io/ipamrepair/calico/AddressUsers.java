package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who uses which address: endpoints, their translations, and the tunnels of nodes, IPv4 and IPv6.
 * Blocks are not asked.
 */
public final class AddressUsers {
  private final NavigableMap<IpAddress, List<ObjectName>> users = new TreeMap<>();
  private final Map<ObjectName, Stored<Endpoint>> endpoints = new HashMap<>();

  private final IpamState state;

  private AddressUsers(IpamState state) {
    this.state = state;
  }

  /** The users that {@code state} knows. */
  public static AddressUsers of(IpamState state) {
    AddressUsers all = new AddressUsers(state);
    state
        .endpoints()
        .values()
        .forEach(
            stored ->
                stored
                    .value()
                    .ifPresent(
                        endpoint -> {
                          all.endpoints.put(stored.object(), stored);
                          endpoint
                              .addresses()
                              .forEach(address -> all.add(address, stored.object()));
                          endpoint
                              .natAddresses()
                              .forEach(address -> all.add(address, stored.object()));
                        }));
    state
        .nodes()
        .values()
        .forEach(
            stored ->
                stored
                    .value()
                    .ifPresent(
                        node ->
                            node.tunnelIps()
                                .forEach(address -> all.add(address, stored.object()))));
    return all;
  }

  private void add(IpAddress address, ObjectName user) {
    List<ObjectName> known = users.computeIfAbsent(address, none -> new ArrayList<>(1));
    // One user after the other: only the last can be the same one again.
    if (known.isEmpty() || !known.get(known.size() - 1).equals(user)) {
      known.add(user);
    }
  }

  /**
   * Who uses {@code address}; endpoints first, in their order. The endpoint of a settled workload
   * is not in the state: it has no name here.
   */
  public List<ObjectName> of(IpAddress address) {
    return List.copyOf(users.getOrDefault(address, List.of()));
  }

  /** The used addresses inside {@code network}, ascending; those of settled workloads too. */
  public List<IpAddress> inside(Cidr network) {
    SortedSet<IpAddress> inside =
        new TreeSet<>(users.subMap(network.base(), true, network.last(), true).keySet());
    if (state.settledWorkloads() > 0) {
      state.addressesIn(network, AddressUsers::settled).forEach(inside::add);
    }
    return List.copyOf(inside);
  }

  private static List<Integer> settled(Block block) {
    return block.held().stream()
        .filter(ordinal -> block.attribute(ordinal).filter(Attribute::settled).isPresent())
        .toList();
  }

  /** The node that a user runs on, or is; empty when an endpoint names none. */
  public String node(ObjectName user) {
    if (endpoints.containsKey(user)) {
      return endpoints.get(user).value().map(Endpoint::node).orElse("");
    }
    return user.text().substring("node:".length());
  }
}
