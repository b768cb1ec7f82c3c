package io.ipamrepair.bench;

import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Identifiers that Calico or Kubernetes draw at random, drawn here from one object's own seed. */
final class Chance {
  private static final HexFormat HEX = HexFormat.of();

  /**
   * Keeps the seeds of two kinds apart. Any odd number but the one that {@link SplittableRandom}
   * adds at each step: with that, neighbours would draw the same numbers one step apart.
   */
  private static final long SCATTER = 0xd1342543de82ef95L;

  private final RandomGenerator random;

  /**
   * Chance for one object.
   *
   * @param seed the cluster's
   * @param kind the kind of object
   * @param number which one of its kind
   */
  Chance(long seed, String kind, int number) {
    this.random = new SplittableRandom((seed * 31 + kind.hashCode()) * SCATTER + number);
  }

  RandomGenerator random() {
    return random;
  }

  /** A random UUID of version 4. */
  String uuid() {
    long high = random.nextLong() & ~0xf000L | 0x4000L;
    long low = random.nextLong() & ~(0xc0L << 56) | 0x80L << 56;
    return new UUID(high, low).toString();
  }

  /** Lower-case hexadecimal digits. */
  String hex(int digits) {
    byte[] bytes = new byte[(digits + 1) / 2];
    random.nextBytes(bytes);
    return HEX.formatHex(bytes).substring(0, digits);
  }

  /** A MAC address that no vendor has given out. */
  String mac() {
    byte[] bytes = new byte[6];
    random.nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] & 0xfe | 0x02);
    return HexFormat.ofDelimiter(":").formatHex(bytes);
  }
}
