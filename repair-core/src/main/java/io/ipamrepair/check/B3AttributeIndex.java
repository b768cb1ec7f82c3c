package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** B3: every allocation points to an attribute that exists. */
final class B3AttributeIndex implements Rule {
  private static final About ABOUT =
      About.rule("B3")
          .demands("Every allocation of a block points to one of its attributes.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now from v3.33 on, or where the release is not known: there any use of the block"
                  + " panics.")
          .traffic(
              "None on routes. Releasing the address makes Calico's code panic; from v3.33 any use"
                  + " of the block does.")
          .because("An edit by hand. Calico's components panic when they meet the index.")
          .repair(
              "No command. By hand: point the ordinal to an attribute of its own, or free it if"
                  + " nothing uses the address.")
          .source("calico-ipam.md 6 B3, 10.5 item 31")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      List<String> broken = new ArrayList<>();
      for (int ordinal = 0; ordinal < block.slots(); ordinal++) {
        if (block.pointsNowhere(ordinal)) {
          broken.add(
              ordinal < block.cidr().ordinals()
                  ? block.address(ordinal).toString()
                  : "ordinal " + ordinal);
        }
      }
      if (!broken.isEmpty()) {
        found.accept(
            finding(
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
