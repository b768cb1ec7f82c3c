package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B16: a block without owner that is in use; legal, and worth knowing. */
final class B16OrphanInUse implements Rule {
  @Override
  public About about() {
    return new About(
        "B16",
        "A block in use has an owner.",
        "S9: its pool or node was deleted while pods lived. It is legal, and goes with its last"
            + " address; no node claims it back.",
        "calico-ipam.md 5.8 S9; rules.md B16");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      if (!block.hasNoOwner()) {
        continue;
      }
      BlockUse use = BlockUse.of(block);
      if (use.count() > 0) {
        found.accept(
            new Finding(
                id(),
                Severity.INFO,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + " belongs to nobody, with "
                    + Wording.count(use.count(), "address")
                    + " in use"
                    + (use.nodes().isEmpty()
                        ? ""
                        : ", most on "
                            + use.nodes().get(0)
                            + " ("
                            + use.byNode().get(use.nodes().get(0))
                            + ")")
                    + ".",
                evidence.traffic().ownerlessInUse(block),
                evidence.remedies().adoption(block)));
      }
    }
  }
}
