package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.BlockSizes;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B2: a block has one allocation for each address, and a legal size. */
final class B2BlockSize implements Rule {
  private static final About ABOUT =
      About.rule("B2")
          .demands("A block has as many allocations as addresses, and a size that Calico allows.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now for a list that is too short from v3.33 on, or where the release is not known:"
                  + " there any use of the block panics.")
          .traffic(
              "None on routes. Releasing an address of a block whose list is too short makes"
                  + " Calico's code panic; from v3.33 any use does.")
          .because("An edit by hand. With a list that is too short Calico's components panic.")
          .repair("No command. Put the block back by hand from a backup, or lengthen its list.")
          .source("calico-ipam.md 6 B2, 10.5 item 31")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
            finding(
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
