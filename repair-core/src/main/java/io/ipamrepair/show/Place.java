package io.ipamrepair.show;

import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * An ordinal of a block that can be read.
 *
 * @param block the block
 * @param ordinal which, from 0
 * @param address its address
 * @param use what it is used for
 * @param holder who holds it; nothing when it is free, cooling down, or held by nobody knows whom
 * @param releasedAt since when it is cooling down
 * @param owner who owns the block
 * @param isBorrowed whether it is held for another node than that one
 */
public record Place(
    Cidr block,
    int ordinal,
    IpAddress address,
    OrdinalUse use,
    Optional<Holder> holder,
    Optional<Instant> releasedAt,
    Optional<Owner> owner,
    boolean isBorrowed) {}
