package io.ipamrepair.repair;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.Cidr;
import java.util.Optional;

/** Which blocks and affinities a repair looks at. */
public sealed interface Selection {
  /** Whether a block of {@code owner}, or an affinity of it, is meant. */
  boolean includes(IpamState state, Cidr cidr, Optional<Owner> owner);

  /** Refuses a selection that names something that is not there. */
  void verify(IpamState state) throws RefusedException;

  /** One block, or the affinities for it. */
  record OneBlock(Cidr cidr) implements Selection {
    @Override
    public boolean includes(IpamState state, Cidr candidate, Optional<Owner> owner) {
      return candidate.equals(cidr);
    }

    @Override
    public void verify(IpamState state) throws RefusedException {
      if (!state.blocks().containsKey(cidr) && state.affinitiesOn(cidr).isEmpty()) {
        throw RefusedException.data("There is no block " + cidr + ", and no affinity for it.");
      }
    }
  }

  /** All blocks inside a pool. */
  record InPool(String pool) implements Selection {
    @Override
    public boolean includes(IpamState state, Cidr candidate, Optional<Owner> owner) {
      return state
          .knownPools()
          .byName(pool)
          .map(NamedPool::network)
          .filter(network -> network.contains(candidate))
          .isPresent();
    }

    @Override
    public void verify(IpamState state) throws RefusedException {
      if (state.knownPools().byName(pool).isEmpty()) {
        throw RefusedException.data("There is no pool " + pool + " whose CIDR can be read.");
      }
    }
  }

  /** All blocks and affinities of a node, whether the node still exists or not. */
  record OfNode(String node) implements Selection {
    @Override
    public boolean includes(IpamState state, Cidr candidate, Optional<Owner> owner) {
      return owner.equals(Optional.of(Owner.node(node)));
    }

    @Override
    public void verify(IpamState state) throws RefusedException {
      Owner owner = Owner.node(node);
      boolean known =
          state.nodes().containsKey(node)
              || state.affinities().keySet().stream()
                  .anyMatch(affinity -> affinity.owner().equals(owner))
              || state.blocks().values().stream()
                  .flatMap(block -> block.value().stream())
                  .anyMatch(block -> block.owner().equals(Optional.of(owner)));
      if (!known) {
        throw RefusedException.data(
            "There is no node " + node + ", and nothing belongs to one of that name.");
      }
    }
  }

  /** Everything. */
  record All() implements Selection {
    @Override
    public boolean includes(IpamState state, Cidr candidate, Optional<Owner> owner) {
      return true;
    }

    @Override
    public void verify(IpamState state) {
      // Everything is always there.
    }
  }
}
