package io.ipamrepair.calico;

/**
 * 128 bits that stand for a sequence of texts: to compare what two of a million objects say without
 * keeping either. That two different sequences have one fingerprint is as likely as a bit that
 * flips in memory unseen.
 */
final class Fingerprint {
  private static final long FACTOR = 0xff51afd7ed558ccdL;
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
    int at = from;
    // Eight at a time, because each step must wait for the multiplications of the one before.
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long word =
          bytes[at] & 0xffL
              | (bytes[at + 1] & 0xffL) << 8
              | (bytes[at + 2] & 0xffL) << 16
              | (bytes[at + 3] & 0xffL) << 24
              | (bytes[at + 4] & 0xffL) << 32
              | (bytes[at + 5] & 0xffL) << 40
              | (bytes[at + 6] & 0xffL) << 48
              | (bytes[at + 7] & 0xffL) << 56;
      first = (first ^ word) * FACTOR;
      first ^= first >>> 32;
      second = (second + word) * ODD;
      second ^= second >>> 29;
    }
    long rest = 0;
    for (; at < to; at++) {
      rest = rest << 8 | bytes[at] & 0xffL;
    }
    // The length tells where this text ends and the next begins.
    long last = (long) (to - from) << 56 ^ rest;
    one = mixed((first ^ last) * FACTOR);
    two = mixed((second + last) * ODD);
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
