package io.ipamrepair.cni;

/**
 * Where a node begins to look for a block in a pool. Calico draws it from Go's generator of random
 * numbers, seeded with a hash of the node's name, which nothing but Go computes: so it is given.
 */
public interface BlockOrder {
  /** The place, 0 up to {@code blocks} - 1, at which {@code node} begins. */
  int first(String node, int blocks);
}
