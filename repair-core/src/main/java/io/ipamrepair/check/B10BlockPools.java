package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** B10: a block lies inside exactly one pool. */
final class B10BlockPools implements Rule {
  @Override
  public About about() {
    return new About(
        "B10",
        "A block lies inside exactly one pool.",
        "A pool was deleted while its addresses were in use, or a mistyped pool lies over it."
            + " Outside every pool the addresses are neither announced nor masqueraded; under two"
            + " pools, the deletion of either takes the block from its node.",
        "calico-ipam.md 6 B10, 10.7 item 44; routing.md 3, 5");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      Cidr cidr = ((CalicoKey.BlockKey) stored.at()).cidr();
      List<NamedPool> pools = evidence.poolsOver(cidr);
      if (evidence.liesInNoPool(cidr)) {
        found.accept(
            new Finding(
                id(),
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
            new Finding(
                id(),
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
