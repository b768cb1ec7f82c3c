package io.ipamrepair.kv;

/**
 * The keys from {@code from} up to, and without, {@code to}.
 *
 * @param from the first key of the range
 * @param to the first key behind the range; greater than {@code from}
 */
public record KeyRange(Bytes from, Bytes to) {
  public KeyRange {
    if (from.compareTo(to) >= 0) {
      throw new IllegalArgumentException("empty range: " + from + " to " + to);
    }
  }

  /** All keys that start with {@code prefix}, which must hold a byte other than 0xff. */
  public static KeyRange prefix(Bytes prefix) {
    return new KeyRange(prefix, prefix.endOfPrefix().orElseThrow());
  }

  /** All keys that start with {@code prefix}, which must not be empty. */
  public static KeyRange prefix(String prefix) {
    return prefix(Bytes.utf8(prefix));
  }

  /** The one key {@code key}. */
  public static KeyRange of(Bytes key) {
    return new KeyRange(key, key.plus(Bytes.of(new byte[1])));
  }

  public boolean contains(Bytes key) {
    return from.compareTo(key) <= 0 && key.compareTo(to) < 0;
  }
}
