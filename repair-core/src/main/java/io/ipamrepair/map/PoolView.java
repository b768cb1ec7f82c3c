package io.ipamrepair.map;

import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * A pool in one state.
 *
 * @param readable whether its value can be read
 * @param cidrText its CIDR as written, which may have host bits; empty where it has none
 * @param network its masked CIDR, where it has one
 * @param blockSize the prefix length of its blocks; 0 where it cannot be read
 * @param disabled whether nothing new comes from it
 * @param overlaps the other pools that overlap it, by name
 * @param blocks how many blocks lie in it, whichever pool governs them
 * @param held how many addresses of these are held
 */
public record PoolView(
    boolean readable,
    String cidrText,
    Optional<Cidr> network,
    long blockSize,
    boolean disabled,
    List<String> overlaps,
    int blocks,
    long held) {
  public PoolView {
    overlaps = List.copyOf(overlaps);
  }

  /** Whether it is the same pool, whatever lies in it. */
  boolean hasSameSettings(PoolView other) {
    return readable == other.readable
        && cidrText.equals(other.cidrText)
        && blockSize == other.blockSize
        && disabled == other.disabled;
  }
}
