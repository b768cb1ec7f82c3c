package io.ipamrepair.show;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Standing;
import io.ipamrepair.cidr.Cidr;

/**
 * An affinity, and how its block stands to it.
 *
 * @param owner whose it is
 * @param cidr for which block
 * @param state {@code confirmed}, {@code pending}, {@code pendingDeletion}, another word as it is
 *     written, or {@code unreadable}
 * @param canonical whether its key is the one that Calico would use (rule K3)
 * @param standing how the block stands to it
 */
public record Claimant(Owner owner, Cidr cidr, String state, boolean canonical, Standing standing) {
  static Claimant of(IpamState state, Stored<Affinity> stored) {
    CalicoKey.AffinityKey key = (CalicoKey.AffinityKey) stored.at();
    return new Claimant(
        key.owner(),
        key.cidr(),
        stored.value().map(Claimant::word).orElse("unreadable"),
        key.canonical(),
        Standing.of(state, new AffinityId(key.owner(), key.cidr())));
  }

  private static String word(Affinity affinity) {
    return affinity.state() == Affinity.State.UNKNOWN
        ? affinity.stateText()
        : affinity.state().text();
  }
}
