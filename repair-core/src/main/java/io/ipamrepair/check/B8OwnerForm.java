package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B8: a block's owner is nobody, a node, or something virtual, in today's form. */
final class B8OwnerForm implements Rule {
  private static final About ABOUT =
      About.rule("B8")
          .demands("A block's owner is null, host:NODE or virtual:NAME.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.TODAY, "Any time for the leftovers of old releases.")
          .traffic(
              "None by itself where BIRD programs the routes, for it never reads blocks. Where"
                  + " Felix does, it was not measured.")
          .because(
              "An owner without its type is nobody to Calico, whatever the name says. An empty"
                  + " text, and hostAffinity, are legal leftovers of old releases.")
          .repair(
              "No command touches a block whose owner Calico does not know: write host:NODE by"
                  + " hand, or null. The leftovers of old releases stay.")
          .source("calico-ipam.md 3.1, 6 B8")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      List<ObjectName> objects = List.of(ObjectName.block(block.cidr()));
      if (!block.hasNoOwner() && block.owner().isEmpty()) {
        found.accept(
            finding(
                Severity.ERROR,
                objects,
                "Block "
                    + block.cidr()
                    + " belongs to \""
                    + block.affinity().orElse("")
                    + "\", which is neither host:NODE nor virtual:NAME.",
                evidence.traffic().unknownOwner(block),
                Remedy.None.YET));
      } else if (block.affinity().filter(String::isEmpty).isPresent()) {
        found.accept(
            old(evidence, block, objects, " has an empty text as owner, which counts as nobody"));
      } else if (block.hostAffinity().isPresent()) {
        found.accept(old(evidence, block, objects, " has a hostAffinity, which nothing reads"));
      }
    }
  }

  private Finding old(Evidence evidence, Block block, List<ObjectName> objects, String what) {
    return finding(
        Severity.WARNING,
        objects,
        "Block " + block.cidr() + what + ": a leftover of an old release.",
        evidence.traffic().administrative("It is legal.").judged(Urgency.ANY_TIME),
        Remedy.None.NEEDED);
  }
}
