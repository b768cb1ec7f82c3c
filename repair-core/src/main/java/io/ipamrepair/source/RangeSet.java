package io.ipamrepair.source;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Ranges that do not overlap, asked for one key after the other. */
final class RangeSet {
  private final NavigableMap<Bytes, KeyRange> byStart = new TreeMap<>();

  RangeSet(Collection<KeyRange> ranges) {
    ranges.forEach(range -> byStart.put(range.from(), range));
  }

  /** The range of one key. */
  static KeyRange point(Bytes key) {
    return new KeyRange(key, key.plus(Bytes.of(new byte[1])));
  }

  boolean contains(Bytes key) {
    Map.Entry<Bytes, KeyRange> floor = byStart.floorEntry(key);
    return floor != null && floor.getValue().contains(key);
  }
}
