package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a command must know whole of a state of which healthy workloads are let go ({@link
 * Screening}): what it shows, or what it writes and what that touches.
 *
 * @param blocks with their bytes, and with the handles and endpoints of all that they hold, and of
 *     the pods that they name
 * @param handles by ID, with all that names them
 * @param endpoints ranges in which endpoints are not let go
 */
public record Focus(SortedSet<Cidr> blocks, SortedSet<String> handles, Set<KeyRange> endpoints) {
  /** The rules need no more than what they find. */
  public static final Focus NOTHING = new Focus(new TreeSet<>(), new TreeSet<>(), Set.of());

  public Focus {
    blocks = Collections.unmodifiableSortedSet(new TreeSet<>(blocks));
    handles = Collections.unmodifiableSortedSet(new TreeSet<>(handles));
    endpoints = Set.copyOf(endpoints);
  }

  /** Some blocks. */
  public static Focus blocks(Collection<Cidr> blocks) {
    return new Focus(new TreeSet<>(blocks), new TreeSet<>(), Set.of());
  }

  /** One handle. */
  public static Focus handle(String id) {
    return new Focus(new TreeSet<>(), new TreeSet<>(Set.of(id)), Set.of());
  }

  /** What stands at {@code keys}; of an affinity, its block. */
  public static Focus keys(KeyLayout layout, Collection<Bytes> keys) {
    SortedSet<Cidr> blocks = new TreeSet<>();
    SortedSet<String> handles = new TreeSet<>();
    for (Bytes key : keys) {
      CalicoKey at = layout.classify(key);
      if (at instanceof CalicoKey.BlockKey block) {
        blocks.add(block.cidr());
      } else if (at instanceof CalicoKey.AffinityKey affinity) {
        blocks.add(affinity.cidr());
      } else if (at instanceof CalicoKey.HandleKey handle) {
        handles.add(handle.id());
      }
    }
    return new Focus(blocks, handles, Set.of());
  }

  /** Both. */
  public Focus and(Focus other) {
    SortedSet<Cidr> allBlocks = new TreeSet<>(blocks);
    allBlocks.addAll(other.blocks);
    SortedSet<String> allHandles = new TreeSet<>(handles);
    allHandles.addAll(other.handles);
    Set<KeyRange> allEndpoints = new HashSet<>(endpoints);
    allEndpoints.addAll(other.endpoints);
    return new Focus(allBlocks, allHandles, allEndpoints);
  }

  /** Whether {@code other} asks for nothing beyond this. */
  public boolean covers(Focus other) {
    return blocks.containsAll(other.blocks)
        && handles.containsAll(other.handles)
        && endpoints.containsAll(other.endpoints);
  }
}
