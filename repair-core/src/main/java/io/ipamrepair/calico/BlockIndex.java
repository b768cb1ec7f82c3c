package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Blocks that overlap no other, by address: who asks has bytes, and asks a million times. */
final class BlockIndex {
  private static final int NONE = -1;

  private final long[] v4Bases;
  private final int[] v4Lengths;
  private final int[] v4Blocks;
  private final NavigableMap<Cidr, Integer> v6 = new TreeMap<>();

  /** What {@link #find} found besides the block. */
  private int ordinal;

  /**
   * An index.
   *
   * @param blocks disjoint networks with their numbers, sorted
   */
  BlockIndex(NavigableMap<Cidr, Integer> blocks) {
    List<Map.Entry<Cidr, Integer>> v4 =
        blocks.entrySet().stream()
            .filter(entry -> entry.getKey().family() == IpFamily.IPV4)
            .toList();
    v4Bases = v4.stream().mapToLong(entry -> entry.getKey().base().low()).toArray();
    v4Lengths = v4.stream().mapToInt(entry -> entry.getKey().prefixLength()).toArray();
    v4Blocks = v4.stream().mapToInt(Map.Entry::getValue).toArray();
    blocks.forEach(
        (cidr, number) -> {
          if (cidr.family() == IpFamily.IPV6) {
            v6.put(cidr, number);
          }
        });
  }

  private BlockIndex(BlockIndex shared) {
    v4Bases = shared.v4Bases;
    v4Lengths = shared.v4Lengths;
    v4Blocks = shared.v4Blocks;
    v6.putAll(shared.v6);
  }

  /** The same index for another thread. */
  BlockIndex forAnotherThread() {
    return new BlockIndex(this);
  }

  /**
   * The block that contains a single address, given as {@code 10.0.0.1/32} or {@code fd00::1/128};
   * -1 when there is none. {@link #ordinal()} is its place there.
   */
  int findAddress(byte[] bytes, int from, int to) {
    int slash = slash(bytes, from, to);
    if (slash < 0) {
      return NONE;
    }
    long v4 = v4(bytes, from, slash);
    if (v4 >= 0) {
      return length(bytes, slash + 1, to) == 32 ? findV4(v4) : NONE;
    }
    return length(bytes, slash + 1, to) == 128
        ? IpAddress.read(text(bytes, from, slash))
            .filter(address -> address.family() == IpFamily.IPV6)
            .map(this::findV6)
            .orElse(NONE)
        : NONE;
  }

  /** The block with exactly this CIDR, in canonical text; -1 when there is none. */
  int findBlock(byte[] bytes, int from, int to) {
    int slash = slash(bytes, from, to);
    if (slash < 0) {
      return NONE;
    }
    long v4 = v4(bytes, from, slash);
    if (v4 >= 0) {
      int place = java.util.Arrays.binarySearch(v4Bases, v4);
      return place >= 0 && v4Lengths[place] == length(bytes, slash + 1, to)
          ? v4Blocks[place]
          : NONE;
    }
    return CidrText.read(text(bytes, from, to))
        .filter(CidrText::isCanonical)
        .map(cidr -> v6.getOrDefault(cidr.network(), NONE))
        .orElse(NONE);
  }

  /** The block that contains {@code address}; -1 when there is none. */
  int find(IpAddress address) {
    return address.family() == IpFamily.IPV4 ? findV4(address.low()) : findV6(address);
  }

  int ordinal() {
    return ordinal;
  }

  private int findV4(long address) {
    int place = java.util.Arrays.binarySearch(v4Bases, address);
    int floor = place >= 0 ? place : -place - 2;
    if (floor < 0) {
      return NONE;
    }
    long distance = address - v4Bases[floor];
    if (distance >= 1L << 32 - v4Lengths[floor]) {
      return NONE;
    }
    ordinal = (int) distance;
    return v4Blocks[floor];
  }

  private int findV6(IpAddress address) {
    Map.Entry<Cidr, Integer> floor = v6.floorEntry(new Cidr(address, 128));
    if (floor == null || !floor.getKey().contains(address)) {
      return NONE;
    }
    ordinal = floor.getKey().ordinal(address);
    return floor.getValue();
  }

  private static int slash(byte[] bytes, int from, int to) {
    for (int i = to - 1; i > from; i--) {
      if (bytes[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  /** A decimal without leading zeros, of up to three digits; -1 when it is none. */
  private static int length(byte[] bytes, int from, int to) {
    if (to - from < 1 || to - from > 3 || to - from > 1 && bytes[from] == '0') {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** A dotted quad as Go reads it; -1 when it is none. */
  private static long v4(byte[] bytes, int from, int to) {
    long address = 0;
    int part = from;
    for (int octet = 0; octet < 4; octet++) {
      int end = part;
      while (end < to && bytes[end] != '.') {
        end++;
      }
      int value = length(bytes, part, end);
      boolean last = octet == 3;
      if (value < 0 || value > 255 || last != (end == to)) {
        return -1;
      }
      address = address << 8 | value;
      part = end + 1;
    }
    return address;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }
}
