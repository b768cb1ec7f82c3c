package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Objects by kind; those that name a network or an address by that, so that .64 comes before .128.
 */
final class NetworkOrder implements Comparator<ObjectName> {
  static final NetworkOrder INSTANCE = new NetworkOrder();

  private NetworkOrder() {}

  static Comparator<List<ObjectName>> ofLists() {
    return (one, other) -> {
      Iterator<ObjectName> others = other.iterator();
      for (ObjectName object : one) {
        int order = others.hasNext() ? INSTANCE.compare(object, others.next()) : 1;
        if (order != 0) {
          return order;
        }
      }
      return others.hasNext() ? -1 : 0;
    };
  }

  @Override
  public int compare(ObjectName one, ObjectName other) {
    int byKind = one.kind().compareTo(other.kind());
    if (byKind != 0) {
      return byKind;
    }
    Optional<Cidr> network = network(one);
    Optional<Cidr> otherNetwork = network(other);
    if (network.isPresent() && otherNetwork.isPresent()) {
      int byNetwork = network.get().compareTo(otherNetwork.get());
      return byNetwork != 0 ? byNetwork : one.compareTo(other);
    }
    return network.isPresent() ? -1 : otherNetwork.isPresent() ? 1 : one.compareTo(other);
  }

  private static Optional<Cidr> network(ObjectName object) {
    String text = object.text();
    int from = text.indexOf(':') + 1;
    switch (object.kind()) {
      case "affinity" -> {
        // affinity:TYPE:OWNER:CIDR, and the colons of an IPv6 CIDR are not the last ones.
        from = text.indexOf(':', text.indexOf(':', from) + 1) + 1;
      }
      case "block", "address" -> {
        // The rest is the network.
      }
      default -> {
        return Optional.empty();
      }
    }
    return CidrText.read(text.substring(from)).map(CidrText::network);
  }
}
