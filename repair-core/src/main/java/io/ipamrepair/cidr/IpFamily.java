package io.ipamrepair.cidr;

/** The two address families, named as in Calico's keys. */
public enum IpFamily {
  IPV4("ipv4", 32),
  IPV6("ipv6", 128);

  private final String pathSegment;
  private final int bits;

  IpFamily(String pathSegment, int bits) {
    this.pathSegment = pathSegment;
    this.bits = bits;
  }

  /** {@code ipv4} or {@code ipv6}, as in Calico's keys. */
  public String pathSegment() {
    return pathSegment;
  }

  /** Bits of an address: 32 or 128. */
  public int bits() {
    return bits;
  }
}
