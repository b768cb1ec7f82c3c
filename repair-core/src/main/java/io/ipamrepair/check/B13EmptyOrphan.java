package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.function.Consumer;

/** B13: a block without owner holds at least one address. */
final class B13EmptyOrphan implements Rule {
  private static final About ABOUT =
      About.rule("B13")
          .demands("A block without owner is not empty.")
          .severities(Severity.ERROR)
          .urgency(Urgency.ANY_TIME)
          .traffic(
              "None on running traffic: nobody uses the block and nothing of it is announced. Its"
                  + " addresses are missing for others.")
          .because(
              "Left by hand, or by releases from v3.33 with an address cooldown. No node can"
                  + " claim it, because it exists, and none gives it back, because it is nobody's.")
          .repair("release-orphan-blocks deletes it.")
          .threads("calico", 2713)
          .source("calico-ipam.md 5.8 S10, 6 B13, 10.2 items 16 and 17")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      if (stored.value().filter(block -> block.hasNoOwner() && block.isVacant()).isPresent()) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(Evidence.cidr(stored))),
                "Block "
                    + Evidence.cidr(stored)
                    + " is empty and belongs to nobody: no node can claim it.",
                evidence.traffic().emptyAndNobodys(),
                evidence.remedies().orphan(stored)));
      }
    }
  }
}
