package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cidr.Cidr;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks that reservations keep from new allocations.
 *
 * @param networks as reserved, masked, in order; those inside others are left out
 */
record Reservations(List<Cidr> networks) {
  Reservations {
    networks = outermost(networks);
  }

  static Reservations of(IpamState state) {
    return new Reservations(state.reserved());
  }

  boolean isEmpty() {
    return networks.isEmpty();
  }

  NetworkIndex index() {
    return new NetworkIndex(networks);
  }

  /** The addresses of {@code range} that are not reserved. */
  BigInteger unreserved(Cidr range) {
    BigInteger unreserved = range.size();
    for (Cidr network : networks) {
      if (network.contains(range)) {
        return BigInteger.ZERO;
      }
      if (range.contains(network)) {
        unreserved = unreserved.subtract(network.size());
      }
    }
    return unreserved;
  }

  /** Networks that overlap are nested. */
  private static List<Cidr> outermost(List<Cidr> networks) {
    List<Cidr> outermost = new ArrayList<>();
    for (Cidr network : networks.stream().sorted().toList()) {
      boolean inside =
          !outermost.isEmpty() && outermost.get(outermost.size() - 1).contains(network);
      if (!inside) {
        outermost.add(network);
      }
    }
    return List.copyOf(outermost);
  }
}
