package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Compactor;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.ThreeMembers;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.testing.WatchedHistory.Change;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Members of an etcd of three are killed, stopped, lose the lead or the quorum in the middle of a
 * run. Whatever is reported of each step is held against etcd's own history: what is said to be
 * applied is there once, at the revision that is said, with the bytes that were journalled; nothing
 * else is there at all.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MembersTest {
  private static final long SEED = Long.getLong("members.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");
  private static final int STEPS = 5;

  /** Times that let a run give up and be settled within seconds. */
  private static final TimeLimits IMPATIENT =
      new TimeLimits(Duration.ofSeconds(3), Duration.ofSeconds(5), Optional.empty());

  private final ThreeMembers cluster;
  @TempDir Path folder;
  private final Map<Trouble, Map<String, Integer>> outcomes = new EnumMap<>(Trouble.class);
  private int runs;
  private int steps;

  MembersTest() throws Exception {
    cluster = ThreeMembers.start();
  }

  @AfterAll
  void end() throws Exception {
    System.out.printf(
        "members: %d runs with %d steps applied, seed %d, no contradiction to etcd's history%n  %s%n",
        runs, steps, SEED, outcomes);
    cluster.close();
  }

  /** What happens to the cluster when the run sends a transaction, and how it is mended later. */
  enum Trouble {
    LEADER_KILLED {
      @Override
      Runnable strike(ThreeMembers cluster) {
        int leader = cluster.leader();
        cluster.kill(leader);
        return () -> cluster.restart(leader);
      }
    },
    FOLLOWER_KILLED {
      @Override
      Runnable strike(ThreeMembers cluster) {
        int follower = (cluster.leader() + 1) % 3;
        cluster.kill(follower);
        return () -> cluster.restart(follower);
      }
    },
    LEADER_STOPPED {
      @Override
      Runnable strike(ThreeMembers cluster) {
        int leader = cluster.leader();
        cluster.stop(leader);
        return () -> cluster.goOn(leader);
      }
    },
    LEADER_MOVES {
      @Override
      Runnable strike(ThreeMembers cluster) {
        cluster.moveLeader();
        return () -> {};
      }
    },
    QUORUM_LOST {
      @Override
      Runnable strike(ThreeMembers cluster) {
        int leader = cluster.leader();
        int other = (leader + 2) % 3;
        cluster.stop(leader);
        cluster.stop(other);
        return () -> {
          cluster.goOn(leader);
          cluster.goOn(other);
        };
      }
    },
    QUORUM_KILLED {
      @Override
      Runnable strike(ThreeMembers cluster) {
        int leader = cluster.leader();
        int other = (leader + 1) % 3;
        cluster.kill(leader);
        cluster.kill(other);
        return () -> {
          cluster.restart(leader);
          cluster.restart(other);
        };
      }
    },
    COMPACTED {
      @Override
      Runnable strike(ThreeMembers cluster) {
        try (Compactor compactor = new Compactor(cluster.endpoint(cluster.leader()))) {
          compactor.compact();
        }
        return () -> {};
      }
    },
    LOCK_RUNS_OUT {
      @Override
      Runnable strike(ThreeMembers cluster) {
        cluster.endLeaseOf(RunKeys.LOCK);
        return () -> {};
      }
    };

    /** Does it; what mends it. */
    abstract Runnable strike(ThreeMembers cluster);
  }

  @ParameterizedTest
  @EnumSource(Trouble.class)
  void whatIsReportedIsWhatEtcdDid(Trouble trouble) throws Exception {
    Random random = new Random(SEED + trouble.ordinal());
    int rounds = LONG ? Integer.getInteger("members.rounds", 30) : 1;
    for (int round = 0; round < rounds; round++) {
      new Trial(trouble, random, trouble + ", round " + round + ", seed " + SEED).run();
    }
  }

  /** One run in trouble. */
  private final class Trial {
    private final Trouble trouble;
    private final Random random;
    private final String what;
    private final Journal journal = Journal.at(folder.resolve("journal" + runs));
    private final Somebody operator = new Somebody("tester@host", () -> true);
    private final Map<Bytes, Bytes> original;
    private final Map<Long, List<Change>> history = new TreeMap<>();
    private final Plan plan;
    private long seen;

    Trial(Trouble trouble, Random random, String what) throws Exception {
      this.trouble = trouble;
      this.random = random;
      this.what = what;
      cluster.awaitHealthy();
      cluster.load(StaleClaims.state(STEPS));
      original = cluster.calico();
      seen = cluster.revision();
      try (Etcd etcd = connect(cluster.target())) {
        IpamState state = new LiveSource(etcd).read();
        Instant now = Instant.now();
        plan =
            new Planner(state, StaleClaims.ONE_A_STEP)
                .plan(
                    Repairs.of(StaleClaims.COMMAND).judge(state),
                    new Circumstances(
                        StaleClaims.COMMAND,
                        "tester@host",
                        now,
                        now.plusSeconds(3600),
                        "",
                        Optional.of(Long.toHexString(etcd.identity().clusterId()))));
      }
      assertThat(plan.steps()).hasSize(STEPS);
    }

    private Etcd connect(EtcdTarget target, ClientInterceptor... faults) throws Exception {
      return Etcd.connect(target, IMPATIENT, RunKeys.writable(), faults);
    }

    private Operation.Order order() {
      return new Operation.Order(
          plan, KilledProcess.runOf(operator.told()).orElse("r-none"), false);
    }

    void run() throws Exception {
      runs++;
      // Of the transactions of a run: lock, trials, begin, steps, close.
      Striking striking = new Striking(1 + random.nextInt(2 * STEPS + 4));
      boolean all = random.nextInt(3) > 0;
      EtcdTarget target = all ? cluster.target() : cluster.target(random.nextInt(3));
      String outcome;
      try (Etcd etcd = connect(target, striking)) {
        outcome = Operation.APPLY.perform(order(), etcd, journal, operator, random).toString();
      } finally {
        striking.mend.run();
      }
      cluster.awaitHealthy();
      outcomes
          .computeIfAbsent(trouble, none -> new TreeMap<>())
          .merge(
              outcome.replaceFirst("\\[.*", "") + (all ? "" : " by one endpoint"), 1, Integer::sum);
      catchUp();
      compare("after apply: " + outcome);
      if (journal.list().isEmpty()) {
        assertThat(cluster.calico()).as("%s: %s", what, outcome).isEqualTo(original);
        return;
      }
      freeTheLock();
      String run = order().run();
      RecordedRun recovered = recovered(run);
      compare("after recover");
      if (recovered.applied() < STEPS && random.nextBoolean()) {
        assertThat(perform(Operation.RESUME)).as(what).startsWith("Applied");
      } else if (recovered.applied() > 0) {
        assertThat(perform(Operation.ROLLBACK)).as(what).startsWith("Applied");
        assertThat(cluster.calico()).as("%s: rolled back", what).isEqualTo(original);
      }
      compare("at the end");
      steps += applied();
      try (Etcd etcd = connect(cluster.target())) {
        assertThat(RunAudit.of(etcd, journal, run).verdict())
            .as(what)
            .isEqualTo(RunAudit.Verdict.INTACT);
      }
    }

    private String perform(Operation operation) throws Exception {
      try (Etcd etcd = connect(cluster.target())) {
        return operation.perform(order(), etcd, journal, operator, random).toString();
      }
    }

    private RecordedRun recovered(String run) throws Exception {
      assertThat(perform(Operation.RECOVER)).as(what).startsWith("Settled");
      return new RunReader().read(journal.read(run));
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

    private void catchUp() {
      long now = cluster.revision();
      if (now > seen) {
        WatchedHistory.read(cluster.endpoint(cluster.leader()), seen + 1, now, history::put);
        seen = now;
      }
    }

    private int applied() throws Exception {
      int applied = 0;
      for (Journal.Listed listed : journal.list()) {
        applied += new RunReader().read(((Journal.Listed.Readable) listed).history()).applied();
      }
      return applied;
    }

    /** Holds what the journals say against what etcd did. */
    private void compare(String when) throws Exception {
      catchUp();
      Map<Long, Map<Bytes, Optional<Bytes>>> done = new HashMap<>();
      history.forEach(
          (revision, changes) -> {
            Map<Bytes, Optional<Bytes>> calico = new HashMap<>();
            changes.stream()
                .filter(change -> change.key().display().startsWith("/calico/"))
                .forEach(change -> calico.put(change.key(), change.value()));
            if (!calico.isEmpty()) {
              done.put(revision, calico);
            }
          });
      for (Journal.Listed listed : journal.list()) {
        RecordedRun run = new RunReader().read(((Journal.Listed.Readable) listed).history());
        for (RecordedStep step : run.steps()) {
          account(when, run, step, done);
        }
      }
      assertThat(done).as("%s, %s: written, and in no journal", what, when).isEmpty();
    }

    /** Strikes out what a step did, if it was applied. */
    private void account(
        String when,
        RecordedRun run,
        RecordedStep step,
        Map<Long, Map<Bytes, Optional<Bytes>>> done) {
      if (step.status() == StepStatus.APPLIED && step.revision().isPresent()) {
        assertThat(done.remove(step.revision().getAsLong()))
            .as("%s, %s: run %s, at revision %s", what, when, run.id(), step.revision())
            .isEqualTo(step.written());
      } else if (step.status() == StepStatus.APPLIED || step.status() == StepStatus.UNKNOWN) {
        // Applied, as the record says, and nobody heard when: once, or, unknown, at most once.
        List<Long> revisions =
            done.entrySet().stream()
                .filter(entry -> entry.getValue().equals(step.written()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(revisions)
            .as("%s, %s: run %s, a step that is %s", what, when, run.id(), step.status())
            .hasSizeBetween(step.status() == StepStatus.APPLIED ? 1 : 0, 1);
        revisions.forEach(done::remove);
      }
    }

    /** At the n-th transaction the trouble begins, before that is sent. */
    private final class Striking implements ClientInterceptor {
      private final int at;
      private final AtomicInteger transactions = new AtomicInteger();
      private volatile Runnable mend = () -> {};

      Striking(int at) {
        this.at = at;
      }

      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          @Override
          public void sendMessage(Q message) {
            if (message instanceof TxnRequest && transactions.incrementAndGet() == at) {
              if (trouble == Trouble.COMPACTED) {
                catchUp();
              }
              try {
                mend = trouble.strike(cluster);
              } catch (RuntimeException early) {
                // There is no lock yet whose lease could end, or no other member is ready to lead.
                operator.tell("no trouble: " + early.getMessage());
              }
            }
            super.sendMessage(message);
          }
        };
      }
    }
  }
}
