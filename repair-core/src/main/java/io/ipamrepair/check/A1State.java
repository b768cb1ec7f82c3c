package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import java.util.List;
import java.util.function.Consumer;

/** A1: an affinity's state is one that a release knows, and it is not marked as deleted. */
final class A1State implements Rule {
  private static final About ABOUT =
      About.rule("A1")
          .demands(
              "An affinity's state is confirmed, pending, pendingDeletion or empty, and deleted is"
                  + " false.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now where a second node announces the block, or where no pool covers addresses"
                  + " of it in use; any time where Felix programs the routes.")
          .traffic(
              "As for an affinity that is being given up: BIRD blackholes the block on the node"
                  + " and, under a pool, announces it. Felix reads no affinity.")
          .because(
              "An edit by hand. BIRD's configuration takes an unknown word for neither pending nor"
                  + " confirmed, and so blackholes the block.")
          .repair(
              "No command. Write one of the known states by hand, confirmed if the block is the"
                  + " node's; or delete the key.")
          .source("calico-ipam.md 3.2, 6 A1; routing.md 1")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Claim claim : evidence.claims()) {
      boolean unknown = claim.is(Affinity.State.UNKNOWN);
      boolean deleted = claim.affinity().filter(Affinity::deleted).isPresent();
      if (unknown || deleted) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(claim.object()),
                claim.title()
                    + (unknown
                        ? " is in state \""
                            + Wording.reason(claim.affinity().map(Affinity::stateText).orElse(""))
                            + "\", which no release knows"
                        : "")
                    + (unknown && deleted ? ", and" : "")
                    + (deleted ? " is marked as deleted, which no release does in etcd" : "")
                    + ".",
                evidence.traffic().claim(claim),
                Remedy.None.YET));
      }
    }
  }
}
