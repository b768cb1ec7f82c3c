package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
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
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
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
import java.util.concurrent.atomic.AtomicReference;
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
    try (Etcd etcd = connect()) {
      IpamState state = new LiveSource(etcd).read();
      List<String> words = List.of("remove-pool", "eqiad-pods-second");
      Instant now = Instant.now();
      plan =
          new Planner(state, EtcdLimits.standard())
              .plan(
                  Repairs.of(words).judge(state),
                  new Circumstances(
                      words,
                      "tester@host",
                      now,
                      now.plusSeconds(3600),
                      "",
                      Optional.of(Long.toHexString(etcd.identity().clusterId()))));
    }
  }

  private Etcd connect() throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(10), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable());
  }

  private RunOutcome apply(Operator operator, boolean dryRun) throws Exception {
    try (Etcd etcd = connect()) {
      return new Apply(
              new Workplace(etcd, journal, operator, Clock.systemUTC(), random),
              new RunOptions(
                  new QuietTime(Duration.ofMillis(100), Duration.ofSeconds(5)),
                  Carrying.Manner.KNOWN,
                  true))
          .apply(new PlanFile.Sealed(plan, PlanFile.digest(plan)), PlanFile.bytes(plan), dryRun);
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
}
