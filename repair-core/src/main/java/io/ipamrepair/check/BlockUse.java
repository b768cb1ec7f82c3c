package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who uses a block, by its own allocations. Windows' reservations are nobody's use, and neither are
 * addresses that are cooling down.
 *
 * @param addresses the addresses in use, ascending
 * @param byNode how many of them each node uses; those whose attribute names no node are left out
 */
record BlockUse(List<IpAddress> addresses, SortedMap<String, Integer> byNode) {
  static BlockUse of(Block block) {
    List<IpAddress> addresses = new ArrayList<>();
    SortedMap<String, Integer> byNode = new TreeMap<>();
    for (int ordinal : block.inUse()) {
      addresses.add(block.address(ordinal));
      block
          .attribute(ordinal)
          .flatMap(Attribute::node)
          .ifPresent(node -> byNode.merge(node, 1, Integer::sum));
    }
    return new BlockUse(addresses, byNode);
  }

  int count() {
    return addresses.size();
  }

  /** How many addresses other nodes than {@code node} are known to use. */
  int elsewhereThan(String node) {
    return byNode.values().stream().mapToInt(Integer::intValue).sum()
        - byNode.getOrDefault(node, 0);
  }

  /** The nodes that use addresses, the one with the most first, equals by name. */
  List<String> nodes() {
    List<String> nodes = new ArrayList<>(byNode.keySet());
    nodes.sort((one, other) -> Integer.compare(byNode.get(other), byNode.get(one)));
    return nodes;
  }
}
