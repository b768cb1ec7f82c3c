package io.ipamrepair.bench;

import java.util.random.RandomGenerator;

/** Random orders. */
final class Shuffle {
  private Shuffle() {}

  /** The numbers from 0 below {@code count}, each once, in random order. */
  static int[] of(int count, RandomGenerator random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int place = random.nextInt(i + 1);
      order[i] = order[place];
      order[place] = i;
    }
    return order;
  }
}
