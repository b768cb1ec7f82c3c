package io.ipamrepair.show;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.Optional;

/**
 * A block and how full it is.
 *
 * @param cidr the block
 * @param readable whether its value can be read; if not, nothing is known of owner and use
 * @param owner who owns it
 * @param held how many addresses it holds: tunnels and Windows' reservations included, addresses
 *     that are cooling down not
 * @param size how many addresses it has
 */
public record BlockFill(Cidr cidr, boolean readable, Optional<Owner> owner, int held, int size) {
  static BlockFill of(Cidr cidr, Stored<Block> stored) {
    Optional<Block> block = stored.value();
    int held = block.map(each -> each.held().size()).orElse(0);
    return new BlockFill(
        cidr, block.isPresent(), block.flatMap(Block::owner), held, cidr.ordinals());
  }
}
