package io.ipamrepair.calico;

/**
 * 128 bits that stand for a sequence of texts: to compare what two of a million objects say without
 * keeping either. That two different sequences have one fingerprint is as likely as a bit that
 * flips in memory unseen.
 */
final class Fingerprint {
  private static final long PRIME = 0x100000001b3L;
  private static final long ODD = 0x9e3779b97f4a7c15L;

  private long one;
  private long two;

  Fingerprint start() {
    one = 0xcbf29ce484222325L;
    two = 0x6c62272e07bb0142L;
    return this;
  }

  /** Adds a text, and that it ends here. */
  Fingerprint add(byte[] bytes, int from, int to) {
    long first = one;
    long second = two;
    for (int i = from; i < to; i++) {
      first = (first ^ bytes[i]) * PRIME;
      second = (second + bytes[i]) * ODD;
      second ^= second >>> 29;
    }
    one = (first ^ 0x1ff) * PRIME;
    two = (second + 0x1ff) * ODD;
    return this;
  }

  long high() {
    return mixed(one ^ (two >>> 7));
  }

  long low() {
    return mixed(two + one * ODD);
  }

  private static long mixed(long bits) {
    long mixed = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
