package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import java.util.Optional;

/**
 * An affinity under a canonical key, and how the block that it claims stands to it.
 *
 * @param id whose it is and of which block, as the key says
 * @param affinity its value; nothing when that is unreadable
 * @param standing how the block stands to it
 * @param block the block, if it exists and can be read
 */
record Claim(AffinityId id, Optional<Affinity> affinity, Standing standing, Optional<Block> block) {
  ObjectName object() {
    return ObjectName.affinity(id.owner(), id.cidr());
  }

  Owner owner() {
    return id.owner();
  }

  Cidr cidr() {
    return id.cidr();
  }

  /** Whether its value is readable and says {@code state}. */
  boolean is(Affinity.State state) {
    return affinity.filter(value -> value.state() == state).isPresent();
  }

  /** {@code kubernetes1003's affinity for 10.0.0.0/26}: the beginning of a sentence. */
  String title() {
    return Wording.owner(owner()) + "'s affinity for " + cidr();
  }
}
