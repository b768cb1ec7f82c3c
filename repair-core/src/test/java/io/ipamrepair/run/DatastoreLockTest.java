package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ClientInterceptor;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.faults.Fault;
import io.ipamrepair.faults.FaultyDisk;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Faults;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.Users;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.Undo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Calico's own lock, held while a plan is applied. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatastoreLockTest {
  private static final String INFORMATION =
      "/calico/resources/v3/projectcalico.org/clusterinformations/default";

  private static final String FALSE = "\"datastoreReady\":false";

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @TempDir Path folder;
  private final Random random = new Random(5);
  private Plan plan;
  private Journal journal;
  private Map<Bytes, Bytes> before;

  @BeforeEach
  void load() throws Exception {
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    before = server.calico();
    journal = Journal.at(folder.resolve("journal" + random.nextInt(1_000_000)));
    plan = onCluster(server.target());
  }

  private static Plan onCluster(EtcdTarget target) throws Exception {
    try (Etcd etcd = Etcd.connect(target, TimeLimits.standard(), List.of())) {
      IpamState state = new LiveSource(etcd).read();
      List<String> words = List.of("remove-pool", "eqiad-pods-second");
      Instant now = Instant.now();
      return new Planner(state, EtcdLimits.standard())
          .plan(
              Repairs.of(words),
              new Circumstances(
                  words,
                  "tester@host",
                  now,
                  now.plusSeconds(3600),
                  "",
                  Optional.of(Long.toHexString(etcd.identity().clusterId()))));
    }
  }

  private Etcd connect(ClientInterceptor... faults) throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(2), Duration.ofSeconds(2), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable(), faults);
  }

  private RunOutcome apply(Operator operator, boolean dryRun, ClientInterceptor... faults)
      throws Exception {
    return apply(connect(faults), operator, dryRun);
  }

  private RunOutcome apply(Etcd connected, Operator operator, boolean dryRun) throws Exception {
    try (connected) {
      return new Apply(
              new Workplace(connected, journal, operator, Clock.systemUTC(), random),
              new RunOptions(
                  new QuietTime(Duration.ofMillis(100), Duration.ofSeconds(5)),
                  Carrying.Manner.KNOWN,
                  true))
          .apply(
              new PlanFile.Sealed(plan, PlanFile.digest(plan)),
              PlanFile.bytes(plan),
              Backing.none(),
              dryRun);
    }
  }

  private String information() {
    return server.calico().get(Bytes.utf8(INFORMATION)).display();
  }

  /** An operator at whose terminal something happens when a line is told. */
  private Operator when(String told, Runnable happens, List<String> lines) {
    return new Operator() {
      @Override
      public String name() {
        return "tester@host";
      }

      @Override
      public void tell(String line) {
        lines.add(line);
        if (line.startsWith(told)) {
          happens.run();
        }
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
  }

  private Map<Bytes, Bytes> withoutPool() {
    Map<Bytes, Bytes> expected = new TreeMap<>(before);
    plan.steps().get(0).writes().forEach(write -> expected.remove(write.key()));
    return expected;
  }

  @Test
  void itIsSetForTheStepsAndPutBackByteForByte() throws Exception {
    AtomicReference<String> meanwhile = new AtomicReference<>("");
    List<String> lines = new ArrayList<>();
    RunOutcome outcome =
        apply(when("step 1 of 1  applied", () -> meanwhile.set(information()), lines), false);
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    assertThat(meanwhile.get()).as("while the step was applied").contains(FALSE);
    assertThat(server.calico()).isEqualTo(withoutPool());
    assertThat(lines)
        .anyMatch(line -> line.startsWith("--lock-datastore: from the first step to the last"))
        .contains("datastoreReady is true again, as before this run");
    String run = ((RunOutcome.Applied) outcome).run();
    assertThat(journal.read(run).entries())
        .filteredOn(entry -> entry.kind() == EntryKind.DATASTORE)
        .as("what the journal says of it")
        .hasSize(3);
    try (Etcd etcd = connect()) {
      assertThat(RunAudit.of(etcd, journal, run).verdict()).isEqualTo(RunAudit.Verdict.INTACT);
    }
  }

  @Test
  void whatAColleagueWroteMeanwhileStays() throws Exception {
    List<String> lines = new ArrayList<>();
    // The same bytes, as "calicoctl datastore migrate lock" would write them.
    apply(
        when("datastoreReady is false since", () -> server.put(INFORMATION, information()), lines),
        false);
    assertThat(information()).contains(FALSE);
    assertThat(lines)
        .anyMatch(line -> line.startsWith("somebody wrote the cluster information since"))
        .anyMatch(line -> line.endsWith("To unlock: calicoctl datastore migrate unlock"));
    try (Etcd etcd = connect()) {
      assertThat(ToolKeys.read(etcd).orElseThrow().unclosed()).isEmpty();
    }
  }

  @Test
  void oneThatSomebodySetBeforeIsNeverTouched() throws Exception {
    server.put(INFORMATION, information().replace("\"datastoreReady\":true", FALSE));
    String locked = information();
    List<String> lines = new ArrayList<>();
    assertThat(apply(when("-", () -> {}, lines), false)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(information()).isEqualTo(locked);
    assertThat(lines)
        .contains("datastoreReady is false already: somebody locked it, and it stays so");
  }

  @Test
  void itIsPutBackWhenTheRunStopsBeforeItsFirstStep() throws Exception {
    String pool = plan.steps().get(0).writes().get(0).key().display();
    List<String> lines = new ArrayList<>();
    RunOutcome outcome =
        apply(
            when(
                "datastoreReady is false since",
                () ->
                    server.put(
                        pool,
                        server
                            .calico()
                            .get(Bytes.utf8(pool))
                            .display()
                            .replaceFirst(
                                "\"ipipMode\":\"[A-Za-z]+\"", "\"ipipMode\":\"CrossSubnet\"")),
                lines),
            false);
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(information()).isEqualTo(before.get(Bytes.utf8(INFORMATION)).display());
  }

  @Test
  void aDryRunSetsNothingAndAnUnusableFlagIsRefused() throws Exception {
    List<String> lines = new ArrayList<>();
    assertThat(apply(when("-", () -> {}, lines), true)).isInstanceOf(RunOutcome.Applicable.class);
    assertThat(server.calico()).isEqualTo(before);
    server.put(INFORMATION, information().replace(",\"datastoreReady\":true", ""));
    RunOutcome refused = apply(when("-", () -> {}, lines), false);
    assertThat(refused).isInstanceOf(RunOutcome.Refused.class);
    assertThat(((RunOutcome.Refused) refused).reasons().get(0))
        .startsWith("--lock-datastore: the cluster information has no readable datastoreReady");
    assertThat(journal.list()).as("runs").isEmpty();
  }

  private String onlyRun() throws Exception {
    return ((Journal.Listed.Readable) journal.list().get(0)).history().runId();
  }

  @Test
  void aRollbackPutsBackWhatCouldNotBePutBackWhenEtcdWentAwayAtTheEnd() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    List<String> lines = new ArrayList<>();
    apply(
        when("step 1 of 1  applied", () -> away.set(true), lines),
        false,
        Faults.refuse(method -> away.get()));
    assertThat(information()).contains(FALSE);
    String recover = "ipam-repair recover " + onlyRun();
    assertThat(lines).anyMatch(line -> line.endsWith(recover));
    try (Etcd etcd = connect()) {
      // The lock of the one who lost etcd runs out by itself, later.
      OperatorLock.takeFrom(etcd, OperatorLock.holder(etcd).orElseThrow());
      Workplace place =
          new Workplace(etcd, journal, when("-", () -> {}, lines), Clock.systemUTC(), random);
      Instant now = Instant.now();
      Rollback.Prepared prepared =
          new Rollback(place, EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
              .prepare(
                  onlyRun(),
                  new Circumstances(
                      List.of("rollback", onlyRun()),
                      "tester@host",
                      now,
                      now.plusSeconds(60),
                      "",
                      plan.cluster().etcdClusterId()));
      assertThat(prepared).isInstanceOf(Rollback.Prepared.Ready.class);
    }
    assertThat(information()).isEqualTo(before.get(Bytes.utf8(INFORMATION)).display());
  }

  @Test
  void itIsPutBackWhenTheJournalFailsBehindTheStep() throws Exception {
    List<String> lines = new ArrayList<>();
    Predicate<TxnRequest> step = Faults.writesRecord("\"done\":1,").and(Faults.isNoTrial());
    try (FaultyDisk disk = new FaultyDisk(Fault.none())) {
      journal = disk.journal(journal.folder());
      apply(
          when("-", () -> {}, lines),
          false,
          Faults.when(step, () -> disk.switchTo(Fault.played(Fault.Manner.DISK_FAILS, 1))));
    }
    assertThat(lines).contains("datastoreReady is true again, as before this run");
    assertThat(server.calico()).isEqualTo(withoutPool());
  }

  @Test
  void whereEtcdGoesAwayBeforeTheTrialTheJournalSaysThatNothingWasWritten() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    RunOutcome outcome =
        apply(
            when("journal ", () -> away.set(true), new ArrayList<>()),
            false,
            Faults.refuse(method -> away.get()));
    assertThat(outcome).isInstanceOf(RunOutcome.EtcdUnusable.class);
    assertThat(new RunReader().read(journal.read(onlyRun())).status())
        .isEqualTo(RecordedRun.Status.NOTHING_WRITTEN);
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void recoverSaysWhatToDoWhenNothingTellsWhoseTheLockIs() throws Exception {
    List<String> lines = new ArrayList<>();
    try {
      apply(
          when(
              "datastoreReady is false since",
              () -> {
                throw new Fault.Died();
              },
              lines),
          false);
    } catch (Fault.Died died) {
      server.delete("/ipam-repair/v1/run/" + onlyRun());
    }
    try (Etcd etcd = connect()) {
      Recovery.Recovered found =
          new Recovery(etcd, journal, "other@host", "t", Clock.systemUTC()).recover(onlyRun());
      assertThat(found.toString()).contains("To unlock: calicoctl datastore migrate unlock");
    }
  }

  @Test
  void aMissingPermissionShowsBeforeTheRunIsMadeKnown() throws Exception {
    List<String> lines = new ArrayList<>();
    try (ThrowawayEtcd guarded = ThrowawayEtcd.start()) {
      guarded.load(new Golden("v3.32.1", "incident-typo").keyValues());
      Users users = new Users(guarded.endpoint());
      users.add("operator", "secret");
      users.allow("operator", "/calico/", false);
      users.allow("operator", "/calico/ipam/v2/", true);
      users.allow("operator", "/calico/resources/v3/projectcalico.org/ippools/", true);
      users.allow("operator", "/ipam-repair/v1/", true);
      users.enable();
      EtcdTarget target =
          new EtcdTarget(
              List.of(guarded.endpoint()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(new EtcdTarget.Credentials("operator", "secret")),
              Bytes.EMPTY);
      plan = onCluster(target);
      Etcd etcd = Etcd.connect(target, TimeLimits.standard(), RunKeys.writable());
      RunOutcome outcome = apply(etcd, when("-", () -> {}, lines), false);
      assertThat(outcome).isInstanceOf(RunOutcome.EtcdUnusable.class);
      assertThat(new RunReader().read(journal.read(onlyRun())).status())
          .isEqualTo(RecordedRun.Status.NOTHING_WRITTEN);
      assertThat(journal.read(onlyRun()).entries())
          .noneMatch(entry -> entry.kind() == EntryKind.BEGIN);
    }
  }
}
