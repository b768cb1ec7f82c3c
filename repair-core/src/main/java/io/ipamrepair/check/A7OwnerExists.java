package io.ipamrepair.check;

import io.ipamrepair.calico.Owner;
import java.util.List;
import java.util.function.Consumer;

/** A7: an affinity's node exists; a virtual owner is one that a release knows. */
final class A7OwnerExists implements Rule {
  private static final About ABOUT =
      About.rule("A7")
          .demands("The node of an affinity exists; a virtual owner is load-balancer.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None while the node's machine is off: it announces and blackholes nothing.")
          .because(
              "The node was deleted past Calico, or its affinity had no block any more, which node"
                  + " deletion leaves alone. No component removes it.")
          .repair("release-orphan-blocks deletes it.")
          .threads("calico", 4471, 9618, 9182)
          .threads("calicoctl", 1663)
          .source("calico-ipam.md 5.8 S1 and S6, 6 A7, 10.2 items 14 and 15")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Claim claim : evidence.claims()) {
      Owner owner = claim.owner();
      boolean gone = evidence.isGone(owner);
      boolean unknown = !owner.isNode() && !owner.equals(Owner.LOAD_BALANCER);
      if (gone || unknown) {
        found.accept(
            finding(
                Severity.WARNING,
                List.of(claim.object()),
                gone
                    ? "Node "
                        + owner.name()
                        + " does not exist, but has an affinity for "
                        + claim.cidr()
                        + "."
                    : claim.title() + " is of an owner that no release of Calico knows.",
                evidence.traffic().claim(claim),
                evidence.remedies().lostNode(claim)));
      }
    }
  }
}
