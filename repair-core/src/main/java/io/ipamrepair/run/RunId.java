package io.ipamrepair.run;

import java.util.random.RandomGenerator;

/** Short names for runs that a person can type at night: no vowels, no look-alikes. */
public final class RunId {
  private static final String LETTERS = "23456789bcdfghjkmnpqrstvwxz";
  private static final int LENGTH = 6;

  private RunId() {}

  /** A new ID, such as {@code r-7k2d9x}. */
  static String next(RandomGenerator random) {
    StringBuilder id = new StringBuilder("r-");
    for (int i = 0; i < LENGTH; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }

  /** A number that no other process has: 32 hexadecimal digits of chance. */
  public static String token(RandomGenerator random) {
    return String.format("%016x%016x", random.nextLong(), random.nextLong());
  }
}
