package io.ipamrepair.cidr;

import java.math.BigInteger;

/**
 * A network: a base address without host bits and a prefix length. Sorted by base, then from the
 * larger network to the smaller.
 *
 * @param base the first address
 * @param prefixLength 0 to 32 or 128
 */
public record Cidr(IpAddress base, int prefixLength) implements Comparable<Cidr> {
  public Cidr {
    if (prefixLength < 0 || prefixLength > base.family().bits()) {
      throw new IllegalArgumentException("prefix length " + prefixLength + " of " + base);
    }
    if (!base.masked(prefixLength).equals(base)) {
      throw new IllegalArgumentException("host bits: " + base + "/" + prefixLength);
    }
  }

  /** The network of {@code text}, which must be a canonical CIDR: for constants and tests. */
  public static Cidr of(String text) {
    return CidrText.read(text)
        .filter(CidrText::isCanonical)
        .orElseThrow(() -> new IllegalArgumentException("not a canonical CIDR: " + text))
        .network();
  }

  public IpFamily family() {
    return base.family();
  }

  /** How many addresses it has. */
  public BigInteger size() {
    return BigInteger.ONE.shiftLeft(family().bits() - prefixLength);
  }

  /**
   * How many addresses it has, at most {@link Integer#MAX_VALUE}: for blocks, which have 4096 at
   * the most.
   */
  public int ordinals() {
    int hostBits = family().bits() - prefixLength;
    return hostBits > 30 ? Integer.MAX_VALUE : 1 << hostBits;
  }

  /** The last address. */
  public IpAddress last() {
    return base.lastOf(prefixLength);
  }

  public boolean contains(IpAddress address) {
    return address.family() == family() && address.masked(prefixLength).equals(base);
  }

  /** Whether all of {@code other} lies inside; a network contains itself. */
  public boolean contains(Cidr other) {
    return other.prefixLength >= prefixLength && contains(other.base);
  }

  public boolean overlaps(Cidr other) {
    return contains(other) || other.contains(this);
  }

  /** The address with this ordinal: base + ordinal. */
  public IpAddress address(int ordinal) {
    return base.plus(ordinal);
  }

  /**
   * The ordinal of {@code address}, which must lie inside; at most {@link Integer#MAX_VALUE}, which
   * is nobody's, because no list is that long.
   */
  public int ordinal(IpAddress address) {
    if (!contains(address)) {
      throw new IllegalArgumentException(address + " is not in " + this);
    }
    long distance = address.low() - base.low();
    boolean small = address.high() == base.high() && distance >= 0 && distance < Integer.MAX_VALUE;
    return small ? (int) distance : Integer.MAX_VALUE;
  }

  // Written out, as those of IpAddress are.

  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr that
        && prefixLength == that.prefixLength
        && base.equals(that.base);
  }

  @Override
  public int hashCode() {
    return 31 * base.hashCode() + prefixLength;
  }

  @Override
  public int compareTo(Cidr other) {
    int byBase = base.compareTo(other.base);
    return byBase != 0 ? byBase : Integer.compare(prefixLength, other.prefixLength);
  }

  /** Canonical text, as Go's {@code net.IPNet.String()} writes it. */
  @Override
  public String toString() {
    return base + "/" + prefixLength;
  }
}
