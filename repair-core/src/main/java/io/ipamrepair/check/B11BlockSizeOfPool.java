package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** B11: a block has the block size of the one pool that contains it. */
final class B11BlockSizeOfPool implements Rule {
  private static final About ABOUT =
      About.rule("B11")
          .demands("A block has the block size of its pool.")
          .severities(Severity.ERROR)
          .urgency(Urgency.TODAY)
          .traffic(
              "Works until a block of the pool's size is claimed over the same addresses: then the"
                  + " smaller of the two wins, and pods of the larger are unreachable there.")
          .because(
              "A pool was made again with another block size. Calico looks for an address under the"
                  + " key of the pool's size and does not find it; blocks of both sizes can"
                  + " overlap.")
          .repair(
              "No command. Move the workloads out of the block; it goes with its last address and"
                  + " its affinity.")
          .threads("calico", 10778)
          .threads("libcalico-go", 1377)
          .source("calico-ipam.md 6 B11, 7.3, 10.4 items 28 and 29")
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
      if (pools.size() == 1 && pools.get(0).pool().blockSize() != cidr.prefixLength()) {
        NamedPool pool = pools.get(0);
        found.accept(
            finding(
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
