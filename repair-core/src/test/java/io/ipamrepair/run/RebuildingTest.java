package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.run.RebuiltMark.Trace;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.KeyStanding;
import io.ipamrepair.undo.KeyStanding.Content;
import io.ipamrepair.undo.RecordedRun;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A journal that is lost or damaged is written again from the plan file and the run record, on
 * another machine too, and is good enough to go on and to go back, to the byte.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RebuildingTest {
  /** A pool is disabled in the first step and goes in the second. */
  private static final String TWO_STEPS = "remove-pool default-ipv4-ippool --keep-blocks";

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private Path machine;
  private Workshop here;
  private Workshop elsewhere;
  private Map<Bytes, Bytes> original;

  @BeforeEach
  void machines(@TempDir Path folder) {
    machine = folder.resolve("here");
    here = new Workshop(server, machine, 3);
    elsewhere = new Workshop(server, folder.resolve("elsewhere"), 4);
  }

  private void load(String state) {
    server.clear();
    server.load(new Golden("v3.32.1", state).keyValues());
    original = server.calico();
  }

  private static String run(RunOutcome outcome) {
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    return ((RunOutcome.Applied) outcome).run();
  }

  private static RebuiltMark rebuilt(Rebuilding.Outcome outcome) {
    assertThat(outcome).isInstanceOf(Rebuilding.Outcome.Rebuilt.class);
    return ((Rebuilding.Outcome.Rebuilt) outcome).mark();
  }

  private static List<String> refused(Rebuilding.Outcome outcome) {
    assertThat(outcome).isInstanceOf(Rebuilding.Outcome.Not.class);
    RunOutcome why = ((Rebuilding.Outcome.Not) outcome).outcome();
    assertThat(why).isInstanceOf(RunOutcome.Refused.class);
    return ((RunOutcome.Refused) why).reasons();
  }

  private static RecordedRun settled(Recovery.Recovered recovered) {
    assertThat(recovered).isInstanceOf(Recovery.Recovered.Settled.class);
    return ((Recovery.Recovered.Settled) recovered).run();
  }

  /** Whether etcd has its history still, or nothing but what it holds now. */
  private enum Past {
    KEPT,
    COMPACTED
  }

  @ParameterizedTest
  @CsvSource({
    "KEPT, incident-typo, remove-pool eqiad-pods-second, 128",
    "COMPACTED, incident-typo, remove-pool eqiad-pods-second, 128",
    "KEPT, incident-wrong-deletion, reassign-affinity --block 10.64.64.64/26 --to kubernetes1003, 128",
    "COMPACTED, incident-wrong-deletion, reassign-affinity --block 10.64.64.64/26 --to kubernetes1003, 128",
    "COMPACTED, incident-before, reassign-affinity --from kubernetes1001 --to kubernetes1005, 128",
    "COMPACTED, crash-S8, release-orphan-blocks --all, 128",
    "KEPT, node-deleted, release-orphan-blocks --all --free-leaked, 24",
    "COMPACTED, node-deleted, release-orphan-blocks --all --free-leaked, 24",
    "COMPACTED, healthy-v4, remove-pool default-ipv4-ippool --keep-blocks, 128"
  })
  void anAppliedRunGoesBackFromNothingButPlanAndEtcd(
      Past past, String state, String command, int operations) throws Exception {
    load(state);
    Plan plan = here.plan(command, operations);
    String run = run(here.apply(plan));
    if (past == Past.COMPACTED) {
      server.compact();
    }
    Map<Bytes, Bytes> applied = server.calico();

    RebuiltMark mark = rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));

    assertThat(mark.done()).isEqualTo(OptionalInt.of(plan.steps().size()));
    assertThat(mark.images()).containsOnlyKeys(past == Past.KEPT ? Trace.HISTORY : Trace.PLAN);
    assertThat(settled(elsewhere.recover(run)).status()).isEqualTo(RecordedRun.Status.ALL_APPLIED);
    assertThat(server.calico()).as("after recover").isEqualTo(applied);
    run(elsewhere.rollBack(run));
    assertThat(server.calico()).as("after rollback").isEqualTo(original);
    // The rebuilt journal is the one that goes with the record now.
    assertThat(elsewhere.audit(run).verdict()).isEqualTo(RunAudit.Verdict.REBUILT);
    assertThat(here.audit(run).verdict()).isEqualTo(RunAudit.Verdict.SUPERSEDED);
  }

  @ParameterizedTest
  @EnumSource(Past.class)
  void aRunThatWasCutOffGoesOnFromNothingButPlanAndEtcd(Past past) throws Exception {
    load("healthy-v4");
    Plan plan = here.plan(TWO_STEPS, 128);
    String run = here.cutOffBetweenSteps(plan);
    if (past == Past.COMPACTED) {
      server.compact();
    }
    rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));
    RecordedRun recovered = settled(elsewhere.recover(run));
    assertThat(recovered.status()).isEqualTo(RecordedRun.Status.HALTED);
    assertThat(recovered.applied()).isEqualTo(1);

    run(elsewhere.resume(run));

    Bytes pool = plan.steps().get(1).writes().get(0).key();
    assertThat(server.calico()).doesNotContainKey(pool);
    run(elsewhere.rollBack(run));
    assertThat(server.calico()).isEqualTo(original);
  }

  /** What can happen to the file of a run. */
  private enum Damage {
    GONE,
    HEADER_OVERWRITTEN,
    NO_FILE_OF_H2,
    EMPTY,
    OLDER_COPY
  }

  private void damage(Damage damage, Path file, byte[] older) throws Exception {
    switch (damage) {
      case GONE -> Files.delete(file);
      case HEADER_OVERWRITTEN -> {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
          open.write(new byte[1 << 14]);
        }
      }
      case NO_FILE_OF_H2 -> Files.writeString(file, "this is no journal");
      case EMPTY -> Files.write(file, new byte[0]);
      case OLDER_COPY -> Files.write(file, older);
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void aDamagedFileIsKeptAsideAndTheRunGoesBack(Damage damage) throws Exception {
    load("healthy-v4");
    Plan plan = here.plan(TWO_STEPS, 128);
    byte[][] older = new byte[1][];
    String run =
        run(
            here.betweenSteps(
                    () -> {
                      try (Stream<Path> files = Files.list(machine)) {
                        Path file =
                            files
                                .filter(each -> each.toString().endsWith(".mv.db"))
                                .findFirst()
                                .get();
                        older[0] = Files.readAllBytes(file);
                      } catch (Exception failed) {
                        throw new AssertionError(failed);
                      }
                    })
                .apply(plan));
    Path file = machine.resolve(run + ".mv.db");
    damage(damage, file, older[0]);
    byte[] damaged = damage == Damage.GONE ? new byte[0] : Files.readAllBytes(file);

    RebuiltMark mark = rebuilt(here.rebuild(run, plan, Optional.empty()));

    assertThat(mark.kept().isPresent()).isEqualTo(damage != Damage.GONE);
    boolean isOpenedByH2 = damage == Damage.OLDER_COPY || damage == Damage.EMPTY;
    if (mark.kept().isPresent() && !isOpenedByH2) {
      assertThat(machine.resolve(mark.kept().get())).hasBinaryContent(damaged);
    }
    assertThat(settled(here.recover(run)).applied()).isEqualTo(2);
    run(here.rollBack(run));
    assertThat(server.calico()).isEqualTo(original);
    assertThat(here.journal().list()).allMatch(Journal.Listed.Readable.class::isInstance);
  }

  @Test
  void aSecondDamagedFileDoesNotOverwriteTheFirst() throws Exception {
    load("incident-typo");
    Plan plan = here.plan("remove-pool eqiad-pods-second", 128);
    String run = run(here.apply(plan));
    Path file = machine.resolve(run + ".mv.db");
    Files.writeString(file, "first");
    String first = rebuilt(here.rebuild(run, plan, Optional.empty())).kept().orElseThrow();
    Files.writeString(file, "second");
    String second = rebuilt(here.rebuild(run, plan, Optional.empty())).kept().orElseThrow();
    assertThat(machine.resolve(first)).hasContent("first");
    assertThat(machine.resolve(second)).hasContent("second");
  }

  @Test
  void aWholeJournalIsNotRebuilt() throws Exception {
    load("incident-typo");
    Plan plan = here.plan("remove-pool eqiad-pods-second", 128);
    String run = run(here.apply(plan));
    assertThat(here.rebuild(run, plan, Optional.empty()))
        .isInstanceOf(Rebuilding.Outcome.NotNeeded.class);
    assertThat(here.audit(run).verdict()).isEqualTo(RunAudit.Verdict.INTACT);
  }

  @Test
  void whatAStepWasCarriedOverToComesFromTheDumpWhenEtcdHasForgottenIt() throws Exception {
    load("crash-S4");
    Plan plan = here.plan("reassign-affinity --block 10.192.68.0/26 --to kubernetes2005", 128);
    Bytes block = Bytes.utf8("/calico/ipam/v2/assignment/ipv4/block/10.192.68.0-26");
    // Somebody touches the block between planning and applying.
    String before = server.calico().get(block).display();
    String touched = before.replaceFirst("\"sequenceNumber\":(\\d+)", "\"sequenceNumber\":9$1");
    assertThat(touched).isNotEqualTo(before);
    server.put(block.display(), touched);
    Map<Bytes, Bytes> changed = server.calico();
    String run = run(here.apply(plan));
    server.compact();
    Path dump = machine.resolve(run + ".dump.jsonl.gz");

    RebuiltMark mark = rebuilt(elsewhere.rebuild(run, plan, Optional.of(dump)));

    assertThat(mark.images()).containsOnlyKeys(Trace.DUMP);
    assertThat(settled(elsewhere.recover(run)).steps().get(0).carried()).containsKey(block);
    run(elsewhere.rollBack(run));
    assertThat(server.calico()).isEqualTo(changed);
  }

  @Test
  void withoutTheDumpARollbackNeverOverwritesWhatOthersHadWritten() throws Exception {
    load("crash-S4");
    Plan plan = here.plan("reassign-affinity --block 10.192.68.0/26 --to kubernetes2005", 128);
    Bytes block = Bytes.utf8("/calico/ipam/v2/assignment/ipv4/block/10.192.68.0-26");
    String before = server.calico().get(block).display();
    server.put(
        block.display(),
        before.replaceFirst("\"sequenceNumber\":(\\d+)", "\"sequenceNumber\":9$1"));
    Map<Bytes, Bytes> changed = server.calico();
    String run = run(here.apply(plan));
    server.compact();
    rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));
    elsewhere.rollBack(run);
    // Whatever it could take back: the number that others gave the block never goes down.
    assertThat(server.calico().get(block).display()).contains("\"sequenceNumber\":9");
    assertThat(changed.get(block).display()).contains("\"sequenceNumber\":9");
  }

  @Test
  void allThatDoesNotFitIsNamedAtOnceAndNothingIsWritten() throws Exception {
    load("incident-typo");
    Plan plan = here.plan("remove-pool eqiad-pods-second", 128);
    Plan other = here.plan("remove-pool eqiad-pods", 128);
    String run = run(here.apply(plan));
    String second = run(here.rollBack(run));
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    Path dump = machine.resolve(second + ".dump.jsonl.gz");

    assertThat(refused(elsewhere.rebuild(run, other, Optional.of(dump))))
        .anyMatch(reason -> reason.startsWith("run " + run + " was made with the plan sha256:"))
        .anyMatch(reason -> reason.endsWith("is of another run than " + run));
    // By its content, too: the pool that the run deleted was gone already.
    Path unnamed = Files.copy(dump, machine.resolve("some.jsonl.gz"));
    assertThat(refused(elsewhere.rebuild(run, plan, Optional.of(unnamed))))
        .containsExactly(
            "the dump some.jsonl.gz does not go with the plan: pool:eqiad-pods-second is not in it");
    Files.writeString(unnamed, "no dump");
    assertThat(refused(elsewhere.rebuild(run, plan, Optional.of(unnamed))))
        .singleElement()
        .satisfies(reason -> assertThat(reason).contains("some.jsonl.gz"));
    assertThat(server.all()).isEqualTo(before);
    assertThat(elsewhere.journal().list()).isEmpty();
    assertThat(refused(elsewhere.rebuild("r-222222", plan, Optional.empty())))
        .singleElement()
        .satisfies(reason -> assertThat(reason).contains("but run " + run + " was made with"));
    server.load(new Golden("v3.32.1", "healthy-v4").keyValues());
    assertThat(refused(elsewhere.rebuild(run, plan, Optional.empty())))
        .anyMatch(reason -> reason.contains("the Calico cluster"));
  }

  @Test
  void aRunOfWhichThereIsNothingIsNotMadeUp() throws Exception {
    load("incident-typo");
    Plan plan = here.plan("remove-pool eqiad-pods-second", 128);
    assertThat(refused(here.rebuild("r-222222", plan, Optional.empty())))
        .singleElement()
        .satisfies(reason -> assertThat(reason).contains("there is nothing to recover"));
  }

  @Test
  void whereTheRecordIsGoneTheKeysTell() throws Exception {
    load("healthy-v4");
    Plan plan = here.plan(TWO_STEPS, 128);
    String run = here.cutOffBetweenSteps(plan);
    server.delete("/ipam-repair/v1/run/" + run);

    RebuiltMark mark = rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));

    assertThat(mark.done()).isEmpty();
    Recovery.Recovered recovered = elsewhere.recover(run);
    assertThat(recovered).isInstanceOf(Recovery.Recovered.Diverged.class);
    KeyStanding pool = ((Recovery.Recovered.Diverged) recovered).keys().get(0);
    assertThat(pool.content()).isEqualTo(Content.WRITTEN);
    assertThat(pool.step()).isEqualTo(1);
    assertThat(elsewhere.resume(run)).isInstanceOf(RunOutcome.Diverged.class);
    run(elsewhere.rollBack(run));
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void theProcessThatStillWorksWritesNothingMore() throws Exception {
    load("healthy-v4");
    Plan plan = here.plan(TWO_STEPS, 128);
    RunOutcome outcome =
        here.betweenSteps(
                () -> {
                  try {
                    String run = here.onlyRun();
                    rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));
                    assertThat(settled(elsewhere.recover(run)).applied()).isEqualTo(1);
                  } catch (Exception failed) {
                    throw new AssertionError(failed);
                  }
                })
            .apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.TakenOver.class);
    run(elsewhere.rollBack(((RunOutcome.TakenOver) outcome).run()));
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void anExportCarriesTheMark() throws Exception {
    load("incident-typo");
    Plan plan = here.plan("remove-pool eqiad-pods-second", 128);
    String run = run(here.apply(plan));
    RebuiltMark mark = rebuilt(elsewhere.rebuild(run, plan, Optional.empty()));
    Workshop third = new Workshop(server, machine.resolveSibling("third"), 5);
    assertThat(third.takeCopy(elsewhere.journal())).isEqualTo(run);
    assertThat(RebuiltMark.of(third.journal().read(run))).contains(mark);
    assertThat(third.audit(run).verdict()).isEqualTo(RunAudit.Verdict.REBUILT);
    try (Etcd etcd = third.connect()) {
      assertThat(ToolKeys.read(etcd).orElseThrow().unclosed()).isEmpty();
    }
  }
}
