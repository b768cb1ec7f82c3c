package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.KeptLease;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.run.OperatorLock.Taking;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One operator at a time, on a real etcd. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorLockTest {
  private static final Instant NOW = Instant.parse("2026-11-24T03:12:07Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @TempDir Path folder;

  @BeforeEach
  void clear() {
    server.clear();
  }

  private Etcd connect() throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(5), Duration.ofSeconds(5), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable());
  }

  private static Taking take(Etcd etcd, String name, String token) throws EtcdException {
    return OperatorLock.take(etcd, name, "r-1", NOW, token);
  }

  @Test
  void theSecondLearnsWhoHoldsItSinceWhenAndForWhichRunUntilItIsGivenBack() throws Exception {
    try (Etcd etcd = connect()) {
      OperatorLock first = ((Taking.Taken) take(etcd, "anna@cumin1", "a")).lock();
      Taking second = take(etcd, "ben@cumin2", "b");
      assertThat(second).isInstanceOf(Taking.Busy.class);
      LockHolder holder = ((Taking.Busy) second).holder();
      assertThat(holder.words()).isEqualTo("anna@cumin1 since 2026-11-24T03:12:07Z, for run r-1");
      assertThat(OperatorLock.holder(etcd)).contains(holder);

      first.close();
      assertThat(OperatorLock.holder(etcd)).isEmpty();
      try (OperatorLock third = ((Taking.Taken) take(etcd, "ben@cumin2", "b")).lock()) {
        assertThat(third.compares()).isNotEqualTo(first.compares());
      }
    }
  }

  @Test
  void aKeyWhoseLeaseIsKeptOutlivesItAndGoesWhenNobodyKeepsIt() throws Exception {
    Bytes key = Bytes.utf8("/ipam-repair/v1/kept");
    long short_ = 2;
    try (Etcd etcd = connect()) {
      KeptLease lease = etcd.lease(Duration.ofSeconds(short_));
      Transaction put =
          new Transaction(
              List.of(),
              List.of(new Operation.PutLeased(key, Bytes.utf8("x"), lease.id())),
              List.of());
      assertThat(etcd.commit(put)).isInstanceOf(CommitOutcome.Applied.class);
      long end = System.nanoTime() + Duration.ofSeconds(3 * short_).toNanos();
      while (System.nanoTime() < end) {
        assertThat(etcd.get(List.of(key)).value()).as("while it is kept").hasSize(1);
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    }
    // The connection is closed, so nobody can keep the lease or revoke it: as after a kill.
    try (Etcd etcd = connect()) {
      long giveUp = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!etcd.get(List.of(key)).value().isEmpty()) {
        assertThat(System.nanoTime()).as("the key of a dead holder stays").isLessThan(giveUp);
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    }
  }

  // Applying.

  private Plan plan(Etcd etcd) throws Exception {
    IpamState state = new LiveSource(etcd).read();
    List<String> words = List.of("remove-pool", "eqiad-pods-second");
    return new Planner(state, EtcdLimits.standard())
        .plan(
            Repairs.of(words),
            new Circumstances(
                words,
                "tester@host",
                NOW,
                NOW.plusSeconds(600),
                "",
                Optional.of(Long.toHexString(etcd.identity().clusterId()))));
  }

  private interface AtThePrompt {
    void happens() throws Exception;
  }

  private RunOutcome apply(Etcd etcd, Plan plan, String name, AtThePrompt prompt) {
    Operator operator =
        new Somebody(
            name,
            () -> {
              prompt.happens();
              return true;
            });
    return new Apply(
            new Workplace(etcd, Journal.at(folder.resolve(name)), operator, CLOCK, new Random(7)),
            RunOptions.standard())
        .apply(
            new PlanFile.Sealed(plan, PlanFile.digest(plan)),
            PlanFile.bytes(plan),
            Backing.none(),
            false);
  }

  @Test
  void whileOneIsAskedTheOtherIsToldAndWritesNothing() throws Exception {
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    Map<Bytes, Bytes> before = server.calico();
    List<RunOutcome> second = new ArrayList<>();
    try (Etcd etcd = connect()) {
      Plan plan = plan(etcd);
      RunOutcome first =
          apply(
              etcd,
              plan,
              "anna",
              () -> {
                second.add(apply(etcd, plan, "ben", () -> {}));
                assertThat(server.calico()).isEqualTo(before);
              });
      assertThat(second.get(0))
          .isInstanceOfSatisfying(
              RunOutcome.Locked.class,
              locked -> assertThat(locked.holder().name()).isEqualTo("anna"));
      assertThat(first).isInstanceOf(RunOutcome.Applied.class);
      assertThat(OperatorLock.holder(etcd)).as("given back").isEmpty();
    }
  }

  @Test
  void aRunWhoseLockWasBrokenWritesNothing() throws Exception {
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    Map<Bytes, Bytes> before = server.calico();
    try (Etcd etcd = connect()) {
      RunOutcome outcome =
          apply(
              etcd,
              plan(etcd),
              "anna",
              () -> {
                LockHolder holder = OperatorLock.holder(etcd).orElseThrow();
                assertThat(OperatorLock.takeFrom(etcd, holder)).isTrue();
                assertThat(OperatorLock.takeFrom(etcd, holder)).as("a second time").isFalse();
              });
      assertThat(outcome)
          .isInstanceOfSatisfying(
              RunOutcome.Moved.class,
              moved ->
                  assertThat(moved.moved())
                      .singleElement()
                      .asString()
                      .startsWith("the operator lock is gone"));
      assertThat(server.calico()).isEqualTo(before);
    }
  }

  /** As after a pause that outlasts the lease: the lock is another's, and its key is there. */
  @Test
  void aRunWhoseLockIsAnothersNowWritesNothing() throws Exception {
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    Map<Bytes, Bytes> before = server.calico();
    try (Etcd etcd = connect()) {
      List<OperatorLock> rivals = new ArrayList<>();
      RunOutcome outcome =
          apply(
              etcd,
              plan(etcd),
              "anna",
              () -> {
                OperatorLock.takeFrom(etcd, OperatorLock.holder(etcd).orElseThrow());
                rivals.add(((Taking.Taken) take(etcd, "ben", "b")).lock());
              });
      assertThat(outcome)
          .isInstanceOfSatisfying(
              RunOutcome.Moved.class,
              moved -> assertThat(moved.moved().get(0)).contains("is held by ben"));
      assertThat(server.calico()).isEqualTo(before);
      assertThat(OperatorLock.holder(etcd)).as("left alone").isPresent();
      rivals.get(0).close();
    }
  }
}
