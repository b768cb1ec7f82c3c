package io.ipamrepair.map;

import io.ipamrepair.calico.IpamState;
import java.util.List;
import java.util.stream.Stream;

/**
 * The address space in two states.
 *
 * @param extent how much of the cluster the states hold
 * @param pools the pools of either state, by their networks; those without one last, by name
 * @param outside the blocks that no pool contains, ascending
 */
public record AddressMap(Extent extent, List<PoolArea> pools, List<BlockArea> outside) {
  public AddressMap {
    pools = List.copyOf(pools);
    outside = List.copyOf(outside);
  }

  /** The map of a state as it is. */
  public static AddressMap of(IpamState state) {
    return of(Extent.WHOLE, state, state);
  }

  /** The map of what becomes of {@code before}. */
  public static AddressMap of(Extent extent, IpamState before, IpamState after) {
    return new Drawing(extent, before, after).map();
  }

  /** Every block, pool by pool. */
  public Stream<BlockArea> blocks() {
    return Stream.concat(pools.stream().flatMap(pool -> pool.blocks().stream()), outside.stream());
  }

  /** The blocks of which anything differs, pool by pool. */
  public List<BlockArea> moving() {
    return blocks().filter(BlockArea::moves).toList();
  }

  /** Whether there is nothing to draw. */
  public boolean isEmpty() {
    return pools.isEmpty() && outside.isEmpty();
  }
}
