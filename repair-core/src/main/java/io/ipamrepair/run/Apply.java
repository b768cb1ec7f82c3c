package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.plan.FindingsDelta;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.source.ScreenedSource;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * {@code apply PLAN}: everything is verified before anything is written, in the order of the
 * design's section 6. A refusal creates no run. From the first journal entry on, {@link Run} takes
 * over.
 */
public final class Apply {
  private final Etcd etcd;
  private final Journal journal;
  private final Operator operator;
  private final Clock clock;
  private final RandomGenerator random;
  private final QuietTime quiet;

  /**
   * The procedure and what it works with.
   *
   * @param random where the run's ID and token come from
   * @param quiet how long blocks must rest before a pool goes
   */
  public Apply(
      Etcd etcd,
      Journal journal,
      Operator operator,
      Clock clock,
      RandomGenerator random,
      QuietTime quiet) {
    this.etcd = etcd;
    this.journal = journal;
    this.operator = operator;
    this.clock = clock;
    this.random = random;
    this.quiet = quiet;
  }

  /**
   * Applies a plan.
   *
   * @param sealed the plan and its digest
   * @param planFile the exact bytes of its file
   * @param dryRun whether to stop before anything is written
   */
  public RunOutcome apply(PlanFile.Sealed sealed, byte[] planFile, boolean dryRun) {
    Plan plan = sealed.plan();
    try {
      // Before the lock: in another cluster nothing is written, not even that.
      List<String> refusals = refusals(plan);
      if (!refusals.isEmpty()) {
        return new RunOutcome.Refused(refusals);
      }
      if (dryRun) {
        IpamState fresh = read(plan);
        return judge(plan, fresh).orElseGet(() -> new RunOutcome.Applicable(notes(plan, fresh)));
      }
      String id = RunId.next(random);
      String token = RunId.token(random);
      OperatorLock.Taking taking =
          OperatorLock.take(etcd, operator.name(), id, clock.instant(), token);
      if (taking instanceof OperatorLock.Taking.Busy busy) {
        return new RunOutcome.Locked(busy.holder());
      }
      try (OperatorLock lock = ((OperatorLock.Taking.Taken) taking).lock()) {
        Optional<RunOutcome> obstacle = judge(plan, read(plan));
        if (obstacle.isPresent()) {
          return obstacle.get();
        }
        operator.tell("undo, once it is applied: ipam-repair rollback " + id);
        if (!operator.confirms(question(plan), answer(plan))) {
          return new RunOutcome.Declined();
        }
        // The prompt may have waited for long: everything from here on rests on this read.
        IpamState now = read(plan);
        Optional<RunOutcome> since = judge(plan, now);
        if (since.isPresent()) {
          return since.get();
        }
        return new Run(etcd, operator, clock, quiet, lock, id, token)
            .execute(journal, sealed, planFile, now);
      }
    } catch (EtcdException unusable) {
      return new RunOutcome.EtcdUnusable(unusable.failure());
    } catch (JournalException unusable) {
      return new RunOutcome.JournalUnusable(unusable);
    }
  }

  private IpamState read(Plan plan) throws EtcdException {
    return new ScreenedSource(etcd).read(PlanFocus.of(plan.steps()));
  }

  /** Why the plan must not be applied here, whatever the data say. */
  private List<String> refusals(Plan plan) throws EtcdException {
    List<String> refusals = new ArrayList<>();
    if (!clock.instant().isBefore(plan.expires())) {
      refusals.add("the plan expired at " + plan.expires() + "; make it again");
    }
    if (plan.cluster().etcdClusterId().isEmpty()) {
      refusals.add(
          "the plan was made from a file without the etcd cluster's identity: it can be reviewed, not applied");
    }
    refusals.addAll(RunPlace.of(etcd).refuses("the plan is for", plan.cluster()));
    return refusals;
  }

  /** What stands against applying the plan to {@code fresh}, all of one kind at once. */
  private Optional<RunOutcome> judge(Plan plan, IpamState fresh) throws EtcdException {
    List<String> refusals = refusals(plan);
    if (!refusals.isEmpty()) {
      return Optional.of(new RunOutcome.Refused(refusals));
    }
    List<String> moved = PlanCheck.moved(plan, fresh);
    if (!moved.isEmpty()) {
      List<String> lines = new ArrayList<>();
      if (PlanCheck.isInPlace(plan, fresh)) {
        lines.add("everything that the plan changes is in place already");
      }
      lines.addAll(moved);
      return Optional.of(new RunOutcome.Moved(lines));
    }
    List<String> harm = harm(plan, fresh);
    return harm.isEmpty() ? Optional.empty() : Optional.of(new RunOutcome.Moved(harm));
  }

  /** Rules that would break now and were not said to break when the plan was made. */
  static List<String> harm(Plan plan, IpamState fresh) {
    Plan.Findings now =
        FindingsDelta.between(Check.of(fresh), Check.of(Simulation.after(fresh, plan)), Set.of());
    return now.introduced().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .filter(finding -> plan.findings().introduced().stream().noneMatch(finding::isSameAs))
        .map(finding -> "would break now: " + finding.rule() + " " + finding.objects().get(0))
        .toList();
  }

  private static List<String> notes(Plan plan, IpamState fresh) {
    int conditions =
        plan.steps().stream().mapToInt(step -> PlanCheck.conditions(step).size()).sum();
    return List.of(
        "cluster and "
            + conditions
            + (conditions == 1 ? " condition" : " conditions")
            + " checked at revision "
            + fresh.revision());
  }

  private static String question(Plan plan) {
    int keys = plan.writes();
    int steps = plan.steps().size();
    return plan.title()
        + ": write "
        + keys
        + (keys == 1 ? " key" : " keys")
        + " in "
        + steps
        + (steps == 1 ? " transaction?" : " transactions?");
  }

  /** Options that name what a plan is about. */
  private static final List<String> SUBJECTS =
      List.of("--block", "--from", "--pool", "--node", "--to");

  /**
   * What a person types: the object that the plan is about, so that a hand on the wrong window
   * stops.
   */
  static String answer(Plan plan) {
    List<String> command = plan.command();
    if (command.size() > 1 && !command.get(1).startsWith("-")) {
      return command.get(1);
    }
    return SUBJECTS.stream()
        .filter(command::contains)
        .map(option -> command.indexOf(option) + 1)
        .filter(value -> value < command.size())
        .map(command::get)
        .findFirst()
        .orElse("yes");
  }

  /** The findings that a plan promised to resolve and that are there all the same. */
  static List<String> broken(Plan plan, IpamState after) {
    List<FindingRef> found =
        Check.of(after).stream()
            .map(finding -> new FindingRef(finding.rule(), finding.severity(), finding.objects()))
            .toList();
    return plan.findings().resolved().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .filter(
            promised ->
                found.stream()
                    .anyMatch(
                        finding ->
                            finding.rule().equals(promised.rule())
                                && finding.severity() == promised.severity()
                                && finding.objects().get(0).equals(promised.objects().get(0))))
        .map(
            finding ->
                finding.rule()
                    + " "
                    + finding.objects().get(0)
                    + " was to be resolved and is still there")
        .toList();
  }
}
