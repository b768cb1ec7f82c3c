package io.ipamrepair.run;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until nobody writes what a plan rests on: what was under way when new allocations were
 * stopped has landed then.
 */
final class QuietWait {
  private final Etcd etcd;
  private final Operator operator;
  private final QuietTime quiet;
  private final Plan left;

  /** For the steps of {@code left}. */
  QuietWait(Terms terms, Plan left) {
    this.etcd = terms.etcd();
    this.operator = terms.operator();
    this.quiet = terms.options().quiet();
    this.left = left;
  }

  /**
   * Waits until the blocks that the rest of the plan speaks of have rested; what is missing, if
   * they do not.
   *
   * @param what is waited for, in words that "been quiet" follows
   */
  Optional<String> await(String what) throws EtcdException {
    operator.tell(
        "waiting until " + what + " been quiet for " + quiet.quiet().toMillis() / 1000.0 + " s");
    long giveUp = System.nanoTime() + quiet.patience().toNanos();
    Map<Bytes, Long> last = revisions();
    long since = System.nanoTime();
    while (System.nanoTime() - since < quiet.quiet().toNanos()) {
      if (System.nanoTime() > giveUp) {
        return Optional.of(
            "what the plan writes was not quiet for "
                + quiet.quiet().toSeconds()
                + " s within "
                + quiet.patience().toSeconds()
                + " s");
      }
      if (operator.wantsToStop()) {
        return Optional.of("interrupted by the operator");
      }
      LockSupport.parkNanos(quiet.quiet().toNanos() / 5);
      Map<Bytes, Long> now = revisions();
      if (!now.equals(last)) {
        last = now;
        since = System.nanoTime();
      }
    }
    return Optional.empty();
  }

  /**
   * The blocks and affinities inside the pools that the plan deletes, and whatever else it will
   * write, with their revisions. An affinity is the first thing that a claim writes.
   */
  private Map<Bytes, Long> revisions() throws EtcdException {
    KeyLayout layout = new KeyLayout();
    List<Cidr> networks = writtenPools(layout);
    List<KeyRange> claims = new ArrayList<>(layout.smallRanges());
    claims.add(layout.blocks());
    claims.sort(Comparator.comparing(KeyRange::from));
    Map<Bytes, Long> revisions =
        etcd.read(
                claims,
                HashMap<Bytes, Long>::new,
                (found, read) -> {
                  if (isInside(networks, layout.classify(read.key()))) {
                    found.put(read.key(), read.modRevision());
                  }
                })
            .value();
    etcd.get(laterWrites()).value().forEach(read -> revisions.put(read.key(), read.modRevision()));
    return revisions;
  }

  private static boolean isInside(List<Cidr> networks, CalicoKey at) {
    Optional<Cidr> cidr = Optional.empty();
    if (at instanceof CalicoKey.BlockKey block) {
      cidr = Optional.of(block.cidr());
    } else if (at instanceof CalicoKey.AffinityKey affinity) {
      cidr = Optional.of(affinity.cidr());
    }
    return cidr.filter(each -> networks.stream().anyMatch(pool -> pool.overlaps(each))).isPresent();
  }

  /** The networks of the pools that this step and the ones after it write. */
  private List<Cidr> writtenPools(KeyLayout layout) {
    IpamState.Builder pools = new IpamState.Builder(layout);
    left.steps().stream()
        .flatMap(later -> later.writes().stream())
        .filter(write -> layout.classify(write.key()) instanceof CalicoKey.PoolKey)
        .forEach(
            write ->
                write
                    .before()
                    .ifPresent(bytes -> pools.add(new KeyValue(write.key(), bytes, 0, 0, 0))));
    return pools.build(0).knownPools().known().stream().map(Pools.NamedPool::network).toList();
  }

  /** The keys that this step and the ones after it write. */
  private List<Bytes> laterWrites() {
    return left.steps().stream()
        .flatMap(later -> later.writes().stream())
        .map(PlannedWrite::key)
        .toList();
  }
}
