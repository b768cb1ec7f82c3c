package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;

/**
 * Owner and block of an affinity: all that its key says. Sorted by block, then owner, so that
 * rivals stand together.
 */
public record AffinityId(Owner owner, Cidr cidr) implements Comparable<AffinityId> {
  @Override
  public int compareTo(AffinityId other) {
    int byCidr = cidr.compareTo(other.cidr);
    return byCidr != 0 ? byCidr : owner.compareTo(other.owner);
  }
}
