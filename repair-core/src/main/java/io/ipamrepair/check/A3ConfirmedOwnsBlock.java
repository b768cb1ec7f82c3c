package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import java.util.List;
import java.util.function.Consumer;

/** A3: the block of a confirmed affinity exists and belongs to the affinity's owner. */
final class A3ConfirmedOwnsBlock implements Rule {
  @Override
  public About about() {
    return new About(
        "A3",
        "The block of a confirmed affinity exists and belongs to its owner.",
        "S4 and S6: a block was deleted by hand or lost in a restore while its affinity stayed, and"
            + " maybe another node claimed it since.",
        "calico-ipam.md 5.8 S4 and S6, 6 A3");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Claim claim : evidence.claims()) {
      if (!claim.is(Affinity.State.CONFIRMED)) {
        continue;
      }
      String problem =
          switch (claim.standing()) {
            case OWN, UNREADABLE -> "";
            case ABSENT -> "there is no such block";
            case NOBODYS -> "the block belongs to nobody";
            case ANOTHERS ->
                "the block belongs to "
                    + Wording.owner(claim.block().flatMap(Block::owner).orElseThrow());
          };
      if (!problem.isEmpty()) {
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(claim.object()),
                claim.title() + " is confirmed, but " + problem + ".",
                evidence.traffic().claim(claim),
                evidence.remedies().claim(claim)));
      }
    }
  }
}
