package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cni.PodTraffic;
import io.ipamrepair.cni.RivalCluster;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.Undo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * An operator who plans one repair after the other and applies it at once, goes on with what was
 * halted or takes it back, rolls back what was applied, and now and then breaks the other's lock.
 */
final class Rival implements Runnable {
  private static final RunOptions OPTIONS =
      new RunOptions(
          new QuietTime(Duration.ofMillis(20), Duration.ofMillis(500)), Carrying.Manner.KNOWN);
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(60), Duration.ofSeconds(60), Optional.empty());

  /** Before which share of the commits a pod starts in a block that they compare. */
  private static final double INTRUDED = 0.5;

  private final EtcdTarget target;
  private final Journal journal;
  private final RivalCluster cluster;
  private final PodTraffic traffic;
  private final Scene scene;
  private final Random random;
  private final Operator operator;
  private final Clock clock = Clock.systemUTC();

  /** What rivals share. */
  static final class Scene {
    final AtomicBoolean over = new AtomicBoolean();

    /** The repair that was asked for last: the other asks for it as well. */
    final AtomicReference<Optional<Repair>> last = new AtomicReference<>(Optional.empty());

    final Intruder.Tally tally = new Intruder.Tally();
    final ConcurrentSkipListMap<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    final java.util.Queue<PodTraffic.Pause> runs =
        new java.util.concurrent.ConcurrentLinkedQueue<>();

    void count(String what) {
      outcomes.computeIfAbsent(what, none -> new LongAdder()).increment();
    }
  }

  Rival(
      String name,
      EtcdTarget target,
      Journal journal,
      RivalCluster cluster,
      PodTraffic traffic,
      Scene scene,
      Random random) {
    this.operator = new Somebody(name, () -> true);
    this.target = target;
    this.journal = journal;
    this.cluster = cluster;
    this.traffic = traffic;
    this.scene = scene;
    this.random = random;
  }

  private interface Deed {
    RunOutcome in(Workplace place) throws Exception;
  }

  /** Does something with a connection of its own, into which plugins intrude. */
  private RunOutcome connected(String what, Deed deed) throws Exception {
    Intruder intruder =
        new Intruder(
            traffic, cluster::blocks, new Random(random.nextLong()), INTRUDED, scene.tally);
    try (Etcd etcd = Etcd.connect(target, LIMITS, RunKeys.writable(), intruder)) {
      RunOutcome outcome = deed.in(new Workplace(etcd, journal, operator, clock, random));
      scene.count(what + ": " + outcome.getClass().getSimpleName());
      return outcome;
    } finally {
      long end = System.nanoTime();
      intruder.begun().ifPresent(begin -> scene.runs.add(new PodTraffic.Pause(begin, end)));
    }
  }

  @Override
  public void run() {
    try {
      while (!scene.over.get()) {
        repair();
      }
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private void repair() throws Exception {
    Optional<Plan> plan = plan(choose());
    if (plan.isEmpty()) {
      return;
    }
    RunOutcome outcome = apply("apply", plan.get());
    if (outcome instanceof RunOutcome.Locked locked && random.nextInt(3) == 0) {
      breakLock(locked.holder());
      outcome = apply("apply", plan.get());
    }
    if (outcome instanceof RunOutcome.Halted halted && random.nextBoolean()) {
      outcome =
          connected(
              "resume", place -> new Resume(place, OPTIONS).resume(halted.run(), Backing.none()));
    }
    if (outcome instanceof RunOutcome.Halted halted) {
      rollBack(halted.run());
    } else if (outcome instanceof RunOutcome.Applied applied && random.nextInt(3) == 0) {
      rollBack(applied.run());
    }
  }

  private void breakLock(LockHolder holder) throws Exception {
    try (Etcd etcd = Etcd.connect(target, LIMITS, RunKeys.writable())) {
      scene.count(OperatorLock.takeFrom(etcd, holder) ? "lock broken" : "lock gone by itself");
    }
  }

  private RunOutcome apply(String what, Plan plan) throws Exception {
    return connected(
        what,
        place ->
            new Apply(place, OPTIONS)
                .apply(
                    new PlanFile.Sealed(plan, PlanFile.digest(plan)),
                    PlanFile.bytes(plan),
                    Backing.none(),
                    false));
  }

  private void rollBack(String run) throws Exception {
    Rollback.Prepared prepared;
    try (Etcd etcd = Etcd.connect(target, LIMITS, RunKeys.writable())) {
      prepared =
          new Rollback(
                  new Workplace(etcd, journal, operator, clock, random),
                  EtcdLimits.standard(),
                  new Undo.Choice(Carrying.Manner.KNOWN, random.nextBoolean()))
              .prepare(run, circumstances(etcd, List.of("rollback", run)));
    }
    if (prepared instanceof Rollback.Prepared.Ready ready) {
      apply("rollback", ready.plan());
    } else {
      RunOutcome why = ((Rollback.Prepared.Impossible) prepared).outcome();
      scene.count("rollback not possible: " + why.getClass().getSimpleName());
    }
  }

  private Circumstances circumstances(Etcd etcd, List<String> words) throws Exception {
    Instant now = clock.instant();
    return new Circumstances(
        words,
        operator.name(),
        now,
        now.plusSeconds(600),
        "",
        Optional.of(Long.toHexString(etcd.identity().clusterId())));
  }

  private Optional<Plan> plan(Repair repair) throws Exception {
    try (Etcd etcd = Etcd.connect(target, LIMITS, RunKeys.writable())) {
      IpamState state =
          new ScreenedSource(etcd)
              .read(keys -> {}, now -> Planner.focus(repair, now, EtcdLimits.standard()));
      return Optional.of(
          new Planner(state, EtcdLimits.standard())
              .plan(repair, circumstances(etcd, List.of(repair.name()))));
    } catch (RefusedException | PlanRefusedException refused) {
      scene.count("no plan: " + repair.name());
      return Optional.empty();
    }
  }

  private Repair choose() {
    Optional<Repair> last = scene.last.get();
    Repair chosen = last.isPresent() && random.nextInt(3) == 0 ? last.get() : another();
    scene.last.set(Optional.of(chosen));
    return chosen;
  }

  private Repair another() {
    List<Cidr> blocks = cluster.blocks();
    Cidr block = blocks.get(random.nextInt(blocks.size()));
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> new ReassignAffinity(new ReassignAffinity.What.OneBlock(block), node());
      case 4 -> new ReassignAffinity(new ReassignAffinity.What.AllOf(node()), node());
      case 5, 6, 7 -> new ReleaseOrphanBlocks(new Selection.All(), leaks());
      case 8 -> new ReleaseOrphanBlocks(new Selection.OneBlock(block), leaks());
      default ->
          cluster.hasPool(RivalCluster.TWIN)
              ? new RemovePool(RivalCluster.TWIN, false)
              : new RemovePool(RivalCluster.EARLY, random.nextInt(4) > 0);
    };
  }

  private Optional<ReleaseOrphanBlocks.Leaks> leaks() {
    return random.nextInt(3) == 0
        ? Optional.empty()
        : Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), clock.instant()));
  }

  private String node() {
    List<String> nodes = cluster.nodes();
    return nodes.get(random.nextInt(nodes.size()));
  }
}
