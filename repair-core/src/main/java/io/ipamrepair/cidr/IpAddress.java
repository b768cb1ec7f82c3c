package io.ipamrepair.cidr;

import java.util.Optional;

/**
 * An IPv4 or IPv6 address. Sorted by family, then by number.
 *
 * @param family the address family
 * @param high the upper 64 bits, 0 for IPv4
 * @param low the lower 64 bits; for IPv4 the address in the lower 32
 */
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {
  private static final int GROUPS = 8;

  public IpAddress {
    if (family == IpFamily.IPV4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("not an IPv4 address: " + high + ", " + low);
    }
  }

  /** Reads an address as Go's {@code net.ParseIP} does: no leading zeros in IPv4, no zone. */
  public static Optional<IpAddress> read(String text) {
    return text.indexOf(':') >= 0
        ? readV6(text)
        : readV4(text).map(v4 -> new IpAddress(IpFamily.IPV4, 0, v4));
  }

  private static Optional<Long> readV4(String text) {
    String[] octets = text.split("\\.", -1);
    if (octets.length != 4) {
      return Optional.empty();
    }
    long number = 0;
    for (String octet : octets) {
      boolean leadingZero = octet.length() > 1 && octet.charAt(0) == '0';
      if (octet.isEmpty() || octet.length() > 3 || leadingZero || !isDecimal(octet)) {
        return Optional.empty();
      }
      int value = Integer.parseInt(octet);
      if (value > 255) {
        return Optional.empty();
      }
      number = number << 8 | value;
    }
    return Optional.of(number);
  }

  private static Optional<IpAddress> readV6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    Optional<int[]> head = readGroups(gap < 0 ? text : text.substring(0, gap), gap < 0);
    Optional<int[]> tail = readGroups(gap < 0 ? "" : text.substring(gap + 2), true);
    if (head.isEmpty() || tail.isEmpty()) {
      return Optional.empty();
    }
    int given = head.get().length + tail.get().length;
    if (gap < 0 ? given != GROUPS : given >= GROUPS) {
      return Optional.empty();
    }
    int[] groups = new int[GROUPS];
    System.arraycopy(head.get(), 0, groups, 0, head.get().length);
    System.arraycopy(tail.get(), 0, groups, GROUPS - tail.get().length, tail.get().length);
    return Optional.of(new IpAddress(IpFamily.IPV6, join(groups, 0), join(groups, 4)));
  }

  /**
   * Colon-separated groups of up to four hex digits; the last may be a dotted quad where {@code
   * mayEndInV4}.
   */
  private static Optional<int[]> readGroups(String text, boolean mayEndInV4) {
    if (text.isEmpty()) {
      return Optional.of(new int[0]);
    }
    String[] parts = text.split(":", -1);
    boolean endsInV4 = parts[parts.length - 1].indexOf('.') >= 0;
    if (parts.length > GROUPS || endsInV4 && !mayEndInV4) {
      return Optional.empty();
    }
    int[] groups = new int[endsInV4 ? parts.length + 1 : parts.length];
    int hexParts = endsInV4 ? parts.length - 1 : parts.length;
    for (int i = 0; i < hexParts; i++) {
      String part = parts[i];
      if (part.isEmpty() || part.length() > 4 || !part.chars().allMatch(IpAddress::isHexDigit)) {
        return Optional.empty();
      }
      groups[i] = Integer.parseInt(part, 16);
    }
    if (endsInV4) {
      Optional<Long> v4 = readV4(parts[parts.length - 1]);
      if (v4.isEmpty()) {
        return Optional.empty();
      }
      groups[hexParts] = (int) (v4.get() >> 16);
      groups[hexParts + 1] = (int) (v4.get() & 0xffff);
    }
    return Optional.of(groups);
  }

  private static boolean isDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isHexDigit(int c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
  }

  private static long join(int[] groups, int first) {
    long joined = 0;
    for (int i = first; i < first + 4; i++) {
      joined = joined << 16 | groups[i];
    }
    return joined;
  }

  /**
   * The address {@code distance} (0 or more) behind this one; wraps around at the end of the
   * family.
   */
  public IpAddress plus(long distance) {
    if (family == IpFamily.IPV4) {
      return new IpAddress(family, 0, low + distance & 0xffffffffL);
    }
    long sum = low + distance;
    boolean carry = Long.compareUnsigned(sum, low) < 0;
    return new IpAddress(family, carry ? high + 1 : high, sum);
  }

  /** This address with all bits behind the first {@code prefixLength} set to 0. */
  public IpAddress masked(int prefixLength) {
    if (family == IpFamily.IPV4) {
      return new IpAddress(family, 0, low & mask(prefixLength + 32));
    }
    return prefixLength <= 64
        ? new IpAddress(family, high & mask(prefixLength), 0)
        : new IpAddress(family, high, low & mask(prefixLength - 64));
  }

  /** The last address of the network of {@code prefixLength} that this one is the base of. */
  IpAddress lastOf(int prefixLength) {
    if (family == IpFamily.IPV4) {
      return new IpAddress(family, 0, low | ~mask(prefixLength + 32) & 0xffffffffL);
    }
    return prefixLength <= 64
        ? new IpAddress(family, high | ~mask(prefixLength), -1L)
        : new IpAddress(family, high, low | ~mask(prefixLength - 64));
  }

  private static long mask(int bits) {
    return bits <= 0 ? 0 : -1L << 64 - Math.min(bits, 64);
  }

  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    if (byFamily != 0) {
      return byFamily;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  // Written out: keys of maps are compared too often for what a record makes at its first use.

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress that
        && family == that.family
        && high == that.high
        && low == that.low;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(high) + Long.hashCode(low);
  }

  /** Dotted quad, or RFC 5952 text. */
  @Override
  public String toString() {
    return family == IpFamily.IPV4 ? dottedQuad(low) : rfc5952();
  }

  private static String dottedQuad(long v4) {
    return (v4 >> 24) + "." + (v4 >> 16 & 255) + "." + (v4 >> 8 & 255) + "." + (v4 & 255);
  }

  private String rfc5952() {
    boolean mappedV4 = high == 0 && low >>> 32 == 0xffff;
    if (mappedV4) {
      return "::ffff:" + dottedQuad(low & 0xffffffffL);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (int) ((i < 4 ? high >>> 48 - 16 * i : low >>> 48 - 16 * (i - 4)) & 0xffff);
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = 0;
      while (i + length < GROUPS && groups[i + length] == 0) {
        length++;
      }
      if (length > gapLength) {
        gapStart = i;
        gapLength = length;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
