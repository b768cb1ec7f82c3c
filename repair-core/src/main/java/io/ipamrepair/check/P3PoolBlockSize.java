package io.ipamrepair.check;

import io.ipamrepair.calico.BlockSizes;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.IpFamily;
import java.util.List;
import java.util.function.Consumer;

/** P3: a pool's block size is legal, and an enabled pool has room for a block. */
final class P3PoolBlockSize implements Rule {
  private static final About ABOUT =
      About.rule("P3")
          .demands(
              "A pool's block size is between /20 and /32, or /116 and /128, and fits into the pool"
                  + " unless that is disabled.")
          .severities(Severity.ERROR)
          .urgency(Urgency.TODAY, "Any time while the pool is disabled.")
          .traffic("Not measured: no legal block fits into the pool.")
          .because(
              "Calico's own checks forbid anything else; a pool that was put into etcd by hand went"
                  + " past them.")
          .repair("No command. Make a pool with a legal block size, and delete this one.")
          .source("calico-ipam.md 6 P3, 7.6")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
    Effect effect = evidence.traffic().notMeasured("No legal block fits into it.");
    found.accept(
        finding(
            Severity.ERROR,
            List.of(ObjectName.pool(pool.name())),
            problem,
            pool.pool().disabled() ? effect.judged(Urgency.ANY_TIME) : effect,
            Remedy.None.YET));
  }
}
