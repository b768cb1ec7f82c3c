package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** B11: a block has the block size of the one pool that contains it. */
final class B11BlockSizeOfPool implements Rule {
  @Override
  public About about() {
    return new About(
        "B11",
        "A block has the block size of its pool.",
        "A pool was made again with another block size. Calico looks for an address under the key"
            + " of the pool's size and does not find it; blocks of both sizes can overlap.",
        "calico-ipam.md 6 B11, 7.3, 10.4 items 28 and 29");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<Block> stored : evidence.canonicalBlocks()) {
      Cidr cidr = ((CalicoKey.BlockKey) stored.at()).cidr();
      List<NamedPool> pools = evidence.poolsOver(cidr);
      if (pools.size() == 1 && pools.get(0).pool().blockSize() != cidr.prefixLength()) {
        NamedPool pool = pools.get(0);
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(ObjectName.block(cidr)),
                "Block "
                    + cidr
                    + " lies in pool "
                    + pool.name()
                    + ", whose blocks are /"
                    + pool.pool().blockSize()
                    + ".",
                evidence.traffic().otherBlockSize(cidr, pool.pool().blockSize()),
                evidence.remedies().otherSize(cidr)));
      }
    }
  }
}
