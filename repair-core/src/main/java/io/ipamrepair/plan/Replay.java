package io.ipamrepair.plan;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.check.Check;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.Repair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a plan follows: the command that it names, on the small state that it carries, must make
 * this plan again, to the byte. Of a rollback, which is made from the journal, that cannot be
 * asked: of it what its steps do must follow.
 */
public final class Replay {
  private final Plan plan;
  private final List<String> problems = new ArrayList<>();

  private Replay(Plan plan) {
    this.plan = plan;
  }

  /** What comes of it. */
  public sealed interface Verdict {
    /** It follows. */
    record Follows() implements Verdict {}

    /** It does not: each problem one line, with its place in the file. */
    record DoesNotFollow(List<String> problems) implements Verdict {
      public DoesNotFollow {
        problems = List.copyOf(problems);
      }
    }

    /** It carries nothing that it could follow from. */
    record CarriesNothing() implements Verdict {}
  }

  /**
   * Whether a plan follows.
   *
   * @param repair what its command asks for
   */
  public static Verdict of(Plan plan, Repair repair) {
    return plan.context()
        .map(context -> new Replay(plan).again(context, repair))
        .orElse(new Verdict.CarriesNothing());
  }

  /** Whether the plan of a rollback follows, as far as it can without the journal. */
  public static Verdict ofRollback(Plan plan) {
    return new Replay(plan).rollback();
  }

  /**
   * Whether the plan of {@code repair} on {@code state} is this one, whatever it carries and
   * whatever else there is in the cluster.
   */
  public static boolean isMadeOf(Plan plan, Repair repair, IpamState state) {
    try {
      Plan made = new Planner(state, plan.limits()).bare(repair, circumstances(plan));
      return sameBeyondTheCluster(plan.withContext(Optional.empty()), made);
    } catch (RefusedException | PlanRefusedException otherwise) {
      return false;
    }
  }

  /** Whether the steps of a rollback do to {@code state} what the plan says. */
  public static boolean doesWhatItSays(Plan rollback, IpamState state) {
    return sameBeyondTheCluster(rollback, consequences(rollback, run(rollback), state));
  }

  /** Under which it was made. */
  public static Circumstances circumstances(Plan plan) {
    return new Circumstances(
        plan.command(),
        plan.author(),
        plan.authorKey(),
        plan.created(),
        plan.expires(),
        plan.reason(),
        plan.cluster().etcdClusterId());
  }

  private Verdict verdict() {
    return problems.isEmpty() ? new Verdict.Follows() : new Verdict.DoesNotFollow(problems);
  }

  private Verdict again(Plan.Context context, Repair repair) {
    IpamState small = SmallState.of(plan, context);
    try {
      compare(new Planner(small, plan.limits()).plan(repair, circumstances(plan)));
    } catch (RefusedException refused) {
      refused(refused.reasons());
    } catch (PlanRefusedException refused) {
      refused(refused.reasons());
    }
    return verdict();
  }

  private void refused(List<String> reasons) {
    problems.add("command: on what the plan carries it makes no plan:");
    reasons.forEach(reason -> problems.add("  " + reason));
  }

  private void compare(Plan again) {
    problems.addAll(PlanSays.differences(plan.of(known(plan.cluster(), again.cluster())), again));
  }

  /** Of a cluster, a plan carries nothing but Calico's identity. */
  private static Plan.Cluster known(Plan.Cluster said, Plan.Cluster found) {
    return new Plan.Cluster(
        found.etcdClusterId(), said.guid(), found.revision(), found.keys(), found.leftElsewhere());
  }

  static boolean sameBeyondTheCluster(Plan plan, Plan again) {
    return plan.cluster().guid().equals(again.cluster().guid())
        && again.of(plan.cluster()).equals(plan);
  }

  private Verdict rollback() {
    itIsARollback();
    if (plan.context().isEmpty()) {
      return problems.isEmpty() ? new Verdict.CarriesNothing() : verdict();
    }
    IpamState small = SmallState.of(plan, plan.context().get());
    PlanCheck.moved(plan, small)
        .forEach(line -> problems.add("steps: not so on what the plan carries: " + line));
    createRevisions(small);
    compare(carrying(consequences(plan, run(plan), small), run(plan), small));
    return verdict();
  }

  /** The plan of a rollback with what its consequences follow from. */
  static Plan carrying(Plan rollback, String run, IpamState state) {
    Plan bare = rollback.withContext(Optional.empty());
    return bare.withContext(
        new Neighbourhood(state, bare.steps(), Focus.NOTHING)
            .smallest(
                context ->
                    sameBeyondTheCluster(
                        bare, consequences(bare, run, SmallState.of(bare, context)))));
  }

  /** The same steps on {@code state}, with what they do to it. */
  static Plan consequences(Plan plan, String run, IpamState state) {
    IpamState then = Simulation.after(state, plan);
    return plan.withConsequences(
        known(new Plan.Cluster(Optional.empty(), state.guid(), 0, 0, 0), plan.cluster()),
        FindingsDelta.between(Check.of(state), Check.of(then), Planner.written(plan.steps())),
        new ImpactSurvey(state, then).of(plan.steps(), List.of(Planner.rollbackEffect(run))));
  }

  private static String run(Plan plan) {
    return plan.command().size() > 1 ? plan.command().get(1) : "";
  }

  private void itIsARollback() {
    String run = run(plan);
    List<String> plain = List.of("rollback", run);
    boolean known =
        plan.command().equals(plain)
            || plan.command().equals(List.of("rollback", run, "--without-conflicts"));
    expect(known, "command", "expected: rollback RUN");
    expect(
        plan.title().startsWith(Planner.rollbackTitle(run)),
        "title",
        "expected: " + Planner.rollbackTitle(run) + "…");
    expect(plan.acceptedRisk().isEmpty(), "acceptedRisk", "a rollback has none");
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      String at = "steps[" + i + "]";
      boolean named =
          step.titles().size() == 1
              && step.titles().get(0).matches("Undo step [1-9][0-9]* of run \\Q" + run + "\\E");
      expect(named, at + ".titles", "expected: Undo step N of run " + run);
      expect(!step.quietFirst(), at + ".quietFirst", "a rollback does not wait");
      expect(
          step.requires().stream()
              .allMatch(
                  each ->
                      each instanceof Requirement.KeyIs || each instanceof Requirement.KeyAbsent),
          at + ".requires",
          "a rollback requires keys to be as they are, and nothing else");
      plan.limits()
          .exceededBy(step)
          .forEach(limit -> problems.add(at + ": over the plan's own limits: " + limit));
      for (int j = 0; j < step.writes().size(); j++) {
        write(step.writes().get(j), at + ".writes[" + j + "]", run);
      }
    }
  }

  private void write(PlannedWrite write, String at, String run) {
    expect(
        write.reason().startsWith("undoes run " + run),
        at + ".reason",
        "expected: undoes run " + run + "…");
    for (Edit edit : write.edits()) {
      boolean other =
          edit instanceof Edit.RestoreBytes bytes && !bytes.run().equals(run)
              || edit instanceof Edit.RestoreAbsence absence && !absence.run().equals(run);
      expect(!other, at + ".edits", "of another run than " + run);
    }
  }

  private void expect(boolean so, String place, String otherwise) {
    if (!so) {
      problems.add(place + ": " + otherwise);
    }
  }

  /** Of a key that an earlier step writes, it follows when it came into being. */
  private void createRevisions(IpamState small) {
    IpamState now = small;
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      for (int j = 0; j < step.writes().size(); j++) {
        PlannedWrite write = step.writes().get(j);
        boolean absentAtFirst = small.at(write.key()).isEmpty();
        long expected = Simulation.createRevision(small, now, write.key());
        expect(
            write.createRevision() == expected,
            "steps[" + i + "].writes[" + j + "].createRevision",
            absentAtFirst ? "expected 0: the key is absent" : "expected " + expected);
      }
      now = Simulation.after(now, step);
    }
  }
}
