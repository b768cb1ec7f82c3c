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
  private static final About ABOUT =
      About.rule("P1")
          .demands("A pool's CIDR is a network without host bits, in Calico's spelling.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(
              Urgency.ANY_TIME,
              "Today where the pool has no CIDR at all, and now while addresses in use lie in no"
                  + " readable pool.")
          .traffic(
              "None by itself: nodes compute with the masked network. The mistake hurts when"
                  + " somebody deletes the wrong pool.")
          .because(
              "A typing mistake that went into etcd, or came in through an old release, masks to a"
                  + " network that may be another pool's; calicoctl refuses to delete such a pool.")
          .repair(
              "remove-pool, where other pools cover what the pool holds. Otherwise the pool is the"
                  + " only one over addresses in use and stays; releases from v3.31.3 accept the"
                  + " corrected spelling from calicoctl apply.")
          .threads("calico", 11311)
          .threads("libcalico-go", 425)
          .source("calico-ipam.md 6 P1, 7.6, 10.4 items 25 and 26")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
              evidence.traffic().poolOfUnknownNetwork("Nothing can lie in it."),
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
      ObjectName pool, Severity severity, String problem, Effect effect, Remedy remedy) {
    return finding(severity, List.of(pool), problem, effect, remedy);
  }
}
