package io.ipamrepair.show;

import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.Cidr;

/**
 * A pool beside another object.
 *
 * @param name its name
 * @param cidrText its CIDR as written, which may have host bits
 * @param network its masked CIDR, which is where it stands
 * @param disabled whether nothing new comes from it
 * @param blockSize the prefix length of its blocks
 * @param forWorkloads whether pods may get addresses of it, and nodes blocks for them
 */
public record PoolOver(
    String name,
    String cidrText,
    Cidr network,
    boolean disabled,
    long blockSize,
    boolean forWorkloads) {
  static PoolOver of(NamedPool pool) {
    return new PoolOver(
        pool.name(),
        pool.pool().cidrText().orElse(""),
        pool.network(),
        pool.pool().disabled(),
        pool.pool().blockSize(),
        pool.pool().allowsWorkloads());
  }

  /** {@code 10.64.64.1/24 = 10.64.64.0/24}, or the one text where both are the same. */
  public String cidrWords() {
    return cidrText.equals(network.toString()) ? cidrText : cidrText + " = " + network;
  }
}
