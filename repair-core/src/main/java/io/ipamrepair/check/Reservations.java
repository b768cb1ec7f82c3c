package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    return new Reservations(
        state.resources().stream()
            .filter(
                stored ->
                    stored.at() instanceof CalicoKey.ResourceKey key
                        && key.plural().equals("ipreservations"))
            .map(Stored::value)
            .flatMap(Optional::stream)
            .flatMap(resource -> resource.spec().get("reservedCIDRs").stream())
            .filter(Json.Array.class::isInstance)
            .flatMap(list -> ((Json.Array) list).items().stream())
            .filter(Json.Text.class::isInstance)
            .flatMap(text -> CidrText.read(((Json.Text) text).value()).stream())
            .map(CidrText::network)
            .toList());
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
