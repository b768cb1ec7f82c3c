package io.ipamrepair.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What became of a block whose pods came and went: addresses are taken from the head of the free
 * list and come back at its tail, each write counts the sequence number up by one, and the entry of
 * a released address stays.
 *
 * @param held the ordinals in use, those that were assigned first in front
 * @param free the free list, in its order
 * @param assignedAt by ordinal: the number of the write that assigned it last; -1 when none did
 * @param writes how many writes the block has seen since it was created
 */
record BlockHistory(List<Integer> held, List<Integer> free, int[] assignedAt, int writes) {
  private static final int NEVER = -1;

  /**
   * A history that ends with {@code held} addresses in use.
   *
   * @param ordinals how many addresses the block has
   * @param pinned how many of the first addresses are never released: a tunnel address, or none
   */
  static BlockHistory of(int ordinals, int held, int pinned, RandomGenerator random) {
    int[] assignedAt = new int[ordinals];
    Arrays.fill(assignedAt, NEVER);
    Deque<Integer> free = new ArrayDeque<>();
    for (int ordinal = 0; ordinal < ordinals; ordinal++) {
      free.add(ordinal);
    }
    List<Integer> inUse = new ArrayList<>();
    int releases = random.nextInt(held / 2 + 1);
    int writes = 0;
    while (inUse.size() < held || releases > 0) {
      boolean release =
          releases > 0 && inUse.size() > pinned && (inUse.size() == held || random.nextInt(3) == 0);
      if (release) {
        free.addLast(inUse.remove(pinned + random.nextInt(inUse.size() - pinned)));
        releases--;
      } else if (inUse.size() < held) {
        int ordinal = free.removeFirst();
        assignedAt[ordinal] = writes;
        inUse.add(ordinal);
      } else {
        break; // nothing is left that may be released
      }
      writes++;
    }
    return new BlockHistory(List.copyOf(inUse), List.copyOf(free), assignedAt, writes);
  }

  /** Whether {@code ordinal} was ever assigned. */
  boolean wasAssigned(int ordinal) {
    return assignedAt[ordinal] != NEVER;
  }
}
