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

  // Written out, as those of Cidr are.

  @Override
  public boolean equals(Object other) {
    return other instanceof AffinityId that
        && cidr.equals(that.cidr)
        && owner.type() == that.owner.type()
        && owner.name().equals(that.owner.name());
  }

  @Override
  public int hashCode() {
    return 31 * cidr.hashCode() + owner.name().hashCode();
  }
}
