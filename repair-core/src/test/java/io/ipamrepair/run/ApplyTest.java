package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptor;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
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
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.Undo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole procedure on a real etcd with a real journal. */
@Tag("etcd")
class ApplyTest {
  private static final RunOptions OPTIONS =
      new RunOptions(
          new QuietTime(Duration.ofMillis(100), Duration.ofSeconds(5)), Carrying.Manner.KNOWN);
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path folder;
  private ThrowawayEtcd server;
  private final Random random = new Random(42);
  private final List<Somebody> people = new ArrayList<>();

  private void load(String release, String name) {
    server = ThrowawayEtcd.start();
    server.load(new Golden(release, name).keyValues());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Journal journal() {
    return Journal.at(folder.resolve("journal"));
  }

  private Etcd connect(ClientInterceptor... faults) throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(5), Duration.ofSeconds(5), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable(), faults);
  }

  private Circumstances circumstances(Etcd etcd, String... words) throws Exception {
    Instant now = CLOCK.instant();
    return new Circumstances(
        List.of(words),
        "tester@host",
        now,
        now.plusSeconds(600),
        "",
        Optional.of(Long.toHexString(etcd.identity().clusterId())));
  }

  private Plan plan(String... words) throws Exception {
    try (Etcd etcd = connect()) {
      IpamState state = new LiveSource(etcd).read();
      return new Planner(state, EtcdLimits.standard())
          .plan(Repairs.of(List.of(words)), circumstances(etcd, words));
    }
  }

  private Operator operator(boolean yes) {
    Somebody somebody = new Somebody("tester@host", () -> yes);
    people.add(somebody);
    return somebody;
  }

  private List<String> told() {
    return people.stream().flatMap(somebody -> somebody.told().stream()).toList();
  }

  private Workplace place(Etcd etcd, Operator operator) {
    return new Workplace(etcd, journal(), operator, CLOCK, random);
  }

  private RunOutcome apply(Plan plan, ClientInterceptor... faults) throws Exception {
    return apply(plan, true, false, faults);
  }

  private RunOutcome apply(Plan plan, boolean yes, boolean dryRun, ClientInterceptor... faults)
      throws Exception {
    try (Etcd etcd = connect(faults)) {
      return new Apply(place(etcd, operator(yes)), OPTIONS)
          .apply(
              new PlanFile.Sealed(plan, PlanFile.digest(plan)),
              PlanFile.bytes(plan),
              Backing.none(),
              dryRun);
    }
  }

  private Rollback.Prepared prepareRollback(String run) throws Exception {
    try (Etcd etcd = connect()) {
      return new Rollback(
              place(etcd, operator(true)), EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
          .prepare(run, circumstances(etcd, "rollback", run));
    }
  }

  private static String run(RunOutcome outcome) {
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    return ((RunOutcome.Applied) outcome).run();
  }

  private RecordedRun recorded(String run) throws Exception {
    return new RunReader().read(journal().read(run));
  }

  @ParameterizedTest
  @CsvSource({
    "incident-typo, remove-pool eqiad-pods-second",
    "incident-typo, remove-pool eqiad-pods",
    "healthy-v4, remove-pool default-ipv4-ippool --keep-blocks",
    "incident-wrong-deletion, reassign-affinity --block 10.64.64.64/26 --to kubernetes1003",
    "crash-S4, reassign-affinity --block 10.192.68.0/26 --to kubernetes2005",
    "incident-before, reassign-affinity --from kubernetes1001 --to kubernetes1005",
    "crash-S16, release-orphan-blocks --all",
    "crash-S8, release-orphan-blocks --all",
    "crash-S8-host-gone, release-orphan-blocks --all",
    "crash-S10, release-orphan-blocks --all",
    "crash-S6-confirmed, release-orphan-blocks --all",
    "crash-S13, release-orphan-blocks --all --free-leaked",
    "node-deleted, release-orphan-blocks --all --free-leaked"
  })
  void aRepairIsAppliedAndItsRollbackBringsEveryByteBack(String name, String command)
      throws Exception {
    load("v3.32.1", name);
    Map<Bytes, Bytes> before = server.calico();
    Plan plan = plan(command.split(" "));
    String run = run(apply(plan));
    assertThat(server.calico()).as("after %s", command).isNotEqualTo(before);
    assertThat(recorded(run).status()).isEqualTo(RecordedRun.Status.APPLIED);

    Rollback.Prepared prepared = prepareRollback(run);
    assertThat(prepared).isInstanceOf(Rollback.Prepared.Ready.class);
    Plan undo = ((Rollback.Prepared.Ready) prepared).plan();
    String undoRun = run(apply(undo));
    assertThat(server.calico()).as("after the rollback").isEqualTo(before);

    // A rollback is a run like any other: it can be rolled back.
    Plan redo = ((Rollback.Prepared.Ready) prepareRollback(undoRun)).plan();
    run(apply(redo));
    assertThat(server.calico()).isNotEqualTo(before);
  }

  private static final String WRONGLY_DELETED =
      "/calico/ipam/v2/assignment/ipv4/block/10.64.64.64-26";

  private String reassigned() throws Exception {
    load("v3.32.1", "incident-wrong-deletion");
    return run(
        apply(plan("reassign-affinity", "--block", "10.64.64.64/26", "--to", "kubernetes1003")));
  }

  private String block() {
    return server.calico().get(Bytes.utf8(WRONGLY_DELETED)).display();
  }

  @Test
  void aPodThatStartedInTheBlockKeepsItsAddressWhenTheOwnerIsPutBack() throws Exception {
    String run = reassigned();
    String withPod = withPod(block());
    server.put(WRONGLY_DELETED, withPod);

    run(apply(((Rollback.Prepared.Ready) prepareRollback(run)).plan()));
    assertThat(block())
        .as("the block, with its old owner")
        .isEqualTo(
            withPod
                .replaceFirst("\"affinity\":\"host:[^\"]*\"", "\"affinity\":null")
                .replaceFirst("\"affinity_claim_time\":\"[^\"]*\",", "")
                .replaceFirst("(\"sequenceNumber\":)[0-9]+", "$1" + (number(withPod) + 1)));
  }

  /** The block as it is when a pod has started in it: ordinal 14, the head of its queue. */
  private static String withPod(String block) {
    String withPod =
        block
            .replaceFirst("(\"allocations\":\\[(?:\\d+,){14})null", "$10")
            .replaceFirst("\"unallocated\":\\[14,", "\"unallocated\":[")
            .replaceFirst("(\"sequenceNumber\":)[0-9]+", "$1" + (number(block) + 1));
    assertThat(withPod).isNotEqualTo(block);
    return withPod;
  }

  private Plan reassignment() throws Exception {
    load("v3.32.1", "incident-wrong-deletion");
    return plan("reassign-affinity", "--block", "10.64.64.64/26", "--to", "kubernetes1003");
  }

  private RunOutcome apply(Plan plan, Carrying.Manner manner) throws Exception {
    try (Etcd etcd = connect()) {
      return new Apply(place(etcd, operator(true)), new RunOptions(OPTIONS.quiet(), manner))
          .apply(
              new PlanFile.Sealed(plan, PlanFile.digest(plan)),
              PlanFile.bytes(plan),
              Backing.none(),
              false);
    }
  }

  @Test
  void aPodThatStartedSinceThePlanKeepsItsAddressAndTheRollbackTooBringsTheBlockAsItWasThen()
      throws Exception {
    Plan plan = reassignment();
    server.put(WRONGLY_DELETED, withPod(block()));
    Map<Bytes, Bytes> before = server.calico();

    String run = run(apply(plan));
    assertThat(block())
        .as("with the new owner, and the pod")
        .contains("\"affinity\":\"host:kubernetes1003\"")
        .contains(allocations(before.get(Bytes.utf8(WRONGLY_DELETED)).display()))
        .contains("\"sequenceNumber\":" + (number(withPod(block())) - 1));
    assertThat(recorded(run).steps().get(0).carried())
        .as("what the journal says that the key had")
        .containsEntry(Bytes.utf8(WRONGLY_DELETED), before.get(Bytes.utf8(WRONGLY_DELETED)));

    run(apply(((Rollback.Prepared.Ready) prepareRollback(run)).plan()));
    assertThat(server.calico()).as("after the rollback").isEqualTo(before);
  }

  private static String allocations(String block) {
    return block.replaceFirst(".*(\"allocations\":\\[[^\\]]*\\]).*", "$1");
  }

  @Test
  void aPlanThatMustBeExactIsNotCarriedOver() throws Exception {
    Plan plan = reassignment();
    server.put(WRONGLY_DELETED, withPod(block()));
    Map<Bytes, Bytes> before = server.calico();
    assertThat(apply(plan, Carrying.Manner.EXACT)).isInstanceOf(RunOutcome.Moved.class);
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void anOwnerThatTheBlockGotSinceThePlanIsAConflictShownBesideWhatWasPlanned() throws Exception {
    Plan plan = reassignment();
    server.put(
        WRONGLY_DELETED,
        withPod(block()).replace("\"affinity\":null", "\"affinity\":\"host:kubernetes1004\""));
    Map<Bytes, Bytes> before = server.calico();
    RunOutcome outcome = apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(((RunOutcome.Moved) outcome).moved())
        .anyMatch(line -> line.equals("block:10.64.64.64/26: owner nobody → host:kubernetes1004"))
        .anyMatch(line -> line.equals("  the plan:   owner nobody → kubernetes1003"))
        .anyMatch(line -> line.startsWith("  since then: owner nobody → kubernetes1004"));
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void aBlockThatWasDeletedAndMadeAgainIsAConflict() throws Exception {
    Plan plan = reassignment();
    String block = block();
    server.delete(WRONGLY_DELETED);
    server.put(WRONGLY_DELETED, block);
    RunOutcome outcome = apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(((RunOutcome.Moved) outcome).moved())
        .anyMatch(line -> line.contains("it was deleted and created again"));
  }

  @Test
  void aMemberThatNobodyKnowsIsCarriedOverOnlyWhenTheOperatorAcceptsThat() throws Exception {
    Plan plan = reassignment();
    server.put(
        WRONGLY_DELETED, withPod(block()).replaceFirst("\"deleted\"", "\"later\":7,\"deleted\""));
    RunOutcome outcome = apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(((RunOutcome.Moved) outcome).moved())
        .anyMatch(line -> line.contains("later: its meaning is not known here"));
    run(apply(plan, Carrying.Manner.UNKNOWN_MEMBERS_TOO));
    assertThat(block()).contains("\"later\":7,", "\"affinity\":\"host:kubernetes1003\"");
  }

  private static long number(String block) {
    return Long.parseLong(block.replaceFirst(".*\"sequenceNumber\":([0-9]+).*", "$1"));
  }

  @Test
  void anOwnerThatSomebodyGaveTheBlockSinceIsAConflictAndNothingIsLost() throws Exception {
    String run = reassigned();
    server.put(WRONGLY_DELETED, block().replace("host:kubernetes1003", "host:kubernetes1004"));
    Map<Bytes, Bytes> before = server.calico();

    Rollback.Prepared prepared = prepareRollback(run);
    assertThat(prepared).isInstanceOf(Rollback.Prepared.Impossible.class);
    RunOutcome outcome = ((Rollback.Prepared.Impossible) prepared).outcome();
    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(((RunOutcome.Moved) outcome).moved())
        .anyMatch(line -> line.contains("block:10.64.64.64/26 was changed since run " + run))
        .anyMatch(line -> line.contains("since then: owner kubernetes1003 → kubernetes1004"));
    assertThat(server.calico()).isEqualTo(before);
  }

  /** Handing a node its key touches the block only to fence releases in flight. */
  @Test
  void aPodThatStartsInABlockThatWasOnlyTouchedStaysWhenTheRestIsRolledBack() throws Exception {
    load("v3.32.1", "crash-S8");
    Map<Bytes, Bytes> before = server.calico();
    String run = run(apply(plan("release-orphan-blocks", "--all")));
    String key = "/calico/ipam/v2/assignment/ipv4/block/10.192.68.192-26";
    String touched = server.calico().get(Bytes.utf8(key)).display();
    String next = touched.replaceFirst("(\"sequenceNumber\":[0-9]+)([0-8])", "$19");
    assertThat(next).isNotEqualTo(touched);
    server.put(key, next);

    run(apply(((Rollback.Prepared.Ready) prepareRollback(run)).plan()));
    Map<Bytes, Bytes> after = new java.util.TreeMap<>(before);
    after.put(Bytes.utf8(key), Bytes.utf8(next));
    assertThat(server.calico()).isEqualTo(after);
  }

  /** Put back, the affinity would announce the block beside the node that has claimed it since. */
  @Test
  void anAffinityIsNotPutBackBesideABlockThatSomebodyClaimedSince() throws Exception {
    load("v3.32.1", "crash-S6-confirmed");
    String run = run(apply(plan("release-orphan-blocks", "--all")));
    Bytes affinity = recorded(run).plan().steps().get(0).writes().get(0).key();
    String block =
        affinity.display().replaceFirst("/host/[^/]+/ipv4/block/", "/assignment/ipv4/block/");
    server.put(
        block,
        "{\"cidr\":\""
            + block.replaceFirst(".*/", "").replace('-', '/')
            + "\",\"affinity\":\"host:kubernetes2003\",\"allocations\":[],\"unallocated\":[]}");
    Map<Bytes, Bytes> claimed = server.calico();
    assertThat(prepareRollback(run))
        .isInstanceOfSatisfying(
            Rollback.Prepared.Impossible.class,
            impossible ->
                assertThat(((RunOutcome.Moved) impossible.outcome()).moved())
                    .anyMatch(line -> line.contains("was absent and is there")));
    assertThat(server.calico()).isEqualTo(claimed);
  }

  @Test
  void whereEtcdGoesAwayDuringTheDumpTheJournalSaysThatNothingWasWritten() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    Path journal = folder.resolve("journal");
    RunOutcome outcome =
        apply(
            plan,
            Faults.refuse(
                method ->
                    method.endsWith("/Range")
                        && Optional.ofNullable(journal.toFile().list()).stream()
                            .flatMap(Arrays::stream)
                            .anyMatch(name -> name.contains(".dump"))));
    assertThat(outcome).isInstanceOf(RunOutcome.EtcdUnusable.class);
    assertThat(journal().list()).hasSize(1);
    Journal.Listed.Readable run = (Journal.Listed.Readable) journal().list().get(0);
    assertThat(recorded(run.history().runId()).status())
        .isEqualTo(RecordedRun.Status.NOTHING_WRITTEN);
  }

  @Test
  void aJournalThatLostItsEndIsNotTakenForTheWholeTruth() throws Exception {
    load("v3.32.1", "healthy-v4");
    String run = run(apply(plan("remove-pool", "default-ipv4-ippool", "--keep-blocks")));
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    // What a truncated H2 file looks like: no error, fewer rows.
    try (var connection =
            java.sql.DriverManager.getConnection(
                "jdbc:h2:file:" + folder.resolve("journal").resolve(run), "sa", "");
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "delete from entry where sequence > (select max(sequence) - 3 from entry)"))
          .isEqualTo(3);
    }
    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(
                RunFormatException.class, () -> prepareRollback(run)))
        .hasMessageContaining("the record says 2 of 2 steps done, the journal knows of 1");
    assertThat(server.all()).isEqualTo(before);
  }

  @Test
  void anEmptyBlockGoesWithItsPoolInTheSameTransaction() throws Exception {
    load("v3.32.1", "empty");
    String block = "/calico/ipam/v2/assignment/ipv4/block/";
    Bytes pool =
        server.calico().keySet().stream()
            .filter(key -> key.display().contains("/ippools/"))
            .findFirst()
            .orElseThrow();
    String cidr =
        server.calico().get(pool).display().replaceFirst(".*\"cidr\":\"([0-9.]+)/.*", "$1") + "/26";
    server.put(
        block + cidr.replace('/', '-'),
        "{\"cidr\":\""
            + cidr
            + "\",\"affinity\":null,\"allocations\":["
            + "null,".repeat(63)
            + "null],\"unallocated\":["
            + java.util.stream.IntStream.range(0, 64)
                .mapToObj(String::valueOf)
                .collect(java.util.stream.Collectors.joining(","))
            + "],\"attributes\":[],\"sequenceNumber\":7,\"sequenceNumberForAllocation\":{},"
            + "\"deleted\":false}");
    Map<Bytes, Bytes> before = server.calico();
    String run = run(apply(plan("remove-pool", pool.display().replaceFirst(".*/", ""))));
    assertThat(server.calico().keySet())
        .noneMatch(key -> key.equals(pool) || key.display().startsWith(block));
    run(apply(((Rollback.Prepared.Ready) prepareRollback(run)).plan()));
    assertThat(server.calico()).isEqualTo(before);
  }

  /** The prompt may wait for an hour; what it was asked about is judged again afterwards. */
  @Test
  void whatHappensWhileThePromptWaitsIsSeen() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    String key = "/calico/resources/v3/projectcalico.org/clusterinformations/default";
    Operator slow =
        new Operator() {
          @Override
          public String name() {
            return "tester@host";
          }

          @Override
          public boolean wantsToStop() {
            return false;
          }

          @Override
          public void tell(String line) {}

          @Override
          public boolean confirms(String question, String answer) {
            assertThat(answer).isEqualTo("eqiad-pods-second");
            server.put(
                key,
                server
                    .calico()
                    .get(Bytes.utf8(key))
                    .display()
                    .replaceFirst("\"clusterGUID\":\"[0-9a-f]*", "\"clusterGUID\":\"beef"));
            return true;
          }
        };
    try (Etcd etcd = connect()) {
      assertThat(
              new Apply(place(etcd, slow), OPTIONS)
                  .apply(
                      new PlanFile.Sealed(plan, PlanFile.digest(plan)),
                      PlanFile.bytes(plan),
                      Backing.none(),
                      false))
          .isInstanceOf(RunOutcome.Refused.class);
    }
    assertThat(journal().list()).isEmpty();
  }

  @Test
  void aPlanWhoseEvidenceMovedIsRefusedAndLeavesNoRun() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    server.delete("/calico/resources/v3/projectcalico.org/ippools/eqiad-pods");
    Map<Bytes, Bytes> before = server.calico();
    assertThat(apply(plan))
        .isInstanceOfSatisfying(
            RunOutcome.Moved.class,
            moved ->
                assertThat(moved.moved()).containsExactly("pool:eqiad-pods was there and is gone"));
    assertThat(server.calico()).isEqualTo(before);
    assertThat(journal().list()).isEmpty();
  }

  @Test
  void aPlanThatIsInPlaceAlreadyIsRefusedAsMoved() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    run(apply(plan));
    assertThat(apply(plan))
        .isInstanceOfSatisfying(
            RunOutcome.Moved.class,
            moved -> assertThat(moved.moved().get(0)).contains("in place already"));
  }

  @Test
  void aPodThatStartsElsewhereDoesNotMakeAPlanStale() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    String key = "/calico/ipam/v2/assignment/ipv4/block/10.64.64.0-26";
    server.put(
        key,
        server
            .calico()
            .get(Bytes.utf8(key))
            .display()
            .replaceFirst("\"sequenceNumber\":(\\d+)\\d", "\"sequenceNumber\":$19"));
    run(apply(plan));
  }

  @Test
  void anotherClusterIsRefused() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    String key = "/calico/resources/v3/projectcalico.org/clusterinformations/default";
    server.put(
        key,
        server
            .calico()
            .get(Bytes.utf8(key))
            .display()
            .replaceFirst("\"clusterGUID\":\"[0-9a-f]*", "\"clusterGUID\":\"beef"));
    assertThat(apply(plan))
        .isInstanceOfSatisfying(
            RunOutcome.Refused.class,
            refused -> assertThat(refused.reasons().get(0)).contains("this is beef"));
    server.close();
    load("v3.32.1", "incident-typo");
    assertThat(apply(plan))
        .isInstanceOfSatisfying(
            RunOutcome.Refused.class,
            refused -> assertThat(refused.reasons().get(0)).contains("etcd cluster"));
  }

  @Test
  void aDryRunAndANoWriteNothing() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    assertThat(apply(plan, true, true)).isInstanceOf(RunOutcome.Applicable.class);
    assertThat(apply(plan, false, false)).isInstanceOf(RunOutcome.Declined.class);
    assertThat(server.all()).isEqualTo(before);
    assertThat(journal().list()).isEmpty();
  }

  @Test
  void aStepThatWasAppliedAlthoughItsAnswerWasLostIsReportedAsApplied() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    RunOutcome outcome =
        apply(
            plan, Faults.loseAnswers(Faults.writesRecord("\"done\":1").and(Faults.isNoTrial()), 1));
    run(outcome);
    assertThat(told())
        .anyMatch(line -> line.contains("settling"))
        .anyMatch(line -> line.contains("the answer was lost, the write was not"));
    assertThat(server.calico())
        .doesNotContainKey(
            Bytes.utf8("/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second"));
  }

  @Test
  void aStepThatNeverLeftIsReportedAsNotApplied() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    Map<Bytes, Bytes> before = server.calico();
    RunOutcome outcome =
        apply(plan, Faults.neverSend(Faults.writesRecord("\"done\":1").and(Faults.isNoTrial()), 1));
    assertThat(outcome).isInstanceOf(RunOutcome.EtcdUnusable.class);
    assertThat(server.calico()).isEqualTo(before);
    assertThat(journal().list()).hasSize(1);
  }

  @Test
  void aTrialWithoutAnAnswerIsSentAgain() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    run(apply(plan, Faults.loseAnswers(Faults.isNoTrial().negate(), 1)));
  }

  @Test
  void aRunKnownToEtcdIsRecordedWhenTheAnswerToItsBeginIsLost() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    run(apply(plan, Faults.loseAnswers(Faults.writesRecord("\"done\":0"), 1)));
  }

  @Test
  void whenEtcdStaysAwayTheOutcomeIsUnknownAndRollbackSettlesIt() throws Exception {
    load("v3.32.1", "incident-typo");
    Map<Bytes, Bytes> before = server.calico();
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    RunOutcome outcome =
        apply(
            plan,
            Faults.loseAnswers(
                Faults.writesRecord("\"done\":1")
                    .and(Faults.isNoTrial())
                    .or(Faults.writesRecord("given-up")),
                1000));
    assertThat(outcome).isInstanceOf(RunOutcome.Unknown.class);
    String run = ((RunOutcome.Unknown) outcome).run();
    assertThat(recorded(run).status()).isEqualTo(RecordedRun.Status.UNKNOWN);

    run(apply(((Rollback.Prepared.Ready) prepareRollback(run)).plan()));
    assertThat(server.calico()).isEqualTo(before);
    assertThat(recorded(run).status()).isEqualTo(RecordedRun.Status.ALL_APPLIED);
  }

  @Test
  void aPoolThatGetsABlockAfterItWasDisabledHaltsTheRunAndRollbackEnablesItAgain()
      throws Exception {
    load("v3.32.1", "healthy-v4");
    Map<Bytes, Bytes> before = server.calico();
    Plan plan = plan("remove-pool", "default-ipv4-ippool", "--keep-blocks");
    String existing =
        before.keySet().stream()
            .map(Bytes::display)
            .filter(key -> key.contains("/assignment/"))
            .findFirst()
            .orElseThrow();
    String newBlock = existing.replaceFirst("\\.\\d+-26$", ".0-26");
    assertThat(before).doesNotContainKey(Bytes.utf8(newBlock));
    RunOutcome outcome =
        apply(
            plan,
            new ClientInterceptor() {
              @Override
              public <Q, A> io.grpc.ClientCall<Q, A> interceptCall(
                  io.grpc.MethodDescriptor<Q, A> method,
                  io.grpc.CallOptions options,
                  io.grpc.Channel next) {
                if (server.calico().values().stream()
                        .anyMatch(value -> value.display().contains("\"disabled\":true"))
                    && !server.calico().containsKey(Bytes.utf8(newBlock))) {
                  server.put(newBlock, before.get(Bytes.utf8(existing)).display());
                }
                return next.newCall(method, options);
              }
            });
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Halted.class,
            halted -> {
              assertThat(halted.applied()).isEqualTo(1);
              assertThat(halted.reasons()).anyMatch(reason -> reason.contains("is new inside"));
            });
    server.delete(newBlock);
    run(
        apply(
            ((Rollback.Prepared.Ready) prepareRollback(((RunOutcome.Halted) outcome).run()))
                .plan()));
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void aServerThatIsSetLowerStopsTheRunBeforeAnythingIsWritten() throws Exception {
    server = ThrowawayEtcd.start("--max-txn-ops", "2");
    for (var each : new Golden("v3.32.1", "crash-S4").keyValues()) {
      server.put(each.key().display(), each.value().display());
    }
    Map<Bytes, Bytes> before = server.calico();
    Plan plan = plan("reassign-affinity", "--block", "10.192.68.0/26", "--to", "kubernetes2005");
    assertThat(apply(plan))
        .isInstanceOfSatisfying(
            RunOutcome.EtcdUnusable.class,
            unusable ->
                assertThat(unusable.failure().kind())
                    .isEqualTo(io.ipamrepair.kv.EtcdFailure.Kind.TOO_MANY_OPERATIONS));
    assertThat(server.calico()).isEqualTo(before);
    assertThat(server.all().keySet()).noneMatch(key -> key.display().startsWith("/ipam-repair/"));
  }

  @Test
  void anUnusableJournalIsRefusedBeforeTheFirstWrite() throws Exception {
    load("v3.32.1", "incident-typo");
    Plan plan = plan("remove-pool", "eqiad-pods-second");
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    java.nio.file.Files.writeString(folder.resolve("journal"), "a file where the folder should be");
    assertThat(apply(plan)).isInstanceOf(RunOutcome.JournalUnusable.class);
    assertThat(server.all()).isEqualTo(before);
  }
}
