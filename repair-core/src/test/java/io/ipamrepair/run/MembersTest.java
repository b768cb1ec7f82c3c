package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Faults;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThreeMembers;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Members of an etcd of three are killed, stopped, lose the lead or the quorum in the middle of
 * what writes: at any call to etcd, before or right after it is sent. Whatever is reported of each
 * step is held against etcd's own history ({@link HistoryAudit}); at the end Calico's data are
 * exactly the plan's or exactly the original ones.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MembersTest {
  private static final long SEED = Long.getLong("members.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");
  private static final int ROUNDS = Integer.getInteger("members.rounds", LONG ? 20 : 1);

  /** One that went wrong can be had again alone: its trouble, its round, and one round. */
  private static final String ONLY = System.getProperty("members.only", "");

  private static final int FIRST_ROUND = Integer.getInteger("members.first", 0);

  /** Times that let a run give up and be settled within seconds. */
  private static final TimeLimits IMPATIENT =
      new TimeLimits(Duration.ofMillis(1_500), Duration.ofSeconds(3), Optional.empty());

  /** A trouble ends so soon at times that the call which met it is still waiting. */
  private static final int LONGEST_TROUBLE_MILLIS = 3_000;

  private final ThreeMembers cluster;
  private final HistoryAudit audit;
  @TempDir Path folder;
  private final Map<Trouble, Map<String, Integer>> outcomes = new EnumMap<>(Trouble.class);
  private final Map<Trouble, Integer> strikes = new EnumMap<>(Trouble.class);
  private final Map<Operation, Integer> struck = new EnumMap<>(Operation.class);
  private int journals;
  private int runs;
  private long steps;

  MembersTest() throws Exception {
    cluster = ThreeMembers.start();
    audit = new HistoryAudit(cluster);
  }

  @AfterAll
  void end() throws Exception {
    System.out.printf(
        "members: %d runs, %d steps in etcd's history, seed %d%n"
            + "  troubles: %d %s%n  in the middle of: %s%n  how apply ended: %s%n"
            + "  contradictions to etcd's history: 0, or a test failed%n",
        runs,
        steps,
        SEED,
        strikes.values().stream().mapToInt(Integer::intValue).sum(),
        strikes,
        struck,
        outcomes);
    cluster.close();
  }

  /** What happens to the cluster. */
  enum Trouble {
    LEADER_KILLED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int leader = cluster.leader();
        return () -> killed(cluster, leader);
      }
    },
    FOLLOWER_KILLED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int follower = (cluster.leader() + 1) % 3;
        return () -> killed(cluster, follower);
      }
    },
    LEADER_STOPPED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int leader = cluster.leader();
        return () -> stopped(cluster, leader);
      }
    },
    FOLLOWER_STOPPED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int follower = (cluster.leader() + 1) % 3;
        return () -> stopped(cluster, follower);
      }
    },
    LEADER_MOVES {
      @Override
      Strike aim(ThreeMembers cluster) {
        return () -> nothingToMend(cluster.moveLeader());
      }
    },
    /** The leader still believes that it leads. */
    QUORUM_STOPPED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int leader = cluster.leader();
        return () -> stopped(cluster, (leader + 1) % 3, (leader + 2) % 3);
      }
    },
    /** Who is left has no leader. */
    QUORUM_LOST_WITH_LEADER {
      @Override
      Strike aim(ThreeMembers cluster) {
        int leader = cluster.leader();
        return () -> stopped(cluster, leader, (leader + 2) % 3);
      }
    },
    QUORUM_KILLED {
      @Override
      Strike aim(ThreeMembers cluster) {
        int leader = cluster.leader();
        return () -> killed(cluster, leader, (leader + 1) % 3);
      }
    },
    ALL_KILLED {
      @Override
      Strike aim(ThreeMembers cluster) {
        return () -> killed(cluster, 0, 1, 2);
      }
    },
    COMPACTED {
      @Override
      Strike aim(ThreeMembers cluster) {
        return () -> nothingToMend(true);
      }
    },
    LOCK_REVOKED {
      @Override
      Strike aim(ThreeMembers cluster) {
        return () -> nothingToMend(cluster.endLeaseOf(RunKeys.LOCK));
      }
    },
    /** Nobody keeps the lock alive, and whoever has it is held up until it has run out. */
    LOCK_RUNS_OUT {
      @Override
      Strike aim(ThreeMembers cluster) {
        return () -> nothingToMend(cluster.awaitGone(RunKeys.LOCK));
      }
    };

    /** What mends it; nothing when there was nothing to strike at. */
    interface Strike {
      Optional<Runnable> now();
    }

    /** Looks whom it will meet: there is no time for that when it strikes. */
    abstract Strike aim(ThreeMembers cluster);

    private static Optional<Runnable> nothingToMend(boolean struck) {
      return struck ? Optional.of(() -> {}) : Optional.empty();
    }

    private static Optional<Runnable> killed(ThreeMembers cluster, int... members) {
      for (int member : members) {
        cluster.kill(member);
      }
      return Optional.of(
          () -> {
            for (int member : members) {
              cluster.restart(member);
            }
          });
    }

    private static Optional<Runnable> stopped(ThreeMembers cluster, int... members) {
      for (int member : members) {
        cluster.stop(member);
      }
      return Optional.of(
          () -> {
            for (int member : members) {
              cluster.goOn(member);
            }
          });
    }
  }

  /** Plans of several steps: some only delete keys, some rewrite blocks and handles. */
  enum Errand {
    STALE_CLAIMS(StaleClaims.COMMAND, StaleClaims.ONE_A_STEP, 5),
    LEAKED_ADDRESSES(
        List.of("release-orphan-blocks", "--all", "--free-leaked"),
        new EtcdLimits(24, 1_500_000),
        3);

    private final List<String> command;
    private final EtcdLimits limits;
    private final int steps;

    Errand(List<String> command, EtcdLimits limits, int steps) {
      this.command = command;
      this.limits = limits;
      this.steps = steps;
    }

    List<KeyValue> state() {
      if (this == STALE_CLAIMS) {
        return StaleClaims.state(steps);
      }
      List<KeyValue> keys = new ArrayList<>(new Golden("v3.32.1", "healthy-v4").keyValues());
      keys.removeIf(each -> each.key().display().contains("/workloadendpoints/"));
      return keys;
    }

    Plan plan(IpamState state, String cluster) throws Exception {
      Instant now = Instant.now();
      return new Planner(state, limits)
          .plan(
              Repairs.of(command),
              new Circumstances(
                  command, "tester@host", now, now.plusSeconds(3600), "", Optional.of(cluster)));
    }
  }

  /** One of each kind in the short run. */
  static List<Trouble> troubles() {
    if (!ONLY.isEmpty()) {
      return List.of(Trouble.valueOf(ONLY));
    }
    return LONG
        ? List.of(Trouble.values())
        : List.of(
            Trouble.LEADER_KILLED,
            Trouble.LEADER_STOPPED,
            Trouble.LEADER_MOVES,
            Trouble.QUORUM_LOST_WITH_LEADER,
            Trouble.COMPACTED,
            Trouble.LOCK_RUNS_OUT);
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void whatIsReportedIsWhatEtcdDid(Trouble trouble) throws Exception {
    for (int round = FIRST_ROUND; round < FIRST_ROUND + ROUNDS; round++) {
      Random random = new Random(SEED + 1_000L * trouble.ordinal() + round);
      new Trial(trouble, random, trouble + ", round " + round + ", seed " + SEED).run();
    }
  }

  /** An audit that finds nothing must be one that would find something. */
  @Test
  void theAuditNoticesWhatIsNotTrue() throws Exception {
    Trial trial = new Trial(Trouble.COMPACTED, new Random(SEED), "harm done by hand");
    RunOutcome.Applied applied = trial.undisturbed();
    int all = trial.plan.steps().size();
    audit.reported("the truth", applied, Optional.of(applied.run()), 0, all);
    audit.compare("the truth", trial.journal);

    List<RunOutcome> lies =
        List.of(
            new RunOutcome.Applied(applied.run(), applied.revision() - 1, List.of()),
            new RunOutcome.Halted(applied.run(), all - 1, all, List.of()),
            new RunOutcome.Moved(List.of()),
            new RunOutcome.TakenOver(applied.run(), all, ""));
    for (RunOutcome lie : lies) {
      assertNotices(
          () -> audit.reported("a lie", lie, Optional.of(applied.run()), 0, all), lie.toString());
    }
    Journal nothing = Journal.at(folder.resolve("nothing"));
    assertNotices(() -> audit.compare("no journal", nothing), "steps that no journal has");
    cluster.load(List.of());
    assertNotices(() -> audit.compare("all deleted", trial.journal), "writes beside the steps");
  }

  private static void assertNotices(ThrowingCallable audited, String harm) {
    assertThat(catchThrowable(audited)).as(harm).isInstanceOf(AssertionError.class);
  }

  /** One run in trouble, and what becomes of it. */
  private final class Trial {
    private final Trouble trouble;
    private final Random random;
    private final String what;
    private final Journal journal = Journal.at(folder.resolve("journal" + journals++));
    private final Somebody operator = new Somebody("tester@host", () -> true);
    private final Map<Bytes, Bytes> original;
    private final Map<Bytes, Bytes> planned;
    private final Plan plan;

    Trial(Trouble trouble, Random random, String what) throws Exception {
      this.trouble = trouble;
      this.random = random;
      this.what = what;
      Errand errand = Errand.values()[random.nextInt(Errand.values().length)];
      cluster.load(errand.state());
      audit.forget();
      original = cluster.calico();
      planned = new TreeMap<>(original);
      try (Etcd etcd = connect(cluster.target())) {
        IpamState state = new LiveSource(etcd).read();
        plan = errand.plan(state, Long.toHexString(etcd.identity().clusterId()));
        IpamState after = Simulation.after(state, plan);
        plan.steps().stream()
            .flatMap(step -> step.writes().stream())
            .forEach(
                write -> {
                  planned.remove(write.key());
                  after
                      .at(write.key())
                      .flatMap(stored -> stored.bytes())
                      .ifPresent(bytes -> planned.put(write.key(), bytes));
                });
      }
      assertThat(plan.steps()).as(what).hasSize(errand.steps);
    }

    private Etcd connect(EtcdTarget target, ClientInterceptor... faults) throws Exception {
      return Etcd.connect(target, IMPATIENT, RunKeys.writable(), faults);
    }

    RunOutcome.Applied undisturbed() throws Exception {
      try (Etcd etcd = connect(cluster.target())) {
        Operation.Order order = new Operation.Order(plan, "r-none", false);
        return (RunOutcome.Applied)
            Operation.APPLY.end(order, etcd, journal, operator, random).outcome().orElseThrow();
      }
    }

    void run() throws Exception {
      troubled(Operation.APPLY, Optional.empty());
      if (journal.list().isEmpty()) {
        assertThat(cluster.calico()).as("%s: no run", what).isEqualTo(original);
      } else {
        goOnOrBack(onlyRun());
      }
      audit.compare(what + ", at the end", journal);
      steps += audit.steps();
      // What is under way somewhere has time to arrive until the next trial begins.
      cluster.awaitHealthy();
      audit.compare(what + ", later", journal);
    }

    private void goOnOrBack(String run) throws Exception {
      if (sometimes()) {
        troubled(Operation.RECOVER, Optional.of(run));
      }
      RecordedRun recovered = recovered(run);
      boolean on = recovered.applied() < plan.steps().size() && random.nextBoolean();
      if (on) {
        if (sometimes()) {
          troubled(Operation.RESUME, Optional.of(run));
          on = recovered(run).applied() < plan.steps().size();
        }
        if (on) {
          succeeds(Operation.RESUME, run);
        }
        assertThat(cluster.calico()).as("%s: resumed", what).isEqualTo(planned);
      } else {
        rollBack(run, recovered.applied());
        assertThat(cluster.calico()).as("%s: rolled back", what).isEqualTo(original);
      }
      try (Etcd etcd = connect(cluster.target())) {
        for (Journal.Listed each : journal.list()) {
          String id = ((Journal.Listed.Readable) each).history().runId();
          assertThat(RunAudit.of(etcd, journal, id).verdict())
              .as("%s: journal and record of run %s", what, id)
              .isEqualTo(RunAudit.Verdict.INTACT);
        }
        assertThat(OperatorLock.holder(etcd)).as("%s: locked", what).isEmpty();
      }
    }

    private void rollBack(String run, int applied) throws Exception {
      if (applied == 0) {
        return;
      }
      if (sometimes()) {
        troubled(Operation.ROLLBACK, Optional.of(run));
      }
      Optional<String> undo = otherRun(run);
      if (undo.isEmpty()) {
        succeeds(Operation.ROLLBACK, run);
      } else if (recovered(undo.get()).applied() < recordedRun(undo.get()).steps().size()) {
        succeeds(Operation.RESUME, undo.get());
      }
    }

    private boolean sometimes() {
      return random.nextInt(3) == 0;
    }

    private String onlyRun() throws Exception {
      assertThat(journal.list()).as(what).hasSize(1);
      return otherRun("").orElseThrow();
    }

    /** The run that was made to take {@code run} back. */
    private Optional<String> otherRun(String run) throws Exception {
      return journal.list().stream()
          .map(listed -> ((Journal.Listed.Readable) listed).history().runId())
          .filter(id -> !id.equals(run))
          .findFirst();
    }

    private RecordedRun recordedRun(String run) throws Exception {
      return new RunReader().read(journal.read(run));
    }

    private void succeeds(Operation operation, String run) throws Exception {
      assertThat(perform(operation, run)).as("%s, %s", what, operation).startsWith("Applied");
      audit.compare(what + ", after " + operation, journal);
    }

    private String perform(Operation operation, String run) throws Exception {
      try (Etcd etcd = connect(cluster.target())) {
        return operation
            .end(new Operation.Order(plan, run, false), etcd, journal, operator, random)
            .words();
      }
    }

    /** Settles: afterwards nothing is unknown. */
    private RecordedRun recovered(String run) throws Exception {
      assertThat(perform(Operation.RECOVER, run)).as(what).startsWith("Settled");
      audit.compare(what + ", after recover", journal);
      RecordedRun settled = recordedRun(run);
      assertThat(settled.steps())
          .as("%s: %s is settled", what, run)
          .noneMatch(step -> step.status() == StepStatus.UNKNOWN);
      return settled;
    }

    /** Performs it in trouble, which is over when this returns. */
    private void troubled(Operation operation, Optional<String> run) throws Exception {
      runs++;
      Way way = Way.values()[random.nextInt(Way.values().length)];
      Striking striking = new Striking(Moment.some(operation, plan.steps().size(), random));
      int before = run.map(audit::done).orElse(0);
      Operation.Ended ended;
      try (Etcd etcd = connect(way.target(cluster), striking)) {
        ended =
            operation.end(
                new Operation.Order(plan, run.orElse("r-none"), false),
                etcd,
                journal,
                operator,
                random);
      } finally {
        striking.mend();
      }
      cluster.awaitHealthy();
      if (striking.struck) {
        strikes.merge(trouble, 1, Integer::sum);
        struck.merge(operation, 1, Integer::sum);
      }
      if (operation == Operation.APPLY) {
        outcomes
            .computeIfAbsent(trouble, none -> new TreeMap<>())
            .merge(ended.words().replaceFirst("\\[.*", "") + way.words, 1, Integer::sum);
      }
      String told = what + ", " + operation + way.words + striking;
      if (ended.outcome().isPresent()) {
        Optional<String> made = operation == Operation.RESUME ? run : otherRun(run.orElse(""));
        int all = made.isPresent() ? recordedRun(made.get()).steps().size() : 0;
        audit.reported(
            told, ended.outcome().get(), made, operation == Operation.RESUME ? before : 0, all);
      }
      audit.compare(told + ": " + ended.words(), journal);
      freeTheLock();
    }

    /** Whoever ended while etcd was away could not give the lock back. */
    private void freeTheLock() throws Exception {
      try (Etcd etcd = connect(cluster.target())) {
        Optional<LockHolder> holder = OperatorLock.holder(etcd);
        if (holder.isPresent()) {
          OperatorLock.takeFrom(etcd, holder.get());
        }
      }
    }

    /** Lets the trouble begin at a moment, and ends it. */
    private final class Striking implements ClientInterceptor {
      private final Moment moment;
      private final int lasts =
          random.nextBoolean() ? 1 + random.nextInt(LONGEST_TROUBLE_MILLIS) : 0;
      private final AtomicInteger soFar = new AtomicInteger();
      private volatile boolean struck;
      private volatile CompletableFuture<Void> mending = CompletableFuture.completedFuture(null);
      private volatile Runnable mendLater = () -> {};

      Striking(Moment moment) {
        this.moment = moment;
      }

      @Override
      public String toString() {
        return (struck ? ", struck " : ", not struck ")
            + moment
            + (lasts > 0 ? " for " + lasts + " ms" : "");
      }

      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          private Optional<Trouble.Strike> aimed = Optional.empty();

          @Override
          public void sendMessage(Q message) {
            if (moment.is(message, soFar)) {
              aimed = Optional.of(trouble.aim(cluster));
            }
            super.sendMessage(shortLived(message));
          }

          @Override
          public void halfClose() {
            if (moment.before()) {
              aimed.ifPresent(Striking.this::strike);
            }
            // Only now it is sent.
            super.halfClose();
            if (!moment.before()) {
              aimed.ifPresent(Striking.this::strike);
            }
          }
        };
      }

      /** A lease that ends before anybody thinks of keeping it alive. */
      @SuppressWarnings("unchecked")
      private <Q> Q shortLived(Q message) {
        return trouble == Trouble.LOCK_RUNS_OUT && message instanceof LeaseGrantRequest lease
            ? (Q) lease.toBuilder().setTTL(1).build()
            : message;
      }

      private void strike(Trouble.Strike strike) {
        if (trouble == Trouble.COMPACTED) {
          audit.catchUp();
          cluster.compact(audit.seen());
        }
        Optional<Runnable> mend = strike.now();
        struck = mend.isPresent();
        if (struck && lasts > 0) {
          mending =
              CompletableFuture.runAsync(
                  mend.get(), CompletableFuture.delayedExecutor(lasts, TimeUnit.MILLISECONDS));
        } else if (struck) {
          mendLater = mend.get();
        }
      }

      /** The trouble is over. */
      void mend() {
        mending.orTimeout(60, TimeUnit.SECONDS).join();
        mendLater.run();
      }
    }
  }

  /** What is counted until trouble begins. */
  private enum Counted {
    CALL,
    TRANSACTION,
    STEP
  }

  /**
   * When trouble begins.
   *
   * @param before before the {@code number}-th is sent, or as soon as it is on its way
   */
  private record Moment(Counted counted, int number, boolean before) {
    /** Most of the calls are reads: about so many until half the steps are done. */
    private static final int CALLS = 300;

    /** Those of a recovery. */
    private static final int FEW = 4;

    static Moment some(Operation operation, int steps, Random random) {
      boolean before = random.nextBoolean();
      if (operation == Operation.RECOVER) {
        return new Moment(Counted.CALL, 1 + random.nextInt(FEW), before);
      }
      Counted counted = Counted.values()[random.nextInt(Counted.values().length)];
      int last =
          switch (counted) {
            case CALL -> CALLS;
            // Who answers, the lock, a trial of each, the beginning, each, the end.
            case TRANSACTION -> 2 * steps + 5;
            case STEP -> steps;
          };
      return new Moment(counted, 1 + random.nextInt(last), before);
    }

    boolean is(Object message, AtomicInteger soFar) {
      boolean counts =
          switch (counted) {
            case CALL -> !(message instanceof LeaseKeepAliveRequest);
            case TRANSACTION -> message instanceof TxnRequest;
            case STEP ->
                message instanceof TxnRequest request
                    && Faults.isNoTrial().and(Faults.writesRecord("\"done\":")).test(request)
                    && request.getSuccessCount() > 1;
          };
      return counts && soFar.incrementAndGet() == number;
    }

    @Override
    public String toString() {
      return (before ? "before " : "behind ") + counted + " " + number;
    }
  }

  /** Which members the client is told of. */
  private enum Way {
    ALL(" by all three") {
      @Override
      EtcdTarget target(ThreeMembers cluster) {
        return cluster.target();
      }
    },
    LEADER(" by the leader alone") {
      @Override
      EtcdTarget target(ThreeMembers cluster) {
        return cluster.target(cluster.leader());
      }
    },
    FOLLOWER(" by a follower alone") {
      @Override
      EtcdTarget target(ThreeMembers cluster) {
        return cluster.target((cluster.leader() + 1) % 3);
      }
    };

    private final String words;

    Way(String words) {
      this.words = words;
    }

    abstract EtcdTarget target(ThreeMembers cluster);
  }
}
