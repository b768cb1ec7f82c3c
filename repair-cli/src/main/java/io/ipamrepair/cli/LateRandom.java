package io.ipamrepair.cli;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Randomness that nobody can foresee, made ready when it is first asked for: that takes
 * milliseconds, and commands that only read never ask. Not for several threads.
 */
final class LateRandom implements RandomGenerator {
  private RandomGenerator source;

  @Override
  public long nextLong() {
    if (source == null) {
      source = new SecureRandom();
    }
    return source.nextLong();
  }
}
