package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A4: the owner of a block has an affinity key for it. */
final class A4OwnerHasKey implements Rule {
  private static final About ABOUT =
      About.rule("A4")
          .demands("The owner of a block has an affinity key for it.")
          .severities(Severity.ERROR)
          .urgency(Urgency.ANY_TIME, "Now where no pool covers its addresses in use.")
          .traffic(
              "None on live pods while a pool covers them: the block is not announced as a whole,"
                  + " each pod's /32 is. Felix routes by blocks.")
          .because(
              "The key was deleted by hand or lost in a restore. The node does not know the"
                  + " block as its own, and nobody else can reclaim it.")
          .repair(
              "release-orphan-blocks gives the node its key again; reassign-affinity where another"
                  + " node's affinity is confirmed.")
          .source("calico-ipam.md 5.8 S8, 6 A4")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      Cidr cidr = Evidence.cidr(stored);
      Optional<Owner> owner = stored.value().flatMap(Block::owner);
      if (owner.filter(each -> !evidence.hasAffinityKey(each, cidr)).isPresent()) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(cidr)),
                "Block "
                    + cidr
                    + " belongs to "
                    + Wording.owner(owner.get())
                    + ", which has no affinity for it.",
                owner.get().isNode()
                    ? evidence.traffic().unannounced(stored.value().get())
                    : evidence.traffic().ofUnknownVirtualOwner(),
                evidence.remedies().orphan(stored)));
      }
    }
  }
}
