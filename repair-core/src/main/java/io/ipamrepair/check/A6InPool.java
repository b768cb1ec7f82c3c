package io.ipamrepair.check;

import io.ipamrepair.calico.Pools.NamedPool;
import java.util.List;
import java.util.function.Consumer;

/** A6: an affinity lies in a pool of its size. */
final class A6InPool implements Rule {
  private static final About ABOUT =
      About.rule("A6")
          .demands("An affinity lies in a pool whose blocks have its size.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now where addresses in use lie in no pool; any time where the node does not exist.")
          .traffic(
              "In no pool: its addresses in use are cut off, but for the owner's pods under a"
                  + " confirmed affinity. In a pool of another block size: works until a block of"
                  + " that size is claimed inside.")
          .because(
              "A pool was deleted or made again while an affinity stayed. At its node's next"
                  + " allocation the affinity brings back a block in no pool or of the wrong size.")
          .repair(
              "Without a block, or with an empty one in no pool: release-orphan-blocks deletes it."
                  + " With addresses in use: put a pool over them again, or move the workloads.")
          .threads("calico", 10778)
          .source("calico-ipam.md 6 A6, 10.3 item 21, 10.4 item 28")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    if (!evidence.pools().complete()) {
      // The pool that cannot be read might be the right one.
      return;
    }
    for (Claim claim : evidence.claims()) {
      List<NamedPool> pools = evidence.poolsOver(claim.cidr());
      boolean fits =
          pools.stream().anyMatch(pool -> pool.pool().blockSize() == claim.cidr().prefixLength());
      if (!fits) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(claim.object()),
                claim.title()
                    + (pools.isEmpty()
                        ? " lies in no pool."
                        : " lies in pool "
                            + pools.get(0).name()
                            + ", whose blocks are /"
                            + pools.get(0).pool().blockSize()
                            + "."),
                pools.isEmpty()
                    ? evidence.traffic().claim(claim)
                    : evidence.traffic().otherBlockSize(claim),
                evidence.remedies().outsidePools(claim)));
      }
    }
  }
}
