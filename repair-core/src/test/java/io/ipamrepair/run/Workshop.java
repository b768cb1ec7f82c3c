package io.ipamrepair.run;

import io.grpc.ClientInterceptor;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.Undo;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The procedures on one etcd, with the journal of one machine. */
final class Workshop {
  private final ThrowawayEtcd server;
  private final Path folder;
  private final Random random;
  private final Clock clock = Clock.systemUTC();
  private QuietTime quiet = new QuietTime(Duration.ofMillis(50), Duration.ofSeconds(20));
  private String awaited = "";
  private Runnable reaction = () -> {};

  /** Where the operator's runs are. */
  Workshop(ThrowawayEtcd server, Path folder, long seed) {
    this.server = server;
    this.folder = folder;
    this.random = new Random(seed);
  }

  /** What happens, once, when a run begins to wait before a step. */
  Workshop betweenSteps(Runnable happens) {
    return whenTold("waiting until the pool's blocks", happens);
  }

  /** What happens, once, when the operator is told a line with {@code text}. */
  Workshop whenTold(String text, Runnable happens) {
    awaited = text;
    reaction = happens;
    return this;
  }

  Journal journal() {
    return Journal.at(folder);
  }

  Etcd connect(ClientInterceptor... faults) throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(10), Optional.empty());
    return Etcd.connect(server.target(), limits, RunKeys.writable(), faults);
  }

  private Circumstances circumstances(Etcd etcd, List<String> words, Optional<String> authorKey)
      throws Exception {
    Instant now = clock.instant();
    return new Circumstances(
        words,
        "tester@host",
        authorKey,
        now,
        now.plusSeconds(3600),
        "",
        Optional.of(Long.toHexString(etcd.identity().clusterId())));
  }

  /** The plan of a repair, in steps that hold at most {@code operations}. */
  Plan plan(String command, int operations) throws Exception {
    return plan(command, operations, Optional.empty());
  }

  /** The same, by an author who signs with a key. */
  Plan plan(String command, int operations, Optional<String> authorKey) throws Exception {
    List<String> words = Arrays.asList(command.split(" "));
    try (Etcd etcd = connect()) {
      IpamState state = new LiveSource(etcd).read();
      return new Planner(state, new EtcdLimits(operations, 1_500_000))
          .plan(Repairs.of(words), circumstances(etcd, words, authorKey));
    }
  }

  Workplace place(Etcd etcd) {
    Operator operator =
        new Operator() {
          private final Somebody somebody = new Somebody("tester@host", () -> true);

          @Override
          public String name() {
            return somebody.name();
          }

          @Override
          public boolean wantsToStop() {
            return false;
          }

          @Override
          public void tell(String line) {
            if (!awaited.isEmpty() && line.contains(awaited)) {
              awaited = "";
              reaction.run();
            }
            somebody.tell(line);
          }

          @Override
          public boolean confirms(String question, String answer) {
            return somebody.confirms(question, answer);
          }
        };
    return new Workplace(etcd, journal(), operator, clock, random);
  }

  private RunOptions options() {
    return new RunOptions(quiet, Carrying.Manner.KNOWN);
  }

  RunOutcome apply(Plan plan, ClientInterceptor... faults) throws Exception {
    return apply(plan, Backing.none(), faults);
  }

  RunOutcome apply(Plan plan, Backing backing, ClientInterceptor... faults) throws Exception {
    try (Etcd etcd = connect(faults)) {
      return new Apply(place(etcd), options())
          .apply(
              new PlanFile.Sealed(plan, PlanFile.digest(plan)),
              PlanFile.bytes(plan),
              backing,
              false);
    }
  }

  RunOutcome resume(String run) throws Exception {
    return resume(run, Backing.none());
  }

  RunOutcome resume(String run, Backing backing) throws Exception {
    try (Etcd etcd = connect()) {
      return new Resume(place(etcd), options()).resume(run, backing);
    }
  }

  Recovery.Recovered recover(String run, ClientInterceptor... faults) throws Exception {
    try (Etcd etcd = connect(faults)) {
      return new Recovery(etcd, journal(), "other@host", RunId.token(random), clock).recover(run);
    }
  }

  Rebuilding.Outcome rebuild(String run, Plan plan, Optional<Path> dump) throws Exception {
    try (Etcd etcd = connect()) {
      return new Rebuilding(etcd, journal(), "other@host", RunId.token(random), clock)
          .rebuild(
              run,
              new Rebuilding.Sources(
                  new PlanFile.Sealed(plan, PlanFile.digest(plan)), PlanFile.bytes(plan), dump));
    }
  }

  RunAudit audit(String run) throws Exception {
    try (Etcd etcd = connect()) {
      return RunAudit.of(etcd, journal(), run);
    }
  }

  Rollback.Prepared prepareRollback(String run) throws Exception {
    try (Etcd etcd = connect()) {
      return new Rollback(place(etcd), EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
          .prepare(run, circumstances(etcd, List.of("rollback", run), Optional.empty()));
    }
  }

  /** Rolls back all of a run. */
  RunOutcome rollBack(String run) throws Exception {
    Rollback.Prepared prepared = prepareRollback(run);
    return prepared instanceof Rollback.Prepared.Ready ready
        ? apply(ready.plan(), Backing.none().covering(ready.covering().orElseThrow()))
        : ((Rollback.Prepared.Impossible) prepared).outcome();
  }

  /** A run whose process ends when it begins to wait before its second step; its ID. */
  String cutOffBetweenSteps(Plan plan) throws Exception {
    try {
      betweenSteps(
              () -> {
                throw new Ended();
              })
          .apply(plan);
    } catch (Ended ended) {
      return onlyRun();
    }
    throw new AssertionError("the run was not cut off");
  }

  /** The end of a process, as far as this one can play it. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** The only run that the journal has. */
  String onlyRun() throws Exception {
    return ((Journal.Listed.Readable) journal().list().get(0)).history().runId();
  }

  /** Exports the only run of another machine's journal, and imports it here; its ID. */
  String takeCopy(Journal other) throws Exception {
    Journal.Listed.Readable only = (Journal.Listed.Readable) other.list().get(0);
    return RunExport.into(journal(), RunExport.of(only.history()).encode());
  }
}
