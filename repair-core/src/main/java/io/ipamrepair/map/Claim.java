package io.ipamrepair.map;

import io.ipamrepair.calico.Owner;

/**
 * An affinity for a block.
 *
 * @param owner whose it is
 * @param state its state as written, or that it cannot be read
 */
public record Claim(Owner owner, String state) {}
