package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.cni.AllocationAudit;
import io.ipamrepair.cni.Book;
import io.ipamrepair.cni.CniPlugin;
import io.ipamrepair.cni.Dialect;
import io.ipamrepair.cni.KeyStore;
import io.ipamrepair.cni.PodTraffic;
import io.ipamrepair.cni.PodTraffic.Pause;
import io.ipamrepair.cni.RivalCluster;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.undo.RecordedRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two operators apply overlapping repairs, while the plugins of ten nodes start and stop pods in
 * just these blocks, some at full speed, others stopping for long between the writes of one
 * operation, some dying there, and careless hands damage what they can. Whatever the interleaving:
 * no address has two owners, no allocation is lost, no block is broken, at any revision.
 *
 * <p>The seed decides who does what; when, the machine decides.
 */
@Tag("etcd")
class RivalsTest {
  private static final long SEED = Long.getLong("rivals.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");
  private static final int ROUNDS = Integer.getInteger("rivals.rounds", LONG ? 10 : 1);
  private static final Duration LENGTH =
      Duration.ofMillis(Long.getLong("rivals.millis", LONG ? 60_000 : 12_000));

  /** Seconds, as a busy machine makes them; in the short run a twentieth of that. */
  private static final PodTraffic.Temper TEMPER =
      new PodTraffic.Temper(
          0.3,
          Duration.ofMillis(LONG ? 1_000 : 50),
          Duration.ofMillis(LONG ? 3_000 : 150),
          0.04,
          4);

  private static final int WORKERS = LONG ? 4 : 3;

  @TempDir Path folder;
  private final SortedMap<String, Long> operations = new TreeMap<>();
  private final SortedMap<String, Long> outcomes = new TreeMap<>();
  private long pauses;
  private long overlapped;
  private long commits;
  private long lost;
  private long struck;
  private long revisions;
  private long steps;

  @Test
  void whateverRivalsDoNoAddressIsLostOrGivenTwice() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      new Round(SEED + round, folder.resolve("round" + round)).run();
      report(round + 1);
    }
    assertThat(overlapped).as("pauses that a repair overlapped").isGreaterThan(LONG ? 1_000 : 100);
    assertThat(lost * 5)
        .as("lost compares, of %d commits", commits)
        .isGreaterThanOrEqualTo(commits);
    assertThat(outcomes).containsKey("apply: Applied").containsKey("apply: Locked");
  }

  private void report(int rounds) {
    System.out.printf(
        "rivals: seed %d, %d rounds of %s; %d revisions audited, 0 violations%n"
            + "  plugins: %s%n  long pauses: %d, of which %d overlapped a repair%n"
            + "  operators: %s%n  commits of steps: %d, of which %d lost a compare, %d to a pod that was let in; %d steps applied%n",
        SEED,
        rounds,
        LENGTH,
        revisions,
        operations,
        pauses,
        overlapped,
        outcomes,
        commits,
        lost,
        struck,
        steps);
  }

  /** One etcd, from its first key to its last. */
  private final class Round {
    private final long seed;
    private final Path journals;
    private final Book book = new Book();
    private final Rival.Scene scene = new Rival.Scene();

    Round(long seed, Path journals) {
      this.seed = seed;
      this.journals = journals;
    }

    void run() throws Exception {
      try (ThrowawayEtcd server = ThrowawayEtcd.start("--quota-backend-bytes=8589934592");
          KeyStore store = new KeyStore(server.endpoint())) {
        long from = store.revision() + 1;
        RivalCluster cluster = new RivalCluster(store);
        cluster.build();
        PodTraffic traffic =
            new PodTraffic(
                server.endpoint(),
                new CniPlugin.Site(
                    Dialect.V3_32, (node, blocks) -> Math.floorMod(node.hashCode(), blocks), book),
                TEMPER,
                cluster.nodes(),
                WORKERS,
                seed);
        try (traffic) {
          waitFor(() -> cluster.blocks().size() > 4);
          compete(server, cluster, traffic);
        }
        judge(server, from, store.revision());
        add(traffic);
      }
    }

    private Journal journal(String who) {
      return Journal.at(journals.resolve(who));
    }

    private void compete(ThrowawayEtcd server, RivalCluster cluster, PodTraffic traffic)
        throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(3);
      List<Future<?>> people = new ArrayList<>();
      for (String name : List.of("anna", "bert")) {
        people.add(
            threads.submit(
                new Rival(
                    name + "@host",
                    server.target(),
                    journal(name),
                    cluster,
                    traffic,
                    scene,
                    new Random(seed ^ name.hashCode()))));
      }
      people.add(threads.submit(() -> damage(cluster, new Random(seed))));
      threads.shutdown();
      long end = System.nanoTime() + LENGTH.toNanos();
      long patience = System.nanoTime() + 8 * LENGTH.toNanos();
      while ((System.nanoTime() < end || !isTelling() && System.nanoTime() < patience)
          && people.stream().noneMatch(Future::isDone)) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
      scene.over.set(true);
      for (Future<?> each : people) {
        each.get(5, TimeUnit.MINUTES);
      }
    }

    /** A busy machine takes longer until what is to be shown has happened. */
    private boolean isTelling() {
      return scene.tally.commits.get() >= 5
          && scene.tally.lost.get() >= 2
          && scene.outcomes.containsKey("apply: Applied")
          && scene.outcomes.containsKey("apply: Locked");
    }

    private void damage(RivalCluster cluster, Random random) {
      while (!scene.over.get()) {
        cluster.damage(random);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(500)));
      }
    }

    private void judge(ThrowawayEtcd server, long from, long to) throws Exception {
      List<RecordedRun> runs = new ArrayList<>();
      try (Etcd etcd = Etcd.connect(server.target(), TimeLimits.standard(), RunKeys.writable())) {
        for (String name : List.of("anna", "bert")) {
          runs.addAll(recorded(etcd, journal(name)));
        }
        assertThat(ToolKeys.read(etcd).orElseThrow().unclosed())
            .as("open, seed %d", seed)
            .isEmpty();
        assertThat(OperatorLock.holder(etcd)).as("locked, seed %d", seed).isEmpty();
      }
      AllocationAudit allocations = new AllocationAudit(book.holdings());
      StepsAudit written = new StepsAudit(runs);
      WatchedHistory.read(
          server.endpoint(),
          from,
          to,
          (revision, changes) -> {
            allocations.at(revision, changes);
            written.at(revision, changes);
          });
      assertThat(book.losses()).as("what plugins missed, seed %d", seed).isEmpty();
      assertThat(allocations.violations()).as("allocations, seed %d", seed).isEmpty();
      assertThat(written.violations()).as("steps, seed %d", seed).isEmpty();
      revisions += allocations.revisions();
      steps += written.steps();
    }

    private List<RecordedRun> recorded(Etcd etcd, Journal journal) throws Exception {
      List<RecordedRun> runs = new ArrayList<>();
      for (Journal.Listed listed : journal.list()) {
        String run = ((Journal.Listed.Readable) listed).history().runId();
        RecordedRun recorded = new RunReader().read(journal.read(run));
        // Whose lock was broken before it made itself known has no record that could confirm it.
        boolean neverKnown =
            recorded.sent() == 0 && recorded.status() == RecordedRun.Status.NOTHING_WRITTEN;
        assertThat(RunAudit.of(etcd, journal, run).verdict())
            .as("journal and record of %s, %s, seed %d", run, recorded.status(), seed)
            .isIn(
                RunAudit.Verdict.INTACT,
                neverKnown ? RunAudit.Verdict.UNCONFIRMED : RunAudit.Verdict.INTACT);
        runs.add(recorded);
      }
      return runs;
    }

    private void add(PodTraffic traffic) {
      traffic.operations().forEach((kind, count) -> operations.merge(kind, count, Long::sum));
      scene.outcomes.forEach((kind, count) -> outcomes.merge(kind, count.sum(), Long::sum));
      List<Pause> all = traffic.pauses();
      pauses += all.size();
      overlapped +=
          all.stream()
              .filter(
                  pause ->
                      scene.runs.stream()
                          .anyMatch(run -> run.from() < pause.to() && pause.from() < run.to()))
              .count();
      commits += scene.tally.commits.get();
      lost += scene.tally.lost.get();
      struck += scene.tally.struck.get();
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void waitFor(Condition condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("patience").isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
