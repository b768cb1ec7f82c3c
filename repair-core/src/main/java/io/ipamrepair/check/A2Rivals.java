package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import java.util.List;
import java.util.function.Consumer;

/** A2: at most one affinity for a block is confirmed. */
final class A2Rivals implements Rule {
  private static final About ABOUT =
      About.rule("A2")
          .demands("At most one affinity for a block is confirmed.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.NOW,
              "Today where nothing is exported over BGP; any time where Felix programs the"
                  + " routes.")
          .traffic(
              "Each of the nodes announces the block and blackholes it: about half of the"
                  + " connections from other nodes fail for good, and between the two all. Felix"
                  + " reads no affinity.")
          .because(
              "A confirmed affinity outlived its block, and another node claimed the range:"
                  + " Calico looks at blocks only when it looks for a free one.")
          .repair(
              "reassign-affinity makes one node the only owner; release-orphan-blocks deletes the"
                  + " affinity of a node that does not exist.")
          .threads("calico", 6486, 6867)
          .threads("libcalico-go", 778)
          .source("calico-ipam.md 5.8 S4, 6 A2, 10.2 item 12; routing.md 2")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (List<Claim> claims : evidence.claimsByBlock().values()) {
      List<Claim> confirmed =
          claims.stream().filter(claim -> claim.is(Affinity.State.CONFIRMED)).toList();
      if (confirmed.size() > 1) {
        confirmed.forEach(claim -> report(evidence, claim, confirmed, found));
      }
    }
  }

  private void report(Evidence evidence, Claim claim, List<Claim> rivals, Consumer<Finding> found) {
    List<String> others =
        rivals.stream()
            .filter(rival -> !rival.equals(claim))
            .map(rival -> Wording.owner(rival.owner()))
            .toList();
    found.accept(
        finding(
            Severity.ERROR,
            List.of(claim.object()),
            claim.title() + " is confirmed, and so is that of " + Wording.some(others, 3) + ".",
            evidence.traffic().rivals(rivals),
            evidence.remedies().claim(claim)));
  }
}
