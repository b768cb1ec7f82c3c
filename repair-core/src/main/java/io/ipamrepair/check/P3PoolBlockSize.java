package io.ipamrepair.check;

import io.ipamrepair.calico.BlockSizes;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.IpFamily;
import java.util.List;
import java.util.function.Consumer;

/** P3: a pool's block size is legal, and an enabled pool has room for a block. */
final class P3PoolBlockSize implements Rule {
  @Override
  public About about() {
    return new About(
        "P3",
        "A pool's block size is between /20 and /32, or /116 and /128, and fits into the pool"
            + " unless that is disabled.",
        "Calico's own checks forbid anything else; a pool that was put into etcd by hand went past"
            + " them.",
        "calico-ipam.md 6 P3, 7.6");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (NamedPool pool : evidence.pools().known()) {
      IpFamily family = pool.network().family();
      long size = pool.pool().blockSize();
      String title = "Pool " + pool.name() + " (" + pool.network() + ")";
      if (!BlockSizes.isLegal(family, size)) {
        report(
            pool,
            title
                + " has blocks of /"
                + size
                + "; Calico's are /"
                + (family.bits() - 12)
                + " to /"
                + family.bits()
                + ".",
            evidence,
            found);
      } else if (pool.network().prefixLength() > size && !pool.pool().disabled()) {
        report(pool, title + " is smaller than one block of /" + size + ".", evidence, found);
      }
    }
  }

  private void report(NamedPool pool, String problem, Evidence evidence, Consumer<Finding> found) {
    found.accept(
        new Finding(
            id(),
            Severity.ERROR,
            List.of(ObjectName.pool(pool.name())),
            problem,
            evidence.traffic().notMeasured("No legal block fits into it."),
            Remedy.None.YET));
  }
}
