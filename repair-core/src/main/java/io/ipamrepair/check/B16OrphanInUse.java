package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B16: a block without owner that is in use; legal, and worth knowing. */
final class B16OrphanInUse implements Rule {
  private static final About ABOUT =
      About.rule("B16")
          .demands("A block in use has an owner.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic(
              "None while a pool covers its addresses: each is reached by its /32 route. Where no"
                  + " pool does, rule B10 says so.")
          .because(
              "Its pool or node was deleted while pods lived. It is legal, and goes with its"
                  + " last address; no node claims it back.")
          .repair(
              "reassign-affinity gives it to the node that uses most of it. Left alone, it goes"
                  + " with its last address.")
          .threads("calico", 2713)
          .threads("calicoctl", 828)
          .source("calico-ipam.md 5.8 S9; rules.md B16")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
            finding(
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
