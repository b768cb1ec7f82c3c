package io.ipamrepair.calico;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sequence number of a block at each allocation, by ordinal as text. Sixty of them a block, as
 * a map of objects, would be the largest part of a large state.
 */
sealed interface AllocationNumbers {
  /** No numbers. */
  AllocationNumbers NONE = new Listed(Map.of());

  Map<String, BigInteger> asMap();

  /**
   * Whether it is plain that all are numbers of ordinals below {@code ordinals} and none is above
   * {@code most}; where it is not, they must be looked at.
   */
  boolean arePlainlyWithin(int ordinals, BigInteger most);

  static AllocationNumbers of(Map<String, BigInteger> numbers) {
    return numbers.isEmpty() ? NONE : new Listed(numbers);
  }

  static AllocationNumbers of(int[] ordinals, long[] numbers) {
    return ordinals.length == 0 ? NONE : new Packed(ordinals, numbers);
  }

  /** As they were read, whatever they are. */
  record Listed(Map<String, BigInteger> asMap) implements AllocationNumbers {
    @Override
    public boolean arePlainlyWithin(int ordinals, BigInteger most) {
      return asMap.isEmpty();
    }
  }

  /** Numbers of ordinals, in the order in which they stand in the value. */
  final class Packed implements AllocationNumbers {
    private final int[] ordinals;
    private final long[] numbers;

    private Packed(int[] ordinals, long[] numbers) {
      this.ordinals = ordinals;
      this.numbers = numbers;
    }

    @Override
    public Map<String, BigInteger> asMap() {
      Map<String, BigInteger> map = new LinkedHashMap<>();
      for (int i = 0; i < ordinals.length; i++) {
        map.put(Integer.toString(ordinals[i]), BigInteger.valueOf(numbers[i]));
      }
      return map;
    }

    @Override
    public boolean arePlainlyWithin(int ordinalsOfBlock, BigInteger most) {
      // No number of these is beyond what fits a long.
      long limit = most.bitLength() < Long.SIZE ? most.longValue() : Long.MAX_VALUE;
      for (int i = 0; i < ordinals.length; i++) {
        if (ordinals[i] >= ordinalsOfBlock || numbers[i] > limit) {
          return false;
        }
      }
      return true;
    }
  }
}
