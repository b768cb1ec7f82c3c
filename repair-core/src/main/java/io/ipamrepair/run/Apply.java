package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.plan.FindingsDelta;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code apply PLAN}: everything is verified before anything is written, in the order of the
 * design's section 6. A refusal creates no run. From the first journal entry on, {@link Run} takes
 * over.
 */
public final class Apply {
  private final Workplace place;
  private final RunOptions options;

  /** The procedure, and what it works with. */
  public Apply(Workplace place, RunOptions options) {
    this.place = place;
    this.options = options;
  }

  /**
   * Applies a plan.
   *
   * @param sealed the plan and its digest
   * @param planFile the exact bytes of its file
   * @param backing what shows that it may be applied
   * @param dryRun whether to stop before anything is written
   */
  public RunOutcome apply(
      PlanFile.Sealed sealed, byte[] planFile, Backing backing, boolean dryRun) {
    Errand errand =
        new Errand(
            sealed, planFile, backing, RunId.next(place.random()), RunId.token(place.random()));
    Walk walk = new Walk(place, options);
    try {
      // Before the lock: in another cluster nothing is written, not even that.
      List<String> refusals = Walk.refusals(errand, errand.ruling());
      if (!refusals.isEmpty()) {
        return new RunOutcome.Refused(refusals);
      }
      if (!dryRun) {
        return walk.go(errand);
      }
      Optional<RunOutcome> unlockable = walk.datastore();
      if (unlockable.isPresent()) {
        return unlockable.get();
      }
      Walk.Judged judged = walk.judge(errand);
      return judged instanceof Walk.Ready ready
          ? new RunOutcome.Applicable(notes(ready))
          : ((Walk.Against) judged).outcome();
    } catch (EtcdException unusable) {
      return new RunOutcome.EtcdUnusable(unusable.failure());
    } catch (JournalException unusable) {
      return new RunOutcome.JournalUnusable(unusable);
    } catch (TakenOverException taken) {
      return new RunOutcome.TakenOver(errand.run(), 0, taken.getMessage());
    }
  }

  private final class Errand implements Walk.Errand {
    private final PlanFile.Sealed sealed;
    private final byte[] planFile;
    private final Backing backing;
    private final String run;
    private final String token;

    Errand(PlanFile.Sealed sealed, byte[] planFile, Backing backing, String run, String token) {
      this.sealed = sealed;
      this.planFile = planFile;
      this.backing = backing;
      this.run = run;
      this.token = token;
    }

    @Override
    public String run() {
      return run;
    }

    @Override
    public String token() {
      return token;
    }

    @Override
    public Plan plan() {
      return sealed.plan();
    }

    @Override
    public int done() {
      return 0;
    }

    @Override
    public List<String> refusals() throws EtcdException {
      Plan plan = plan();
      List<String> refusals = new ArrayList<>();
      if (!place.clock().instant().isBefore(plan.expires())) {
        refusals.add("the plan expired at " + plan.expires() + "; make it again");
      }
      if (plan.cluster().etcdClusterId().isEmpty()) {
        refusals.add(
            "the plan was made from a file without the etcd cluster's identity: it can be reviewed, not applied");
      }
      refusals.addAll(RunPlace.of(place.etcd()).refuses("the plan is for", plan.cluster()));
      return refusals;
    }

    @Override
    public Ruling ruling() throws EtcdException {
      return Ruling.on(place.etcd(), plan(), planFile, backing, place.clock().instant());
    }

    @Override
    public String undo() {
      return "undo, once it is applied: ipam-repair rollback " + run;
    }

    @Override
    public String question() {
      int keys = plan().writes();
      int steps = plan().steps().size();
      return plan().title()
          + ": write "
          + keys
          + (keys == 1 ? " key" : " keys")
          + " in "
          + steps
          + (steps == 1 ? " transaction?" : " transactions?");
    }

    @Override
    public RunOutcome write(Licence licence, Walk.Ready ready)
        throws EtcdException, JournalException {
      return new Run(place, options, licence, run, token)
          .execute(sealed, planFile, ready.carried(), ready.now());
    }
  }

  private static List<String> notes(Walk.Ready ready) {
    int conditions =
        ready.carried().plan().steps().stream()
            .mapToInt(step -> PlanCheck.conditions(step).size())
            .sum();
    List<String> notes = new ArrayList<>(Walk.words(ready.carried()));
    notes.addAll(ready.ruling().words());
    notes.add(
        "cluster and "
            + conditions
            + (conditions == 1 ? " condition" : " conditions")
            + " checked at revision "
            + ready.now().revision());
    return notes;
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
