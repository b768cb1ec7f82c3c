package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** B3: every allocation points to an attribute that exists. */
final class B3AttributeIndex implements Rule {
  @Override
  public About about() {
    return new About(
        "B3",
        "Every allocation of a block points to one of its attributes.",
        "An edit by hand. Calico's components panic when they meet the index.",
        "calico-ipam.md 6 B3, 10.5 item 31");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      List<String> broken = new ArrayList<>();
      for (int ordinal = 0; ordinal < block.slots(); ordinal++) {
        OptionalInt index = block.attributeIndex(ordinal);
        if (index.isPresent()
            && (index.getAsInt() < 0 || index.getAsInt() >= block.attributes().size())) {
          broken.add(
              ordinal < block.cidr().ordinals()
                  ? block.address(ordinal).toString()
                  : "ordinal " + ordinal);
        }
      }
      if (!broken.isEmpty()) {
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + ": who holds "
                    + Wording.some(broken, 3)
                    + " is unknown, because the index points past the block's "
                    + Wording.count(block.attributes().size(), "attribute")
                    + ".",
                evidence.traffic().panics(),
                Remedy.None.YET));
      }
    }
  }
}
