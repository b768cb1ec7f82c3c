package io.ipamrepair.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ranges as a careless reader of names makes them. */
class RangeSetTest {
  private static KeyRange range(int from, int to) {
    return new KeyRange(key(from), key(to));
  }

  private static Bytes key(int number) {
    return Bytes.utf8(String.format("k%03d", number));
  }

  @Test
  void aKeyIsInItIfAndOnlyIfOneOfTheRangesHasItHoweverTheyLieToEachOther() {
    Random random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      List<KeyRange> ranges = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        int from = random.nextInt(40);
        ranges.add(range(from, from + 1 + random.nextInt(20)));
      }
      RangeSet set = new RangeSet(ranges);
      for (int number = 0; number < 64; number++) {
        Bytes key = key(number);
        assertThat(set.contains(key))
            .as("%s in %s", key, ranges)
            .isEqualTo(ranges.stream().anyMatch(each -> each.contains(key)));
      }
      for (int i = 1; i < set.ranges().size(); i++) {
        assertThat(set.ranges().get(i).from()).isGreaterThan(set.ranges().get(i - 1).to());
      }
    }
  }
}
