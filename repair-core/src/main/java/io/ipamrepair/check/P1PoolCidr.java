package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.CidrText;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** P1: a pool's CIDR is a network without host bits, in Calico's spelling. */
final class P1PoolCidr implements Rule {
  @Override
  public About about() {
    return new About(
        "P1",
        "A pool's CIDR is a network without host bits, in Calico's spelling.",
        "A typing mistake that went into etcd, or came in through an old release, masks to a"
            + " network that may be another pool's; calicoctl refuses to delete such a pool.",
        "calico-ipam.md 6 P1, 7.6, 10.4 items 25 and 26");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .pools()
        .forEach(
            (name, stored) ->
                stored.value().ifPresent(pool -> judge(evidence, stored, name, pool, found)));
  }

  private void judge(
      Evidence evidence, Stored<Pool> stored, String name, Pool pool, Consumer<Finding> found) {
    Optional<CidrText> cidr = pool.cidr();
    if (cidr.isEmpty()) {
      String problem =
          pool.cidrText()
              .map(text -> "Pool " + name + ": " + text + " is no CIDR.")
              .orElse("Pool " + name + " has no CIDR.");
      found.accept(
          finding(
              stored.object(),
              Severity.ERROR,
              problem,
              evidence.traffic().notMeasured("Nothing can lie in it."),
              Remedy.None.YET));
    } else if (cidr.get().hasHostBits()) {
      NamedPool named = evidence.pools().byName(name).orElseThrow();
      found.accept(
          finding(
              stored.object(),
              Severity.ERROR,
              "Pool "
                  + name
                  + ": "
                  + cidr.get().text()
                  + " has host bits: it means "
                  + named.network()
                  + ", or another network was meant. calicoctl refuses to delete it.",
              evidence.traffic().maskedPool(named.network()),
              evidence.remedies().hostBits(named)));
    } else if (!cidr.get().isCanonical()) {
      found.accept(
          finding(
              stored.object(),
              Severity.WARNING,
              "Pool "
                  + name
                  + ": "
                  + cidr.get().text()
                  + " is not spelled as Calico spells "
                  + cidr.get().network()
                  + ": releases before v3.32 can neither change nor delete it.",
              evidence.traffic().maskedPool(cidr.get().network()),
              Remedy.None.YET));
    }
  }

  private Finding finding(
      ObjectName pool, Severity severity, String problem, String traffic, Remedy remedy) {
    return new Finding(id(), severity, List.of(pool), problem, traffic, remedy);
  }
}
