package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.CidrText;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** B1: a block's value names the CIDR of its key. */
final class B1BlockCidr implements Rule {
  private static final About ABOUT =
      About.rule("B1")
          .demands("A block's value names the CIDR of its key.")
          .severities(Severity.ERROR)
          .urgency(Urgency.NOW)
          .traffic(
              "None on routes. New pods get addresses that are shifted, maybe somebody else's.")
          .because(
              "Calico counts addresses from the value's CIDR, host bits and all: every new address"
                  + " is shifted by the difference.")
          .repair(
              "No command. Put the right CIDR into the value by hand, while no pod starts on the"
                  + " block's node.")
          .source("calico-ipam.md 3.1, 6 B1, 10.1 item 8")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      Optional<CidrText> named = block.valueCidr();
      boolean same =
          named
              .filter(text -> text.address().equals(block.cidr().base()))
              .filter(text -> text.prefixLength() == block.cidr().prefixLength())
              .isPresent();
      if (!same) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + named.map(text -> " calls itself " + text.text()).orElse(" names no CIDR")
                    + " in its value.",
                named.isPresent()
                    ? evidence.traffic().shifted()
                    : evidence.traffic().notMeasured(""),
                Remedy.None.YET));
      }
    }
  }
}
