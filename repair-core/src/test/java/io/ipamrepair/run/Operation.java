package io.ipamrepair.run;

import io.grpc.ClientInterceptor;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.undo.Undo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What can go wrong: the four procedures that write, each as one call, in this process or another.
 */
enum Operation {
  APPLY,
  RESUME,
  RECOVER,
  ROLLBACK;

  private static final QuietTime QUICK =
      new QuietTime(Duration.ofMillis(20), Duration.ofSeconds(20));

  /**
   * What an operation works on.
   *
   * @param run the run that is resumed, recovered or rolled back
   */
  record Order(Plan plan, String run, boolean lockDatastore) {}

  /** A connection as an operation has it. */
  static Etcd connect(EtcdTarget target, ClientInterceptor... faults) throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(10), Optional.empty());
    return Etcd.connect(target, limits, RunKeys.writable(), faults);
  }

  /**
   * How an operation ended.
   *
   * @param outcome where it was a run, or was to be one
   * @param words how it ended, in words
   */
  record Ended(Optional<RunOutcome> outcome, String words) {}

  /** Does it; how it ended. */
  Ended end(Order order, Etcd etcd, Journal journal, Operator operator, RandomGenerator random)
      throws Exception {
    Object said = perform(order, etcd, journal, operator, random);
    return new Ended(
        said instanceof RunOutcome outcome ? Optional.of(outcome) : Optional.empty(),
        said.toString());
  }

  /** Does it; how it ended, as the procedure says it. */
  Object perform(Order order, Etcd etcd, Journal journal, Operator operator, RandomGenerator random)
      throws Exception {
    Workplace place = new Workplace(etcd, journal, operator, Clock.systemUTC(), random);
    RunOptions options = new RunOptions(QUICK, Carrying.Manner.KNOWN, order.lockDatastore());
    return switch (this) {
      case APPLY -> apply(order.plan(), place, options);
      case RESUME -> new Resume(place, options).resume(order.run(), Backing.none());
      case RECOVER ->
          new Recovery(etcd, journal, "other@host", RunId.token(random), Clock.systemUTC())
              .recover(order.run());
      case ROLLBACK -> rollBack(order, place, options);
    };
  }

  private static RunOutcome apply(Plan plan, Workplace place, RunOptions options) {
    return new Apply(place, options)
        .apply(
            new PlanFile.Sealed(plan, PlanFile.digest(plan)),
            PlanFile.bytes(plan),
            Backing.none(),
            false);
  }

  private static Object rollBack(Order order, Workplace place, RunOptions options)
      throws Exception {
    Instant now = Instant.now();
    Rollback.Prepared prepared =
        new Rollback(place, EtcdLimits.standard(), Undo.Choice.ALL_OR_NOTHING)
            .prepare(
                order.run(),
                new Circumstances(
                    List.of("rollback", order.run()),
                    "tester@host",
                    now,
                    now.plusSeconds(600),
                    "",
                    order.plan().cluster().etcdClusterId()));
    return prepared instanceof Rollback.Prepared.Ready ready
        ? apply(ready.plan(), place, options)
        : ((Rollback.Prepared.Impossible) prepared).outcome();
  }
}
