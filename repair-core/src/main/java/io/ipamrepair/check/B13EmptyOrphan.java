package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.function.Consumer;

/** B13: a block without owner holds at least one address. */
final class B13EmptyOrphan implements Rule {
  @Override
  public About about() {
    return new About(
        "B13",
        "A block without owner is not empty.",
        "S10: left by hand, or by releases from v3.33 with an address cooldown. No node can claim"
            + " it, because it exists, and none gives it back, because it is nobody's.",
        "calico-ipam.md 5.8 S10, 6 B13, 10.2 items 16 and 17");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      if (stored.value().filter(block -> block.hasNoOwner() && block.isVacant()).isPresent()) {
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(ObjectName.block(((CalicoKey.BlockKey) stored.at()).cidr())),
                "Block "
                    + ((CalicoKey.BlockKey) stored.at()).cidr()
                    + " is empty and belongs to nobody: no node can claim it.",
                evidence.traffic().emptyAndNobodys(),
                evidence.remedies().orphan(stored)));
      }
    }
  }
}
