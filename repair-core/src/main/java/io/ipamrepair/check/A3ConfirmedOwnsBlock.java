package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import java.util.List;
import java.util.function.Consumer;

/** A3: the block of a confirmed affinity exists and belongs to the affinity's owner. */
final class A3ConfirmedOwnsBlock implements Rule {
  private static final About ABOUT =
      About.rule("A3")
          .demands("The block of a confirmed affinity exists and belongs to its owner.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now where two nodes announce the block, or where no pool covers addresses of"
                  + " it in use; any time where Felix programs the routes or the node does not"
                  + " exist.")
          .traffic(
              "The node announces the block and blackholes it. If another node announces it too,"
                  + " about half of the connections to it fail; without a block nobody is hurt"
                  + " until another node claims it. Felix reads no affinity.")
          .because(
              "A block was deleted by hand or lost in a restore while its affinity stayed."
                  + " Calico looks at blocks only when it looks for a free one, so another node may"
                  + " have claimed the range since.")
          .repair(
              "Without a block: release-orphan-blocks deletes the affinity. Another's block, or"
                  + " nobody's: reassign-affinity makes one node the only owner.")
          .threads("calico", 4471, 6486)
          .source("calico-ipam.md 5.8 S4 and S6, 6 A3")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
            finding(
                Severity.ERROR,
                List.of(claim.object()),
                claim.title() + " is confirmed, but " + problem + ".",
                evidence.traffic().claim(claim),
                evidence.remedies().claim(claim)));
      }
    }
  }
}
