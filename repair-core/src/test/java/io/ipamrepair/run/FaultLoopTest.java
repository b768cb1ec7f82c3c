package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.Faults;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import io.ipamrepair.undo.Undo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Something goes wrong at each call to etcd in turn: the call fails, its answer is lost, the
 * process dies before it or behind it. Then {@code recover}, which may go wrong as well, and {@code
 * resume} or {@code rollback}. At the end Calico's data are exactly the plan's or exactly the
 * original ones, journal and run record agree, and nothing is locked.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultLoopTest {
  private static final long SEED = Long.getLong("faults.seed", 20_261_125);
  private static final boolean LONG = Boolean.getBoolean("ipamrepair.long");

  /** Of the boundaries, one in so many is tried in the short run, which ones the seed decides. */
  private static final int ONE_IN = LONG ? 1 : 20;

  private static final QuietTime QUICK =
      new QuietTime(Duration.ofMillis(20), Duration.ofSeconds(20));

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  @TempDir Path folder;
  private final Clock clock = Clock.systemUTC();
  private Somebody operator = new Somebody("tester@host", () -> true);
  private int journals;
  private RunOptions options = new RunOptions(QUICK, Carrying.Manner.KNOWN);

  /** What happens at a call. */
  private enum Mode {
    /** It never leaves this machine. */
    REFUSED,
    /** It reaches etcd, and the answer does not come back. */
    ANSWER_LOST,
    /** The process ends before it. */
    DIES_BEFORE,
    /** It reaches etcd, and the process ends before it hears of it. */
    DIES_AFTER
  }

  /** The end of a process, as far as this one can play it: nothing of it reaches etcd any more. */
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A fault at the {@code at}th call. */
  private static final class Fault implements ClientInterceptor {
    private final Mode mode;
    private final int at;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean dead;
    private volatile boolean struck;

    Fault(Mode mode, int at) {
      this.mode = mode;
      this.at = at;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      boolean now = calls.incrementAndGet() == at;
      struck |= now;
      dead |= now && mode == Mode.DIES_BEFORE;
      if (dead) {
        throw new Died();
      }
      ClientCall<Q, A> call = next.newCall(method, options);
      if (!now) {
        return call;
      }
      return mode == Mode.REFUSED ? Faults.refused() : new Deaf<>(call);
    }

    private static Status away() {
      return Status.UNAVAILABLE.withDescription("fault (test)");
    }

    private final class Deaf<Q, A> extends SimpleForwardingClientCall<Q, A> {
      Deaf(ClientCall<Q, A> call) {
        super(call);
      }

      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              public void onMessage(A message) {
                // Lost.
              }

              @Override
              public void onClose(Status status, Metadata trailers) {
                dead |= mode == Mode.DIES_AFTER;
                super.onClose(away(), new Metadata());
              }
            },
            headers);
      }
    }
  }

  private Etcd connect(ClientInterceptor... faults) throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(10), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable(), faults);
  }

  private Plan plan(List<String> words, int operations) throws Exception {
    try (Etcd etcd = connect()) {
      IpamState state = new LiveSource(etcd).read();
      Instant now = clock.instant();
      return new Planner(state, new EtcdLimits(operations, 1_500_000))
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

  @ParameterizedTest
  @CsvSource({
    "incident-typo, remove-pool eqiad-pods-second, 128, 1, false",
    "incident-typo, remove-pool eqiad-pods-second, 128, 1, true",
    "healthy-v4, remove-pool default-ipv4-ippool --keep-blocks, 128, 2, true",
    "healthy-v4, release-orphan-blocks --all --free-leaked, 24, 3, false"
  })
  void whateverGoesWrongNothingIsLost(
      String state, String command, int operations, int least, boolean lockDatastore)
      throws Exception {
    options = new RunOptions(QUICK, Carrying.Manner.KNOWN, lockDatastore);
    Golden golden = new Golden("v3.32.1", state);
    Random random = new Random(SEED);
    int faults = 0;
    int doubles = 0;
    for (Mode mode : Mode.values()) {
      boolean struck = true;
      for (int at = 1 + random.nextInt(ONE_IN); struck; at += ONE_IN) {
        boolean twice = random.nextInt(LONG ? 3 : 4) == 0;
        String what = state + ", " + mode + " at call " + at + ", seed " + SEED;
        Trial trial = new Trial(golden, List.of(command.split(" ")), operations, what);
        assertThat(trial.plan.steps()).as(command).hasSizeGreaterThanOrEqualTo(least);
        struck = trial.apply(new Fault(mode, at));
        if (struck && twice) {
          Mode second = Mode.values()[random.nextInt(Mode.values().length)];
          trial.recoverBadly(new Fault(second, 1 + random.nextInt(8)));
          doubles++;
        }
        faults += struck ? 1 : 0;
        trial.end(random.nextBoolean());
      }
    }
    System.out.printf(
        "faults: %s%s: %d single, of which %d with a second one while recovering; seed %d%n",
        command, lockDatastore ? " --lock-datastore" : "", faults, doubles, SEED);
    assertThat(faults).as("boundaries that were tried").isPositive();
  }

  /** One run that goes wrong, on a state of its own. */
  private final class Trial {
    private final String what;
    private final Plan plan;
    private final Journal journal = Journal.at(folder.resolve("journal" + journals++));
    private final Map<Bytes, Bytes> original;
    private final Map<Bytes, Bytes> planned;
    private final Random random = new Random(journals);

    Trial(Golden golden, List<String> words, int operations, String what) throws Exception {
      this.what = what;
      operator = new Somebody("tester@host", () -> true);
      server.clear();
      // Where leaks are freed, no pod is left: every address is one.
      boolean leaks = words.contains("--free-leaked");
      server.load(
          golden.keyValues().stream()
              .filter(each -> !leaks || !each.key().display().contains("/workloadendpoints/"))
              .toList());
      original = server.calico();
      plan = plan(words, operations);
      planned = new TreeMap<>(original);
      try (Etcd etcd = connect()) {
        IpamState after = Simulation.after(new LiveSource(etcd).read(), plan);
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
    }

    /** Whether the fault struck. */
    private Workplace place(Etcd etcd) {
      return new Workplace(etcd, journal, operator, clock, random);
    }

    boolean apply(Fault fault) throws Exception {
      try (Etcd etcd = connect(fault)) {
        new Apply(place(etcd), options)
            .apply(new PlanFile.Sealed(plan, PlanFile.digest(plan)), PlanFile.bytes(plan), false);
      } catch (Died died) {
        operator.tell("died");
      }
      return fault.struck;
    }

    private Optional<String> run() {
      return operator.told().stream()
          .filter(line -> line.startsWith("undo, once it is applied: "))
          .map(line -> line.replaceFirst(".*rollback ", ""))
          .findFirst();
    }

    private Recovery recovery(Etcd etcd) {
      return new Recovery(etcd, journal, "other@host", RunId.token(random), clock);
    }

    void recoverBadly(Fault fault) throws Exception {
      if (!isJournalled()) {
        return;
      }
      try (Etcd etcd = connect(fault)) {
        recovery(etcd).recover(run().orElseThrow());
      } catch (Died died) {
        operator.tell("died again");
      }
    }

    private boolean isJournalled() throws JournalException {
      return run().isPresent() && !journal.list().isEmpty();
    }

    /** Recovers, goes on or back, and looks at everything. */
    void end(boolean forwards) throws Exception {
      if (!isJournalled()) {
        assertThat(server.calico()).as("%s: nothing begun", what).isEqualTo(original);
        return;
      }
      String run = run().orElseThrow();
      RecordedRun recovered;
      try (Etcd etcd = connect()) {
        Recovery.Recovered found;
        try {
          found = recovery(etcd).recover(run);
        } catch (RunFormatException stoppedBeforeItsPlan) {
          assertThat(server.calico()).as("%s: no plan", what).isEqualTo(original);
          return;
        }
        assertThat(found).as(what).isInstanceOf(Recovery.Recovered.Settled.class);
        recovered = ((Recovery.Recovered.Settled) found).run();
      }
      long applied =
          recovered.steps().stream().filter(s -> s.status() == StepStatus.APPLIED).count();
      if (applied == 0) {
        assertThat(server.calico()).as("%s: nothing applied", what).isEqualTo(original);
      } else if (applied == recovered.steps().size()) {
        assertThat(server.calico()).as("%s: all applied", what).isEqualTo(planned);
      }
      if (forwards && applied < recovered.steps().size()) {
        resume(run);
        assertThat(server.calico())
            .as("%s: resumed, told %s", what, operator.told())
            .isEqualTo(planned);
      } else if (!forwards && applied > 0) {
        rollBack(run);
        assertThat(server.calico()).as("%s: rolled back", what).isEqualTo(original);
      }
      try (Etcd etcd = connect()) {
        assertThat(RunAudit.of(etcd, journal, run).verdict())
            .as("%s: journal and record", what)
            .isEqualTo(RunAudit.Verdict.INTACT);
        assertThat(ToolKeys.read(etcd).orElseThrow().unclosed()).as("%s: open", what).isEmpty();
        assertThat(OperatorLock.holder(etcd).filter(each -> each.run().equals(run)))
            .as("%s: locked", what)
            .isEmpty();
      }
    }

    private void resume(String run) throws Exception {
      try (Etcd etcd = connect()) {
        RunOutcome outcome = new Resume(place(etcd), options).resume(run);
        assertThat(outcome).as(what).isInstanceOf(RunOutcome.Applied.class);
      }
    }

    private void rollBack(String run) throws Exception {
      try (Etcd etcd = connect()) {
        Instant now = clock.instant();
        Rollback.Prepared prepared =
            new Rollback(place(etcd), EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
                .prepare(
                    run,
                    new Circumstances(
                        List.of("rollback", run),
                        "tester@host",
                        now,
                        now.plusSeconds(600),
                        "",
                        plan.cluster().etcdClusterId()));
        assertThat(prepared).as(what).isInstanceOf(Rollback.Prepared.Ready.class);
        Plan undo = ((Rollback.Prepared.Ready) prepared).plan();
        RunOutcome outcome =
            new Apply(place(etcd), options)
                .apply(
                    new PlanFile.Sealed(undo, PlanFile.digest(undo)), PlanFile.bytes(undo), false);
        assertThat(outcome).as(what).isInstanceOf(RunOutcome.Applied.class);
      }
    }
  }
}
