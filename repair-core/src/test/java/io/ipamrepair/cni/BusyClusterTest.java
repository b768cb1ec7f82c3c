package io.ipamrepair.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cni.KeyStore.Stored;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.run.Apply;
import io.ipamrepair.run.Backing;
import io.ipamrepair.run.Operator;
import io.ipamrepair.run.QuietTime;
import io.ipamrepair.run.Rollback;
import io.ipamrepair.run.RunKeys;
import io.ipamrepair.run.RunOptions;
import io.ipamrepair.run.RunOutcome;
import io.ipamrepair.run.RunReader;
import io.ipamrepair.run.Workplace;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.Undo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twenty nodes on which pods start and stop fifty times a second, half of them in the blocks that
 * plans write. The plans lie for a while, as for a review, and are then applied; and lie again, and
 * are rolled back. What nobody touched must succeed at the first try, what somebody did must not;
 * and whatever happens, no address has two owners and no pod loses its own, at any revision.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BusyClusterTest {
  private static final long SEED = Long.getLong("busy.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");
  private static final Duration AGE =
      Duration.ofMillis(Long.getLong("busy.age", LONG ? 60_000 : 3_000));
  private static final int ROUNDS = Integer.getInteger("busy.rounds", LONG ? 4 : 1);

  /** Plans of each kind in a round. */
  private static final int EACH = LONG ? 12 : 2;

  private static final int NODES = 20;
  private static final int BLOCKS_PER_NODE = 3;
  private static final int PODS_PER_BLOCK = 12;
  private static final Duration BETWEEN_OPERATIONS = Duration.ofMillis(20);

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @AutoClose private final KeyStore store = new KeyStore(server.endpoint());
  @TempDir Path folder;
  private final Book book = new Book();
  private final Random random = new Random(SEED);
  private final List<Cidr> blocks = new ArrayList<>();
  private final Map<Cidr, String> owners = new ConcurrentHashMap<>();
  private final Set<String> excused = ConcurrentHashMap.newKeySet();
  private final AtomicInteger names = new AtomicInteger();
  private final AtomicInteger operations = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Counts applied = new Counts();
  private final Counts rolledBack = new Counts();
  private int met;

  /** How plans ended, of those whose evidence nobody touched and of the others. */
  private static final class Counts {
    private int untouched;
    private int succeeded;
    private int touched;
    private int refused;
    private final List<String> wrong = new ArrayList<>();

    @Override
    public String toString() {
      return succeeded
          + " of "
          + untouched
          + " untouched succeeded at the first try, "
          + refused
          + " of "
          + touched
          + " touched were refused";
    }
  }

  /**
   * A plan that lies for a while.
   *
   * @param block that it writes; nothing where it writes none
   * @param leaked an endpoint whose return touches its evidence
   */
  private record Lying(Plan plan, Optional<Cidr> block, Optional<Leak> leaked, boolean touched) {}

  /** Addresses that pods of an hour ago left behind, by ordinal, and the last of these pods. */
  private record Leak(Pod last, Set<Integer> ordinals) {}

  private record Done(Lying lying, String run) {}

  private CniPlugin plugin(String node, Clock clock) {
    return new CniPlugin(
        node,
        store,
        new CniPlugin.Site(
            Dialect.V3_32, (name, places) -> Math.floorMod(name.hashCode(), places), book),
        Draws.of(clock, new Random(names.get() + SEED)),
        Pauses.NONE);
  }

  private static String node(int number) {
    return "node" + String.format("%02d", number);
  }

  private Pod pod(String node) {
    int number = names.incrementAndGet();
    return new Pod(
        "busy",
        "app-" + number,
        node,
        String.format("%064x", number),
        "default",
        new TreeMap<>(),
        "ee:ee:ee:ee:ee:ee");
  }

  /** Nodes, a pool, and blocks with pods. */
  private void build() throws Exception {
    Map<String, String> values = new TreeMap<>();
    for (KeyValue each : new Golden("v3.32.1", "healthy-v4").keyValues()) {
      String key = each.key().display();
      String value = each.value().display();
      if (key.startsWith(Keys.NODES)) {
        for (int i = 0; i < NODES; i++) {
          String old = key.substring(Keys.NODES.length());
          values.put(Keys.NODES + node(i), bare(value.replace(old, node(i))));
        }
      } else if (key.startsWith(Keys.POOLS)) {
        values.put(key, value.replaceFirst("\"cidr\":\"[^\"]*\"", "\"cidr\":\"10.70.0.0/16\""));
      } else if (key.contains("/clusterinformations/") || key.equals(Keys.CONFIG)) {
        values.put(key, value);
      }
    }
    values.forEach(store::put);
    Draws draws = Draws.of(Clock.systemUTC(), random);
    for (int i = 0; i < NODES * BLOCKS_PER_NODE; i++) {
      String node = node(i % NODES);
      Cidr cidr = Cidr.of("10.70." + i / 4 + "." + i % 4 * 64 + "/26");
      store.put(Keys.affinity(node, cidr), "{\"state\":\"confirmed\",\"deleted\":false}");
      store.put(Keys.block(cidr), BlockValue.claimed(cidr, node, Dialect.V3_32, draws).encode());
      blocks.add(cidr);
      owners.put(cidr, node);
    }
  }

  /** A node without its tunnel address, which no block would hold. */
  private static String bare(String node) {
    return node.replaceAll(",?\"ipv4(IPIP|VXLAN)TunnelAddr\":\"[^\"]*\"", "");
  }

  /** Pods start and stop, half of them where {@code hot} are. */
  private final class Churn implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(12);
    private final Map<Cidr, List<Pod>> pods;
    private final List<Cidr> hot;
    private final Random chance;

    Churn(Map<Cidr, List<Pod>> pods, List<Cidr> hot, long seed) {
      this.pods = pods;
      this.hot = hot;
      this.chance = new Random(seed);
      clock.scheduleAtFixedRate(
          this::next, 0, BETWEEN_OPERATIONS.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void next() {
      Cidr cidr;
      boolean starts;
      synchronized (chance) {
        List<Cidr> from = chance.nextBoolean() && !hot.isEmpty() ? hot : blocks;
        cidr = from.get(chance.nextInt(from.size()));
        List<Pod> there = pods.get(cidr);
        // About as many as there were.
        starts = chance.nextInt(2 * PODS_PER_BLOCK) >= there.size();
      }
      clock.execute(() -> operation(cidr, starts));
    }

    private void operation(Cidr cidr, boolean starts) {
      try {
        List<Pod> there = pods.get(cidr);
        if (starts) {
          String node = owners.get(cidr);
          Pod pod = pod(node);
          if (plugin(node, Clock.systemUTC()).startIn(cidr, pod).isPresent()) {
            there.add(pod);
          }
        } else {
          Optional<Pod> pod = Optional.empty();
          synchronized (there) {
            if (!there.isEmpty()) {
              pod = Optional.of(there.remove(0));
            }
          }
          pod.ifPresent(each -> plugin(each.node(), Clock.systemUTC()).stop(each));
        }
        operations.incrementAndGet();
      } catch (RuntimeException | AssertionError wrong) {
        failure.compareAndSet(null, wrong);
      }
    }

    @Override
    public void close() throws Exception {
      clock.shutdown();
      assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Etcd connect() throws Exception {
    return Etcd.connect(server.target(), TimeLimits.standard(), RunKeys.writable());
  }

  private final Operator operator =
      new Operator() {
        @Override
        public String name() {
          return "tester@host";
        }

        @Override
        public void tell(String line) {
          // Nobody looks.
        }

        @Override
        public boolean confirms(String question, String answer) {
          return true;
        }

        @Override
        public boolean wantsToStop() {
          return false;
        }
      };

  private Workplace place(Etcd etcd) {
    return new Workplace(
        etcd, Journal.at(folder.resolve("journal")), operator, Clock.systemUTC(), random);
  }

  private static final RunOptions OPTIONS =
      new RunOptions(
          new QuietTime(Duration.ofSeconds(1), Duration.ofSeconds(30)), Carrying.Manner.KNOWN);

  private static Circumstances circumstances(Etcd etcd, List<String> words) throws Exception {
    Instant now = Instant.now();
    return new Circumstances(
        words,
        "tester@host",
        now,
        now.plusSeconds(3600),
        "",
        Optional.of(Long.toHexString(etcd.identity().clusterId())));
  }

  private Plan plan(String... words) throws Exception {
    try (Etcd etcd = connect()) {
      IpamState state = new LiveSource(etcd).read();
      return new Planner(state, EtcdLimits.standard())
          .plan(Repairs.of(List.of(words)), circumstances(etcd, List.of(words)));
    }
  }

  private RunOutcome apply(Plan plan) throws Exception {
    try (Etcd etcd = connect()) {
      return new Apply(place(etcd), OPTIONS)
          .apply(
              new PlanFile.Sealed(plan, PlanFile.digest(plan)),
              PlanFile.bytes(plan),
              Backing.none(),
              false);
    }
  }

  private Set<String> errors() throws Exception {
    try (Etcd etcd = connect()) {
      Set<String> errors = new TreeSet<>();
      Check.of(new LiveSource(etcd).read()).stream()
          .filter(finding -> finding.severity() == Severity.ERROR)
          .forEach(finding -> errors.add(finding.rule() + " " + finding.objects().get(0)));
      return errors;
    }
  }

  @Test
  void plansAndRollbacksSurviveWhatDoesNotTouchThem() throws Exception {
    build();
    long from = store.revision() + 1;
    Map<Cidr, List<Pod>> pods = new ConcurrentHashMap<>();
    blocks.forEach(cidr -> pods.put(cidr, Collections.synchronizedList(new ArrayList<>())));
    for (Cidr cidr : blocks) {
      for (int i = 0; i < PODS_PER_BLOCK; i++) {
        Pod pod = pod(owners.get(cidr));
        plugin(pod.node(), Clock.systemUTC()).startIn(cidr, pod);
        pods.get(cidr).add(pod);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      round(round, pods);
    }
    System.out.printf(
        "busy: seed %d, %s old, %d rounds; %d pods started or stopped meanwhile%n"
            + "  applied:     %s; %d met changed bytes in what they write%n  rolled back: %s%n",
        SEED, AGE, ROUNDS, operations.get(), applied, met, rolledBack);
    assertThat(failure.get()).as("what a plugin ran into, seed %d", SEED).isNull();
    assertThat(book.losses()).as("lost allocations, seed %d", SEED).isEmpty();
    AddressWitness witness = new AddressWitness(excused);
    WatchedHistory.read(server.endpoint(), 2, store.revision(), witness);
    assertThat(witness.violations()).as("seed %d, from revision %d", SEED, from).isEmpty();
    assertThat(applied.wrong).as("applied, seed %d", SEED).isEmpty();
    assertThat(rolledBack.wrong).as("rolled back, seed %d", SEED).isEmpty();
    assertThat(met).as("plans that met changed bytes").isGreaterThan(applied.untouched * 6 / 10);
  }

  private void round(int round, Map<Cidr, List<Pod>> pods) throws Exception {
    List<Lying> lying = new ArrayList<>();
    List<Cidr> hot = new ArrayList<>();
    Set<String> before;
    List<Cidr> shuffled = new ArrayList<>(blocks);
    Collections.shuffle(shuffled, random);
    List<Damage> damages = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      damages.add(leak(shuffled.remove(0)));
      damages.add(new Damage(shuffled.remove(0), Optional.empty()));
    }
    int twins = Math.max(1, EACH / 3);
    for (int i = 0; i < twins; i++) {
      twin(round, i);
    }
    before = errors();
    try (Churn churn = new Churn(pods, hot, SEED + round)) {
      for (int i = 0; i < damages.size(); i++) {
        Damage damage = damages.get(i);
        boolean touched = i % 10 == 3 || i % 10 == 8;
        lying.add(
            damage.leaked().isPresent()
                ? new Lying(
                    plan(
                        "release-orphan-blocks",
                        "--block",
                        damage.block().toString(),
                        "--free-leaked"),
                    Optional.of(damage.block()),
                    damage.leaked(),
                    touched)
                : new Lying(
                    reassigned(damage.block()),
                    Optional.of(damage.block()),
                    Optional.empty(),
                    touched));
        synchronized (churn.chance) {
          hot.add(damage.block());
        }
      }
      for (int i = 0; i < twins; i++) {
        Plan removal = plan("remove-pool", twinName(round, i));
        lying.add(new Lying(removal, Optional.empty(), Optional.empty(), false));
      }
      rest();
      for (Lying each : lying) {
        if (each.touched()) {
          touch(each);
        }
      }
      List<Done> done = new ArrayList<>();
      for (Lying each : lying) {
        applied(each, done);
      }
      rest();
      for (Done each : done) {
        rolledBack(each);
      }
    }
    lying.stream().filter(Lying::touched).forEach(this::untouch);
    Set<String> after = errors();
    after.removeAll(before);
    assertThat(after).as("rules that are broken now, round %d, seed %d", round, SEED).isEmpty();
  }

  private static void rest() {
    LockSupport.parkNanos(AGE.toNanos());
  }

  private record Damage(Cidr block, Optional<Leak> leaked) {}

  /** Pods of an hour ago, whose endpoints went and whose addresses did not. */
  private Damage leak(Cidr cidr) {
    // An hour before the time that the repairs of tests take for now.
    Clock anHourAgo = Clock.fixed(Repairs.NOW.minusSeconds(3600), ZoneOffset.UTC);
    Pod last = pod(owners.get(cidr));
    Set<Integer> ordinals = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      last = pod(owners.get(cidr));
      plugin(last.node(), anHourAgo).startIn(cidr, last);
      store.remove(Keys.endpoint(last));
      book.abandoned(last.handle(), store.revision());
      ordinals.addAll(block(cidr).ordinalsOf(last.handle()));
    }
    return new Damage(cidr, Optional.of(new Leak(last, ordinals)));
  }

  private Plan reassigned(Cidr cidr) throws Exception {
    int old = Integer.parseInt(owners.get(cidr).substring("node".length()));
    return plan("reassign-affinity", "--block", cidr.toString(), "--to", node((old + 7) % NODES));
  }

  private static String twinName(int round, int number) {
    return "zz-twin-" + round + "-" + number;
  }

  /** A second pool over a part of the first, which governs nothing, and which no other overlaps. */
  private void twin(int round, int number) {
    Stored pool = store.list(Keys.POOLS).get(0);
    String old = pool.key().substring(Keys.POOLS.length());
    String name = twinName(round, number);
    int part = round * Math.max(1, EACH / 3) + number;
    store.put(
        Keys.POOLS + name,
        pool.value().replace(old, name).replace("10.70.0.0/16", "10.70." + 16 * part + ".0/20"));
  }

  private BlockValue block(Cidr cidr) {
    try {
      return BlockValue.read(store.get(Keys.block(cidr)).orElseThrow().value());
    } catch (BrokenBlockException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** Whether a pod has got an address since that the run freed: then it cannot be given back. */
  private boolean isTaken(Lying lying) {
    return lying.leaked().isPresent()
        && lying.leaked().get().ordinals().stream()
            .anyMatch(ordinal -> block(lying.block().orElseThrow()).handleOf(ordinal).isPresent());
  }

  /** Somebody changes what the plan rests on. */
  private void touch(Lying lying) {
    if (lying.leaked().isPresent()) {
      Pod back = lying.leaked().get().last();
      Cidr cidr = lying.block().orElseThrow();
      int ordinal = block(cidr).ordinalsOf(back.handle()).get(0);
      excused.add(Keys.endpoint(back));
      store.put(
          Keys.endpoint(back),
          new EndpointValue(back, cidr.address(ordinal), "u", Instant.now()).encode());
    } else {
      Cidr cidr = lying.block().orElseThrow();
      own(cidr, "host:" + node((Integer.parseInt(owners.get(cidr).substring(4)) + 3) % NODES));
    }
  }

  private void untouch(Lying lying) {
    Cidr cidr = lying.block().orElseThrow();
    if (lying.leaked().isPresent()) {
      store.remove(Keys.endpoint(lying.leaked().get().last()));
    } else {
      own(cidr, "host:" + owners.get(cidr));
    }
  }

  /** A hand gives a block another owner, and nothing else. */
  private void own(Cidr cidr, String owner) {
    boolean written = false;
    while (!written) {
      Stored block = store.get(Keys.block(cidr)).orElseThrow();
      written =
          store
              .update(
                  block,
                  block
                      .value()
                      .replaceFirst("\"affinity\":\"[^\"]*\"", "\"affinity\":\"" + owner + "\""))
              .isPresent();
    }
  }

  private void applied(Lying lying, List<Done> done) throws Exception {
    RunOutcome outcome = apply(lying.plan());
    count(applied, lying.touched(), outcome, "apply " + lying.plan().title());
    if (outcome instanceof RunOutcome.Applied success) {
      done.add(new Done(lying, success.run()));
      RecordedRun run =
          new RunReader().read(Journal.at(folder.resolve("journal")).read(success.run()));
      met += run.steps().stream().anyMatch(step -> !step.carried().isEmpty()) ? 1 : 0;
    }
  }

  private static void count(Counts counts, boolean touched, RunOutcome outcome, String what) {
    boolean success = outcome instanceof RunOutcome.Applied;
    if (touched) {
      counts.touched++;
      counts.refused += success ? 0 : 1;
    } else {
      counts.untouched++;
      counts.succeeded += success ? 1 : 0;
    }
    if (touched == success) {
      counts.wrong.add(what + ": " + outcome);
    }
  }

  private void rolledBack(Done done) throws Exception {
    try (Etcd etcd = connect()) {
      Rollback.Prepared prepared =
          new Rollback(place(etcd), EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
              .prepare(done.run(), circumstances(etcd, List.of("rollback", done.run())));
      RunOutcome outcome =
          prepared instanceof Rollback.Prepared.Ready ready
              ? apply(ready.plan())
              : ((Rollback.Prepared.Impossible) prepared).outcome();
      boolean refused = !(outcome instanceof RunOutcome.Applied);
      count(
          rolledBack,
          refused && isTaken(done.lying()),
          outcome,
          "rollback of " + done.lying().plan().title());
    }
  }
}
