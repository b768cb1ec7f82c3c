package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** B10: a block lies inside exactly one pool. */
final class B10BlockPools implements Rule {
  private static final About ABOUT =
      About.rule("B10")
          .demands("A block lies inside exactly one pool.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.NOW,
              "Today under several pools; any time for a block without an address in use.")
          .traffic(
              "In no pool: its addresses in use are cut off from other nodes, but for the owner's"
                  + " pods under a confirmed affinity, and nothing is masqueraded. In several"
                  + " pools: none by itself.")
          .because(
              "A pool was deleted while its addresses were in use, or a mistyped pool lies over it."
                  + " Outside every pool the addresses are neither announced nor masqueraded;"
                  + " under two pools, the deletion of either takes the block from its node.")
          .repair(
              "In no pool: put a pool over it again, or release-orphan-blocks if it is empty. In"
                  + " several pools: remove-pool, for the one that nothing depends on.")
          .threads("calicoctl", 828)
          .threads("calico", 12457)
          .source("calico-ipam.md 6 B10, 10.7 item 44; routing.md 3, 5")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      Cidr cidr = Evidence.cidr(stored);
      List<NamedPool> pools = evidence.poolsOver(cidr);
      if (evidence.liesInNoPool(cidr)) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(cidr)),
                "Block " + cidr + use(stored) + " lies in no pool.",
                stored
                    .value()
                    .map(evidence.traffic()::inNoPool)
                    .orElseGet(evidence.traffic()::inNoPoolUnreadable),
                evidence.remedies().orphan(stored)));
      } else if (pools.size() > 1) {
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(cidr)),
                "Block "
                    + cidr
                    + " lies in "
                    + pools.size()
                    + " pools: "
                    + Wording.some(pools.stream().map(NamedPool::name).toList(), 4)
                    + ".",
                evidence.traffic().inSeveralPools(pools),
                evidence.remedies().overlap(pools)));
      }
    }
  }

  private static String use(Stored<Block> stored) {
    return stored
        .value()
        .map(block -> ", with " + Wording.count(BlockUse.of(block).count(), "address") + " in use,")
        .orElse("");
  }
}
