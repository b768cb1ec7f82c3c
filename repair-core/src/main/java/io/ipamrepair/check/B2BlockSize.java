package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.BlockSizes;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B2: a block has one allocation for each address, and a legal size. */
final class B2BlockSize implements Rule {
  @Override
  public About about() {
    return new About(
        "B2",
        "A block has as many allocations as addresses, and a size that Calico allows.",
        "An edit by hand. With a list that is too short Calico's components panic.",
        "calico-ipam.md 6 B2, 10.5 item 31");
  }

  /** Whether the rule is broken; then B4 is not judged. */
  static boolean isBroken(Block block) {
    return hasIllegalSize(block) || block.slots() != block.cidr().ordinals();
  }

  private static boolean hasIllegalSize(Block block) {
    return !BlockSizes.isLegal(block.cidr().family(), block.cidr().prefixLength());
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      if (isBroken(block)) {
        boolean wrongCount = block.slots() != block.cidr().ordinals();
        String problem =
            "Block "
                + block.cidr()
                + (wrongCount
                    ? " has "
                        + Wording.count(block.slots(), "allocation")
                        + " for "
                        + block.cidr().size()
                        + " addresses"
                    : "")
                + (wrongCount && hasIllegalSize(block) ? ", and" : "")
                + (hasIllegalSize(block) ? " has a size that Calico does not allow" : "")
                + ".";
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(ObjectName.block(block.cidr())),
                problem,
                block.slots() < block.cidr().ordinals()
                    ? evidence.traffic().panics()
                    : evidence.traffic().notMeasured(""),
                Remedy.None.YET));
      }
    }
  }
}
