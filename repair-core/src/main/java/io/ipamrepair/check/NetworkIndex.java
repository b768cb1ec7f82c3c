package io.ipamrepair.check;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which of many networks contain an address: one look-up per prefix length that occurs. */
final class NetworkIndex {
  private final Set<Cidr> networks;
  private final Map<IpFamily, SortedSet<Integer>> lengths = new EnumMap<>(IpFamily.class);

  NetworkIndex(Collection<Cidr> networks) {
    this.networks = new HashSet<>(networks);
    for (Cidr network : networks) {
      lengths
          .computeIfAbsent(network.family(), none -> new TreeSet<>())
          .add(network.prefixLength());
    }
  }

  /** The networks that contain {@code address}, the largest first. */
  List<Cidr> containing(IpAddress address) {
    List<Cidr> containing = new ArrayList<>(1);
    if (lengths.containsKey(address.family())) {
      for (int length : lengths.get(address.family())) {
        Cidr network = new Cidr(address.masked(length), length);
        if (networks.contains(network)) {
          containing.add(network);
        }
      }
    }
    return containing;
  }

  boolean covers(IpAddress address) {
    return !containing(address).isEmpty();
  }
}
