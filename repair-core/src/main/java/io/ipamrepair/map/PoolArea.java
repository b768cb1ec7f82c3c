package io.ipamrepair.map;

import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pool in both states, and the blocks that are drawn under it.
 *
 * @param name its name
 * @param before nothing where it is not there
 * @param after the same, afterwards
 * @param rewritten whether its value differs
 * @param places the blocks that it governs and the room between them, ascending
 * @param elsewhere the blocks that lie in it before and are drawn under another pool, which governs
 *     them: how many, by its name; empty is the name where none does
 */
public record PoolArea(
    String name,
    Optional<PoolView> before,
    Optional<PoolView> after,
    boolean rewritten,
    List<Place> places,
    SortedMap<String, Integer> elsewhere) {
  /** A piece of a pool. */
  public sealed interface Place {}

  /** A block. */
  public record Taken(BlockArea block) implements Place {}

  /** Room for so many blocks of the pool's size in a row, where none is in either state. */
  public record Room(BigInteger blocks) implements Place {}

  public PoolArea {
    places = List.copyOf(places);
    elsewhere = Collections.unmodifiableSortedMap(new TreeMap<>(elsewhere));
  }

  /** The blocks that it governs, ascending. */
  public List<BlockArea> blocks() {
    return places.stream()
        .filter(Taken.class::isInstance)
        .map(place -> ((Taken) place).block())
        .toList();
  }

  /** Whether the pool itself comes, goes or is written. */
  public boolean moves() {
    return before.isPresent() != after.isPresent() || rewritten;
  }
}
