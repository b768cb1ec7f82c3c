package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import java.util.List;
import java.util.function.Consumer;

/** A2: at most one affinity for a block is confirmed. */
final class A2Rivals implements Rule {
  @Override
  public About about() {
    return new About(
        "A2",
        "At most one affinity for a block is confirmed.",
        "S4: a confirmed affinity outlived its block, and another node claimed the range. Both"
            + " nodes announce it.",
        "calico-ipam.md 5.8 S4, 6 A2, 10.2 item 12; routing.md 2");
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
        new Finding(
            id(),
            Severity.ERROR,
            List.of(claim.object()),
            claim.title() + " is confirmed, and so is that of " + Wording.some(others, 3) + ".",
            evidence.traffic().rivals(rivals),
            evidence.remedies().claim(claim)));
  }
}
