package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B5: each attribute of a block is some ordinal's. */
final class B5UnusedAttribute implements Rule {
  private static final About ABOUT =
      About.rule("B5")
          .demands("Each attribute of a block is some ordinal's.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: nothing reads it.")
          .because(
              "An edit by hand. Releases from v3.33 drop such an attribute with their next write.")
          .repair("Nothing needs to be done.")
          .source("calico-ipam.md 6 B5")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      int unused = block.unusedAttributes();
      if (unused > 0) {
        found.accept(
            finding(
                Severity.INFO,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + " has "
                    + Wording.count(unused, "attribute")
                    + " that no address uses.",
                evidence.traffic().administrative("Nothing reads it."),
                Remedy.None.NEEDED));
      }
    }
  }
}
