package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.faults.Fault;
import io.ipamrepair.faults.Fault.Manner;
import io.ipamrepair.faults.Fault.Place;
import io.ipamrepair.faults.FaultyCalls;
import io.ipamrepair.faults.FaultyDisk;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.RecordedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something goes wrong at each boundary in turn of {@code apply}, {@code resume}, {@code recover}
 * and {@code rollback}: at each call to etcd, and at each write and force of the journal. Then
 * {@code recover}, which may go wrong as well, and {@code resume} or {@code rollback}. At the end
 * Calico's data are exactly the plan's or exactly the original ones, journal and run record agree,
 * and nothing is locked. Deaths are played in this process, with what was not forced to the disk
 * lost or not, and real: SIGKILL of a process of its own.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultLoopTest {
  private static final long SEED = Long.getLong("faults.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");

  /** The long run tries each boundary, or one in so many. */
  private static final int STRIDE = Integer.getInteger("faults.stride", 1);

  /** Only these shapes, by their names; all where there is none. */
  private static final List<String> SHAPES =
      List.of(System.getProperty("faults.shapes", "").split(","));

  /** Plans of 1, 3 and 12 steps. */
  enum Shape {
    ONE_STEP("incident-typo", "remove-pool eqiad-pods-second", 128, 1, false),
    ONE_STEP_LOCKED("incident-typo", "remove-pool eqiad-pods-second", 128, 1, true),
    THREE_STEPS("healthy-v4", "release-orphan-blocks --all --free-leaked", 24, 3, false),
    TWELVE_STEPS("healthy-v4", "release-orphan-blocks --all", 8, 12, false);

    private final String state;
    private final List<String> command;
    private final int operations;
    private final int steps;
    private final boolean lockDatastore;

    Shape(String state, String command, int operations, int steps, boolean lockDatastore) {
      this.state = state;
      this.command = List.of(command.split(" "));
      this.operations = operations;
      this.steps = steps;
      this.lockDatastore = lockDatastore;
    }

    /** What is there before. */
    List<KeyValue> keys() {
      if (this == TWELVE_STEPS) {
        return StaleClaims.state(steps);
      }
      List<KeyValue> keys = new ArrayList<>(new Golden("v3.32.1", state).keyValues());
      if (this == THREE_STEPS) {
        // No pod is left: every address is a leak.
        keys.removeIf(each -> each.key().display().contains("/workloadendpoints/"));
      }
      return keys;
    }
  }

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @TempDir Path folder;
  private final Clock clock = Clock.systemUTC();
  private int journals;
  private final Map<Manner, Integer> played = new EnumMap<>(Manner.class);
  private final Map<Operation, Integer> kills = new EnumMap<>(Operation.class);
  private final Map<String, Integer> boundaries = new TreeMap<>();
  private int doubles;
  private int arrived;
  private final List<Throwable> failed = new ArrayList<>();

  @ParameterizedTest
  @EnumSource(Shape.class)
  void whateverGoesWrongNothingIsLost(Shape shape) throws Exception {
    assumeTrue(SHAPES.contains("") || SHAPES.contains(shape.name()));
    Random random = new Random(SEED + shape.ordinal());
    for (Operation operation : Operation.values()) {
      if (LONG) {
        for (Manner manner : Manner.values()) {
          everyBoundary(shape, operation, manner, random, false);
        }
      } else {
        for (int i = 0; i < 2; i++) {
          Manner manner = Manner.values()[random.nextInt(Manner.values().length)];
          tried(shape, operation, manner, someBoundary(manner, random), random, false);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void aProcessThatIsKilledAnywhereLosesNothing(Shape shape) throws Exception {
    assumeTrue(SHAPES.contains("") || SHAPES.contains(shape.name()));
    Random random = new Random(SEED + 100 + shape.ordinal());
    List<Manner> manners =
        List.of(
            Manner.DIES_BEFORE_CALL,
            Manner.DIES_AFTER_CALL,
            Manner.DIES_BEFORE_DISK,
            Manner.DIES_IN_WRITE);
    if (LONG) {
      for (Operation operation : Operation.values()) {
        for (Manner manner : manners) {
          everyBoundary(shape, operation, manner, random, true);
        }
      }
    } else {
      Operation operation = Operation.values()[random.nextInt(Operation.values().length)];
      Manner manner = manners.get(random.nextInt(manners.size()));
      tried(shape, operation, manner, someBoundary(manner, random), random, true);
    }
  }

  /** One that went wrong again: {@code -Dfaults.only=ONE_STEP,APPLY,LATE,12}. */
  @Test
  @EnabledIfSystemProperty(named = "faults.only", matches = ".+")
  void theOneThatIsNamed() throws Exception {
    String[] named = System.getProperty("faults.only").split(",");
    for (int i = 0; i < Integer.getInteger("faults.times", 1); i++) {
      tried(
          Shape.valueOf(named[0]),
          Operation.valueOf(named[1]),
          Manner.valueOf(named[2]),
          Integer.parseInt(named[3]),
          new Random(SEED + i),
          named.length > 4);
    }
  }

  private static int someBoundary(Manner manner, Random random) {
    return 1 + random.nextInt(manner.place() == Place.CALL ? 60 : 20);
  }

  /** The 1st, 2nd, … until one passes untouched; with a stride, as many of them. */
  private void everyBoundary(
      Shape shape, Operation operation, Manner manner, Random random, boolean kill)
      throws Exception {
    int stride = STRIDE * (kill ? 4 : 1);
    int already = failed.size();
    boolean struck = true;
    for (int at = 1 + random.nextInt(stride); struck && failed.size() < already + 3; at += stride) {
      try {
        struck = tried(shape, operation, manner, at, random, kill);
      } catch (AssertionError | Exception broken) {
        // The hours that the others take are not thrown away for it.
        broken.printStackTrace(System.out);
        failed.add(broken);
      }
    }
    System.out.printf(
        "%s, %s, %s%s; so far %s%n", shape, operation, kill ? "killed " : "", manner, tally());
  }

  @AfterEach
  void nothingWasLost() {
    assertThat(failed).as("trials that failed").isEmpty();
  }

  /** Of all shapes so far. */
  private String tally() {
    int single = played.values().stream().mapToInt(Integer::intValue).sum();
    int killed = kills.values().stream().mapToInt(Integer::intValue).sum();
    return "faults: %d tried, %d of them with SIGKILL, %d with a second one while recovering,"
            .formatted(single + killed, killed, doubles)
        + " %d late calls arrived, %d trials failed".formatted(arrived, failed.size());
  }

  @AfterAll
  void howMany() {
    System.out.printf(
        "%s; seed %d%n  played: %s%n  killed with SIGKILL: %s%n  boundaries reached: %s%n",
        tally(), SEED, played, kills, boundaries);
    assertThat(played.size() + kills.size()).as("kinds of faults that were tried").isPositive();
  }

  private boolean tried(
      Shape shape, Operation operation, Manner manner, int at, Random random, boolean kill)
      throws Exception {
    String what = shape + ", " + operation + ", " + (kill ? "killed " : "") + manner + " at " + at;
    Trial trial = new Trial(shape, what + ", seed " + SEED, random);
    trial.prepare(operation);
    boolean struck =
        kill
            ? trial.kill(operation, manner, at)
            : trial.strike(operation, Fault.played(manner, at));
    if (struck) {
      if (kill) {
        kills.merge(operation, 1, Integer::sum);
      } else {
        played.merge(manner, 1, Integer::sum);
      }
      boundaries.merge(shape + " " + operation + " " + manner.place(), at, Math::max);
      if (random.nextInt(3) == 0) {
        doubles += trial.strikeTheRecovery() ? 1 : 0;
      }
    }
    trial.end(operation);
    return struck;
  }

  /** One run that goes wrong, on a state of its own. */
  private final class Trial {
    private final Shape shape;
    private final String what;
    private final Random random;
    private final Path home = folder.resolve("journal" + journals++);
    private final Journal journal = Journal.at(home);
    private final Somebody operator = new Somebody("tester@host", () -> true);
    private final Map<Bytes, Bytes> original;
    private final Map<Bytes, Bytes> planned;
    private final Plan plan;
    private final List<FaultyCalls> underWay = new ArrayList<>();

    Trial(Shape shape, String what, Random random) throws Exception {
      this.shape = shape;
      this.what = what;
      this.random = random;
      server.clear();
      server.load(shape.keys());
      original = server.calico();
      plan = plan();
      planned = after(plan, plan.steps().size(), original);
      assertThat(plan.steps()).as(what).hasSize(shape.steps);
    }

    private Plan plan() throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        IpamState state = new LiveSource(etcd).read();
        Instant now = clock.instant();
        return new Planner(state, new EtcdLimits(shape.operations, 1_500_000))
            .plan(
                Repairs.of(shape.command),
                new Circumstances(
                    shape.command,
                    "tester@host",
                    now,
                    now.plusSeconds(3600),
                    "",
                    Optional.of(Long.toHexString(etcd.identity().clusterId()))));
      }
    }

    /** What is there once so many steps are applied. */
    private static Map<Bytes, Bytes> after(Plan plan, int steps, Map<Bytes, Bytes> before) {
      Map<Bytes, Bytes> after = new TreeMap<>(before);
      plan.steps().subList(0, steps).stream()
          .flatMap(step -> step.writes().stream())
          .forEach(
              write -> {
                after.remove(write.key());
                write.after().ifPresent(bytes -> after.put(write.key(), bytes));
              });
      return after;
    }

    /** Calico's data, without its own lock, which is as it was once a run is recovered. */
    private Map<Bytes, Bytes> data() {
      Map<Bytes, Bytes> data = server.calico();
      data.keySet().removeIf(key -> key.display().contains("/clusterinformations/"));
      return data;
    }

    private Map<Bytes, Bytes> withoutLock(Map<Bytes, Bytes> calico) {
      Map<Bytes, Bytes> data = new TreeMap<>(calico);
      data.keySet().removeIf(key -> key.display().contains("/clusterinformations/"));
      return data;
    }

    private Optional<String> run() {
      return KilledProcess.runOf(operator.told());
    }

    private Operation.Order order() {
      return new Operation.Order(plan, run().orElse("r-none"), shape.lockDatastore);
    }

    private String perform(Operation operation) throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        return operation.perform(order(), etcd, journal, operator, random).toString();
      }
    }

    /** Brings a run to where {@code operation} begins. */
    void prepare(Operation operation) throws Exception {
      if (operation == Operation.ROLLBACK) {
        assertThat(perform(Operation.APPLY)).as(what).startsWith("Applied");
      } else if (operation != Operation.APPLY) {
        cutOff();
        assertThat(run()).as("%s: cut off, told %s", what, operator.told()).isPresent();
        if (operation == Operation.RESUME) {
          assertThat(perform(Operation.RECOVER)).as(what).startsWith("Settled");
        }
      }
    }

    /** An apply that dies before or behind its middle step. */
    private void cutOff() throws Exception {
      Manner manner = random.nextBoolean() ? Manner.DIES_BEFORE_CALL : Manner.DIES_AFTER_CALL;
      int middle = (shape.steps + 1) / 2;
      try (Etcd etcd =
          Operation.connect(
              server.target(), new DiesAtStep(middle, manner == Manner.DIES_BEFORE_CALL))) {
        operator.tell(Operation.APPLY.perform(order(), etcd, journal, operator, random).toString());
      } catch (Fault.Died died) {
        operator.tell("died");
      }
    }

    /** Performs it under a fault that is played; whether that struck. */
    boolean strike(Operation operation, Fault fault) throws Exception {
      Map<Bytes, Bytes> before = data();
      Optional<Object> said = Optional.empty();
      FaultyCalls calls = new FaultyCalls(fault, server.endpoint(), 1 + random.nextInt(40));
      underWay.add(calls);
      try (FaultyDisk disk = new FaultyDisk(fault);
          Etcd etcd = Operation.connect(server.target(), calls)) {
        said = Optional.of(operation.perform(order(), etcd, disk.journal(home), operator, random));
      } catch (Fault.Died died) {
        operator.tell("died");
      } catch (JournalException | RunFormatException told) {
        operator.tell(told.getMessage());
        said = Optional.of(told);
      }
      if (said.isPresent() && !fault.dead()) {
        isTrue(said.get(), operation, before);
        if (random.nextBoolean()) {
          // A late call arrives when everybody thinks that it is over.
          calls.arriveAll();
          isTrue(said.get(), operation, before);
        }
      }
      return fault.struck();
    }

    /** What an operation says of the data is so. */
    private void isTrue(Object said, Operation operation, Map<Bytes, Bytes> before)
        throws Exception {
      if (said instanceof RunOutcome.TakenOver) {
        return;
      }
      List<Map<Bytes, Bytes>> possible = new ArrayList<>();
      if (said instanceof RunOutcome.Applied || said instanceof RunOutcome.Differs) {
        possible.add(operation == Operation.ROLLBACK ? original : planned);
      } else if (said instanceof RunOutcome.Halted halted) {
        possible.add(after(halted.run(), halted.applied()));
      } else if (said instanceof RunOutcome.Unknown unknown) {
        possible.add(after(unknown.run(), unknown.applied()));
        possible.add(after(unknown.run(), unknown.applied() + 1));
      } else {
        // Whatever else is said, it means that nothing was written.
        possible.add(before);
      }
      assertThat(possible.stream().map(this::withoutLock).toList())
          .as("%s: said %s, told %s", what, said, operator.told())
          .contains(data());
    }

    /** What is there once so many steps of a run of the journal are applied. */
    private Map<Bytes, Bytes> after(String run, int steps) throws Exception {
      Plan of = new RunReader().read(journal.read(run)).plan();
      boolean undoes = of.command().get(0).equals("rollback");
      return after(of, steps, undoes ? planned : original);
    }

    /** Performs it in a process that is killed; whether that was. */
    boolean kill(Operation operation, Manner manner, int at) throws Exception {
      Path planFile = folder.resolve("plan" + journals + ".json");
      Files.write(planFile, PlanFile.bytes(plan));
      KilledProcess.Ended ended =
          KilledProcess.run(
              operation, order(), planFile, home, server.endpoint(), manner, at, random.nextLong());
      ended.told().forEach(operator::tell);
      return ended.killed();
    }

    /** A second fault, while somebody recovers; whether there was one. */
    boolean strikeTheRecovery() throws Exception {
      if (!isJournalled()) {
        return false;
      }
      List<Manner> manners = List.of(Manner.values());
      Manner manner = manners.get(random.nextInt(manners.size()));
      int most = manner.place() == Place.CALL ? 8 : 12;
      return strike(Operation.RECOVER, Fault.played(manner, 1 + random.nextInt(most)));
    }

    /** Whether there is a file of it; that may hold nothing. */
    private boolean isJournalled() {
      return Files.exists(home.resolve(run().orElse("none") + ".mv.db"));
    }

    /**
     * Whoever died before it had written its plan down still has the lock, until its lease runs
     * out: there is no run to recover that would take it.
     */
    private void breakTheLockOfTheDead() throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        Optional<LockHolder> dead = OperatorLock.holder(etcd);
        if (dead.isPresent() && !hasPlan(dead.get().run())) {
          OperatorLock.takeFrom(etcd, dead.get());
        }
      }
    }

    private boolean hasPlan(String run) {
      try {
        return journal.read(run).entries().stream()
            .anyMatch(entry -> entry.kind() == EntryKind.PLAN);
      } catch (JournalException nothingThere) {
        return false;
      }
    }

    /** Recovers, goes on or back, and looks at everything; then again when all has arrived. */
    void end(Operation operation) throws Exception {
      settle(operation);
      Map<Bytes, Bytes> settled = server.calico();
      for (FaultyCalls each : underWay) {
        each.arriveAll();
        arrived += each.arrived();
        each.close();
      }
      assertThat(server.calico())
          .as("%s: after the last call arrived, told %s", what, operator.told())
          .isEqualTo(settled);
      everythingIsInOrder();
    }

    private void settle(Operation operation) throws Exception {
      breakTheLockOfTheDead();
      Optional<RecordedRun> recovered = isJournalled() ? recovered() : Optional.empty();
      if (recovered.isEmpty()) {
        assertThat(server.calico())
            .as("%s: no run with a plan, told %s", what, operator.told())
            .isEqualTo(operation == Operation.ROLLBACK ? planned : original);
        noRecordWithoutJournal();
        return;
      }
      boolean undoing = recovered.get().plan().command().get(0).equals("rollback");
      Map<Bytes, Bytes> from = undoing ? planned : original;
      Map<Bytes, Bytes> to = undoing ? original : planned;
      if (random.nextBoolean()) {
        underWay.forEach(FaultyCalls::arriveAll);
      }
      int applied = recovered.get().applied();
      int steps = recovered.get().steps().size();
      assertThat(server.calico())
          .as("%s: %d of %d steps applied, told %s", what, applied, steps, operator.told())
          .isEqualTo(after(recovered.get().plan(), applied, from));
      if (random.nextBoolean() && applied < steps) {
        assertThat(perform(Operation.RESUME)).as(what).startsWith("Applied");
        assertThat(server.calico()).as("%s: resumed", what).isEqualTo(to);
      } else if (applied > 0) {
        assertThat(perform(Operation.ROLLBACK)).as(what).startsWith("Applied");
        assertThat(server.calico()).as("%s: rolled back", what).isEqualTo(from);
      }
    }

    private Optional<RecordedRun> recovered() throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        Recovery.Recovered found =
            new Recovery(etcd, journal, "other@host", RunId.token(random), clock)
                .recover(run().get());
        assertThat(found).as(what).isInstanceOf(Recovery.Recovered.Settled.class);
        return Optional.of(((Recovery.Recovered.Settled) found).run());
      } catch (JournalException | RunFormatException stoppedBeforeItsPlan) {
        assertThat(hasPlan(run().get())).as("%s: %s", what, stoppedBeforeItsPlan).isFalse();
        return Optional.empty();
      }
    }

    /** A run that etcd knows is in a journal that can be read: it was forced before. */
    private void noRecordWithoutJournal() throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        assertThat(ToolKeys.read(etcd).orElseThrow().unclosed())
            .as("%s: runs without a journal, told %s", what, operator.told())
            .isEmpty();
      }
    }

    /** Every run's journal and record agree, none is open, and nothing is locked. */
    private void everythingIsInOrder() throws Exception {
      try (Etcd etcd = Operation.connect(server.target())) {
        for (Journal.Listed listed : journal.list()) {
          if (listed instanceof Journal.Listed.Readable readable) {
            RunAudit audit = RunAudit.of(etcd, journal, readable.history().runId());
            assertThat(audit.verdict())
                .as("%s: journal and record: %s, told %s", what, audit, operator.told())
                .isEqualTo(RunAudit.Verdict.INTACT);
          } else {
            String broken = ((Journal.Listed.Unreadable) listed).runId();
            assertThat(HeldRecord.find(etcd, broken))
                .as("%s: record of %s, whose journal cannot be read", what, broken)
                .isEmpty();
          }
        }
        assertThat(ToolKeys.read(etcd).orElseThrow().unclosed()).as("%s: open", what).isEmpty();
        assertThat(OperatorLock.holder(etcd)).as("%s: locked", what).isEmpty();
      }
    }
  }
}
