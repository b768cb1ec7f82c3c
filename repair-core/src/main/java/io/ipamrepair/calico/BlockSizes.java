package io.ipamrepair.calico;

import io.ipamrepair.cidr.IpFamily;

/** Which prefix lengths a block may have (reference, rule P3). */
public final class BlockSizes {
  private BlockSizes() {}

  /** The prefix length where a pool names none: 26 or 122. */
  public static int defaultOf(IpFamily family) {
    return family == IpFamily.IPV4 ? 26 : 122;
  }

  /** Whether Calico accepts blocks of {@code prefixLength}: 20 to 32, or 116 to 128. */
  public static boolean isLegal(IpFamily family, long prefixLength) {
    return prefixLength >= family.bits() - 12 && prefixLength <= family.bits();
  }
}
