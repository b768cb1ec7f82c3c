package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** B14: a block's node exists; a virtual owner is one that a release knows. */
final class B14OwnerExists implements Rule {
  private static final About ABOUT =
      About.rule("B14")
          .demands("The node that owns a block exists; a virtual owner is load-balancer.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME, "Now where no pool covers its addresses in use.")
          .traffic(
              "None while the node's machine is off: nobody announces the block, and its addresses"
                  + " on other nodes are reached by their /32 routes.")
          .because(
              "The node was deleted past Calico, or its affinity key was lost before. Such a"
                  + " block is never given back.")
          .repair("release-orphan-blocks takes the owner away, and the block if it is empty.")
          .threads("calico", 7839, 8643)
          .thread("https://github.com/kubernetes/kops/pull/7517")
          .source("calico-ipam.md 5.8 S8 and S16, 6 B14")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      Optional<Owner> owner = stored.value().flatMap(Block::owner);
      if (owner.isEmpty()) {
        continue;
      }
      Block block = stored.value().get();
      if (evidence.isGone(owner.get())) {
        found.accept(
            finding(
                block,
                "Block "
                    + block.cidr()
                    + " belongs to node "
                    + owner.get().name()
                    + ", which does not exist.",
                evidence.traffic().ofLostNode(block),
                evidence.remedies().orphan(stored)));
      } else if (!owner.get().isNode() && !owner.get().equals(Owner.LOAD_BALANCER)) {
        found.accept(
            finding(
                block,
                "Block "
                    + block.cidr()
                    + " belongs to "
                    + owner.get()
                    + ", which no release of Calico knows.",
                evidence.traffic().ofUnknownVirtualOwner(),
                evidence.remedies().orphan(stored)));
      }
    }
  }

  private Finding finding(Block block, String problem, Effect effect, Remedy remedy) {
    return finding(
        Severity.WARNING, List.of(ObjectName.block(block.cidr())), problem, effect, remedy);
  }
}
