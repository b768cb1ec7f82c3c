package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import java.util.List;
import java.util.function.Consumer;

/** A5: no affinity stays pending or pendingDeletion. */
final class A5Unfinished implements Rule {
  private static final About ABOUT =
      About.rule("A5")
          .demands("No affinity stays pending or pendingDeletion.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now where two nodes announce the block, or where no pool covers addresses of"
                  + " it in use; any time for a pending affinity, for a block that is still the"
                  + " node's own, and where Felix programs the routes.")
          .traffic(
              "Pending: none from v3.24 on. Being given up: the node announces the block and"
                  + " blackholes it; its live pods stay reachable while a pool covers them and"
                  + " nodes exchange routes. If another node announces it too, about half of the"
                  + " connections fail.")
          .because(
              "Calico writes one key at a time, and was stopped in the middle of a claim"
                  + " (pending, block, confirmed) or a release (pendingDeletion, block, key gone)."
                  + " The node's next allocation finishes most of them; a release whose block is"
                  + " gone or no longer its own keeps blackholing the range.")
          .repair(
              "Without a block: release-orphan-blocks deletes the affinity, unless it is pending of"
                  + " a living node, whose next allocation completes it. Otherwise"
                  + " reassign-affinity makes one node the only owner.")
          .threads("calico", 4471, 6867, 6001)
          .source("calico-ipam.md 5.8 S1 to S7, 6 A5, 10.2, 10.7 item 43; routing.md 2")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Claim claim : evidence.claims()) {
      if (claim.is(Affinity.State.PENDING)) {
        report(
            evidence,
            claim,
            Severity.WARNING,
            claim.title() + " is pending, a claim that did not end; " + block(claim) + ".",
            found);
      } else if (claim.is(Affinity.State.PENDING_DELETION)) {
        report(
            evidence,
            claim,
            isTransient(claim) ? Severity.WARNING : Severity.ERROR,
            Wording.owner(claim.owner())
                + " is giving up block "
                + claim.cidr()
                + " and got stuck (pendingDeletion; "
                + block(claim)
                + ").",
            found);
      }
    }
  }

  private static boolean isTransient(Claim claim) {
    return claim.standing() == Standing.OWN || claim.standing() == Standing.UNREADABLE;
  }

  private static String block(Claim claim) {
    return switch (claim.standing()) {
      case ABSENT -> "there is no such block";
      case UNREADABLE -> "the block cannot be read";
      case OWN -> "the block is its own";
      case ANOTHERS ->
          "the block belongs to "
              + Wording.owner(claim.block().flatMap(Block::owner).orElseThrow());
      case NOBODYS -> "the block has no owner";
    };
  }

  private void report(
      Evidence evidence, Claim claim, Severity severity, String problem, Consumer<Finding> found) {
    found.accept(
        finding(
            severity,
            List.of(claim.object()),
            problem,
            evidence.traffic().claim(claim),
            evidence.remedies().claim(claim)));
  }
}
