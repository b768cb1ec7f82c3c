package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import java.util.List;
import java.util.function.Consumer;

/** A5: no affinity stays pending or pendingDeletion. */
final class A5Unfinished implements Rule {
  @Override
  public About about() {
    return new About(
        "A5",
        "No affinity stays pending or pendingDeletion.",
        "A crash in the middle of a claim (S1, S2, S3) or a release (S5, S6, S7). The node's next"
            + " allocation finishes most of them; a release whose block is gone or no longer its"
            + " own keeps blackholing the range.",
        "calico-ipam.md 5.8 S1 to S7, 6 A5, 10.2, 10.7 item 43; routing.md 2");
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
    return claim.standing() == Claim.Standing.OWN || claim.standing() == Claim.Standing.UNREADABLE;
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
        new Finding(
            id(),
            severity,
            List.of(claim.object()),
            problem,
            evidence.traffic().claim(claim),
            evidence.remedies().claim(claim)));
  }
}
