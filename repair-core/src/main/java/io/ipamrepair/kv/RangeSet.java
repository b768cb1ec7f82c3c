package io.ipamrepair.kv;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The keys in some ranges, which may overlap; asked for one key after the other. */
public final class RangeSet {
  private final NavigableMap<Bytes, KeyRange> byStart = new TreeMap<>();

  public RangeSet(Collection<KeyRange> ranges) {
    List<KeyRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparing(KeyRange::from).thenComparing(KeyRange::to));
    for (KeyRange range : sorted) {
      Map.Entry<Bytes, KeyRange> before = byStart.lastEntry();
      if (before != null && range.from().compareTo(before.getValue().to()) <= 0) {
        KeyRange both =
            range.to().compareTo(before.getValue().to()) > 0
                ? new KeyRange(before.getKey(), range.to())
                : before.getValue();
        byStart.put(before.getKey(), both);
      } else {
        byStart.put(range.from(), range);
      }
    }
  }

  /** The same keys in ranges that neither overlap nor touch, ascending. */
  public List<KeyRange> ranges() {
    return List.copyOf(byStart.values());
  }

  public boolean contains(Bytes key) {
    Map.Entry<Bytes, KeyRange> floor = byStart.floorEntry(key);
    return floor != null && floor.getValue().contains(key);
  }
}
