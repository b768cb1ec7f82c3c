package io.ipamrepair.plan;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Change;
import io.ipamrepair.change.Change.Stage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.Repair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Makes a plan of a change: state × change × circumstances → plan. */
public final class Planner {
  private final IpamState state;
  private final EtcdLimits limits;

  public Planner(IpamState state, EtcdLimits limits) {
    this.state = state;
    this.limits = limits;
  }

  /**
   * Where, when and by whom a plan is made.
   *
   * @param command the command and its arguments
   * @param author {@code user@host}
   * @param authorKey the fingerprint of the key by which the author signs; nothing when they do not
   * @param created now
   * @param expires when {@code apply} begins to refuse it
   * @param reason reason or ticket; may be empty
   * @param etcdClusterId etcd's cluster ID in hexadecimal; nothing for a state from a file
   */
  public record Circumstances(
      List<String> command,
      String author,
      Optional<String> authorKey,
      Instant created,
      Instant expires,
      String reason,
      Optional<String> etcdClusterId) {
    /** Those of an author who does not sign. */
    public Circumstances(
        List<String> command,
        String author,
        Instant created,
        Instant expires,
        String reason,
        Optional<String> etcdClusterId) {
      this(command, author, Optional.empty(), created, expires, reason, etcdClusterId);
    }
  }

  /**
   * The plan of {@code repair}, with what it was judged on.
   *
   * @throws RefusedException when the repair refuses the state
   * @throws PlanRefusedException when it would break a rule that the operator did not accept to be
   *     broken, or does not fit etcd's limits
   */
  public Plan plan(Repair repair, Circumstances circumstances)
      throws RefusedException, PlanRefusedException {
    Plan bare = bare(repair, circumstances);
    return bare.withContext(
        new Neighbourhood(state, bare.steps(), repair.evidence(state))
            .smallest(context -> follows(bare, context, repair, circumstances)));
  }

  private boolean follows(
      Plan bare, Plan.Context context, Repair repair, Circumstances circumstances) {
    try {
      Plan again = new Planner(SmallState.of(bare, context), limits).bare(repair, circumstances);
      return Replay.sameBeyondTheCluster(bare, again);
    } catch (RefusedException | PlanRefusedException otherwise) {
      return false;
    }
  }

  /**
   * What must be known whole of {@code state} to make the plan of {@code repair}, and to give it
   * what it was judged on. To be asked until it asks for no more.
   */
  public static Focus focus(Repair repair, IpamState state, EtcdLimits limits) {
    Focus first = repair.focus(state);
    try {
      Change change = repair.judge(state);
      boolean whole =
          change.keys().stream()
              .flatMap(key -> state.at(key).stream())
              .allMatch(stored -> stored.bytes().isPresent());
      if (!whole) {
        // It is asked again once it is.
        return first;
      }
      List<Step> steps = new Planner(state, limits).steps(change, Instant.EPOCH);
      return first.and(new Neighbourhood(state, steps, repair.evidence(state)).focus());
    } catch (RefusedException | PlanRefusedException noPlan) {
      return first;
    }
  }

  /** What must be known whole of {@code state} to give a plan of {@code steps} what it rests on. */
  public static Focus focus(List<Step> steps, IpamState state) {
    return new Neighbourhood(state, steps, Focus.NOTHING).focus();
  }

  /** The plan without what it was judged on. */
  Plan bare(Repair repair, Circumstances circumstances)
      throws RefusedException, PlanRefusedException {
    Change change = repair.judge(state);
    List<Step> steps = steps(change, circumstances.created());
    IpamState then = Simulation.after(state, steps);
    Set<String> written = written(steps);
    List<Finding> before = Check.of(state);
    List<Finding> after = Check.of(then);
    Plan.Findings findings = FindingsDelta.between(before, after, written);
    refuseHarm(finding -> change.accepted().contains(finding.rule()), findings);
    return new Plan(
        change.title(),
        circumstances.command(),
        circumstances.author(),
        circumstances.authorKey(),
        circumstances.created(),
        circumstances.expires(),
        circumstances.reason(),
        cluster(circumstances, FindingsDelta.leftElsewhere(before, after, written)),
        findings,
        new ImpactSurvey(state, then).of(steps, change.impact()),
        change.left(),
        change.acceptedRisk(),
        limits,
        steps,
        Optional.empty());
  }

  private List<Step> steps(Change change, Instant created) throws PlanRefusedException {
    List<List<Unit>> packed = new ArrayList<>();
    List<Boolean> quiet = new ArrayList<>();
    pack(change, packed, quiet);
    List<Step> steps = new ArrayList<>();
    IpamState now = state;
    for (int i = 0; i < packed.size(); i++) {
      Step step = step(now, packed.get(i), quiet.get(i), created);
      steps.add(step);
      now = Simulation.after(now, step);
    }
    return steps;
  }

  private Plan.Cluster cluster(Circumstances circumstances, int leftElsewhere) {
    return new Plan.Cluster(
        circumstances.etcdClusterId(), state.guid(), state.revision(), state.keys(), leftElsewhere);
  }

  /**
   * The plan that takes back the writes of a run, whose steps are made already.
   *
   * @param run the run's ID
   * @param undone the plan that the run executed
   * @param steps the steps that take it back
   * @param left what has its old content already
   * @throws PlanRefusedException when it would break a rule that the run did not mend, or a step is
   *     too large
   */
  public Plan rollback(
      String run, Plan undone, List<Step> steps, List<String> left, Circumstances circumstances)
      throws PlanRefusedException {
    List<String> tooLarge =
        steps.stream().flatMap(step -> limits.exceededBy(step).stream()).toList();
    if (!tooLarge.isEmpty()) {
      throw new PlanRefusedException(tooLarge);
    }
    // What the run resolved may come back, and nothing else: not at the end, nor in between.
    Predicate<FindingRef> accepted =
        finding -> undone.findings().resolved().stream().anyMatch(finding::isSameAs);
    List<Finding> before = Check.of(state);
    List<Finding> after = before;
    IpamState then = state;
    for (int done = 1; done <= steps.size(); done++) {
      then = Simulation.after(then, steps.get(done - 1));
      after = Check.of(then);
      refuseHarm(accepted, FindingsDelta.between(before, after, written(steps.subList(0, done))));
    }
    Plan bare =
        new Plan(
            rollbackTitle(run) + undone.title(),
            circumstances.command(),
            circumstances.author(),
            circumstances.authorKey(),
            circumstances.created(),
            circumstances.expires(),
            circumstances.reason(),
            cluster(circumstances, FindingsDelta.leftElsewhere(before, after, written(steps))),
            FindingsDelta.between(before, after, written(steps)),
            new ImpactSurvey(state, then).of(steps, List.of(rollbackEffect(run))),
            left,
            "",
            limits,
            steps,
            Optional.empty());
    return Replay.carrying(bare, run, state);
  }

  /** How the title of the plan that undoes {@code run} begins; that of the run's plan follows. */
  static String rollbackTitle(String run) {
    return "Roll back run " + run + ": ";
  }

  /** What a rollback does to traffic, in words. */
  static String rollbackEffect(String run) {
    return "Undoes what run "
        + run
        + " did: its old bytes for each key that nobody wrote since, else the run's part in it.";
  }

  /** Puts units into as few steps as etcd's limits and the order of stages allow. */
  private void pack(Change change, List<List<Unit>> packed, List<Boolean> quiet)
      throws PlanRefusedException {
    boolean mustBeQuiet = false;
    boolean startNew = true;
    List<String> tooLarge = new ArrayList<>();
    for (Stage stage : change.stages()) {
      mustBeQuiet |= stage.quietFirst();
      startNew |= stage.quietFirst();
      for (Unit unit : joined(stage.units())) {
        List<Unit> open = packed.isEmpty() ? List.of() : packed.get(packed.size() - 1);
        List<Unit> together = new ArrayList<>(open);
        together.add(unit);
        if (startNew || !fits(together)) {
          List<String> exceeded = exceeded(List.of(unit));
          exceeded.forEach(limit -> tooLarge.add(unit.title() + ": " + limit));
          packed.add(List.of(unit));
          quiet.add(mustBeQuiet);
          startNew = false;
          mustBeQuiet = false;
        } else {
          packed.set(packed.size() - 1, together);
        }
      }
    }
    if (!tooLarge.isEmpty()) {
      tooLarge.add(0, "What belongs together does not fit one etcd transaction:");
      throw new PlanRefusedException(tooLarge);
    }
  }

  /** Units that write a common key become one: a key is written once in a transaction. */
  private static List<Unit> joined(List<Unit> units) {
    List<Unit> joined = new ArrayList<>();
    Map<Bytes, Integer> unitOfKey = new HashMap<>();
    for (Unit unit : units) {
      Set<Integer> shared = new LinkedHashSet<>();
      unit.writes()
          .forEach(write -> Optional.ofNullable(unitOfKey.get(write.key())).ifPresent(shared::add));
      int target = shared.isEmpty() ? joined.size() : shared.iterator().next();
      if (shared.isEmpty()) {
        joined.add(unit);
      } else {
        Unit merged = unit;
        for (int other : shared) {
          merged = merge(joined.get(other), merged);
          joined.set(other, new Unit("", List.of(), List.of()));
        }
        joined.set(target, merged);
      }
      joined.get(target).writes().forEach(write -> unitOfKey.put(write.key(), target));
    }
    return joined.stream().filter(unit -> !unit.writes().isEmpty()).toList();
  }

  private static Unit merge(Unit first, Unit second) {
    if (first.writes().isEmpty()) {
      return second;
    }
    Map<Bytes, Write> writes = new LinkedHashMap<>();
    first.writes().forEach(write -> writes.put(write.key(), write));
    second.writes().forEach(write -> writes.merge(write.key(), write, Planner::merge));
    Set<Requirement> requires = new LinkedHashSet<>(first.requires());
    requires.addAll(second.requires());
    return new Unit(
        first.title() + "\n" + second.title(), List.copyOf(writes.values()), List.copyOf(requires));
  }

  /**
   * Two writes of one key: a touch adds nothing to another write, and a deletion makes edits
   * needless.
   */
  private static Write merge(Write first, Write second) {
    boolean firstDeletes = first.edits().contains(new Edit.DeleteKey());
    if (firstDeletes || isTouch(second)) {
      return first;
    }
    if (second.edits().contains(new Edit.DeleteKey()) || isTouch(first)) {
      return second;
    }
    Set<Edit> edits = new LinkedHashSet<>(first.edits());
    edits.addAll(second.edits());
    String reason =
        first.reason().equals(second.reason())
            ? first.reason()
            : first.reason() + "; " + second.reason();
    return new Write(first.key(), reason, List.copyOf(edits));
  }

  private static boolean isTouch(Write write) {
    return write.edits().equals(List.of(new Edit.TouchBlock()));
  }

  private boolean fits(List<Unit> units) throws PlanRefusedException {
    Set<Bytes> keys = new LinkedHashSet<>();
    for (Unit unit : units) {
      for (Write write : unit.writes()) {
        if (!keys.add(write.key())) {
          return false;
        }
      }
    }
    return exceeded(units).isEmpty();
  }

  private List<String> exceeded(List<Unit> units) {
    // Sizes are judged on the present bytes: an edit adds a few bytes at the most, which the
    // reserve covers.
    List<PlannedWrite> writes = new ArrayList<>();
    units.forEach(
        unit ->
            unit.writes()
                .forEach(
                    write ->
                        writes.add(
                            new PlannedWrite(
                                write.key(),
                                "",
                                List.of(),
                                Optional.empty(),
                                state.at(write.key()).flatMap(Stored::bytes),
                                List.of(),
                                0))));
    return limits.exceededBy(new Step(List.of(), false, requirements(units), writes));
  }

  private static List<Requirement> requirements(List<Unit> units) {
    Set<Requirement> requires = new LinkedHashSet<>();
    units.forEach(unit -> requires.addAll(unit.requires()));
    return List.copyOf(requires);
  }

  private Step step(IpamState before, List<Unit> units, boolean quietFirst, Instant now)
      throws PlanRefusedException {
    List<PlannedWrite> writes = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Unit unit : units) {
      for (Write write : unit.writes()) {
        Optional<Stored<?>> stored = before.at(write.key());
        Optional<Bytes> image = stored.flatMap(Stored::bytes);
        if (stored.isPresent() && image.isEmpty()) {
          // A bug of the repair's focus: better no plan than one made of a part.
          throw new IllegalStateException(write.key() + " is to be written and was not read whole");
        }
        try {
          writes.add(
              new PlannedWrite(
                  write.key(),
                  write.reason(),
                  write.edits(),
                  image,
                  AfterImage.of(image, write.edits(), now),
                  boundAtCommit(write.edits()),
                  Simulation.createRevision(state, before, write.key())));
        } catch (EditException unfit) {
          problems.add(write.key() + ": " + unfit.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new PlanRefusedException(problems);
    }
    List<String> titles = units.stream().flatMap(unit -> unit.title().lines()).toList();
    return new Step(titles, quietFirst, requirements(units), writes);
  }

  /** Members whose value is the commit's, not the plan's. */
  static List<String> boundAtCommit(List<Edit> edits) {
    boolean stamps =
        edits.stream()
            .anyMatch(edit -> edit instanceof Edit.SetBlockOwner owner && owner.stampClaimTime());
    return stamps ? List.of(AfterImage.CLAIM_TIME) : List.of();
  }

  /** The objects that steps write, by name. */
  static Set<String> written(List<Step> steps) {
    KeyLayout layout = new KeyLayout();
    Set<String> written = new LinkedHashSet<>();
    steps.forEach(
        step ->
            step.writes()
                .forEach(write -> written.add(layout.classify(write.key()).object().text())));
    return written;
  }

  private static void refuseHarm(Predicate<FindingRef> accepted, Plan.Findings findings)
      throws PlanRefusedException {
    List<FindingRef> harm =
        findings.introduced().stream()
            .filter(finding -> finding.severity() != Severity.INFO && !accepted.test(finding))
            .filter(finding -> !isLeftOfWorse(finding, findings.resolved()))
            .toList();
    if (!harm.isEmpty()) {
      List<String> reasons = new ArrayList<>();
      reasons.add("The change would break rules that hold now:");
      harm.forEach(
          finding ->
              reasons.add(
                  "  "
                      + finding.rule()
                      + " "
                      + finding.severity().text()
                      + " "
                      + finding.objects().get(0)));
      throw new PlanRefusedException(reasons);
    }
  }

  /** Whether it is what an error became that the change mended in part: no harm is done. */
  private static boolean isLeftOfWorse(FindingRef finding, List<FindingRef> resolved) {
    return resolved.stream()
        .anyMatch(
            old ->
                old.rule().equals(finding.rule())
                    && old.objects().get(0).equals(finding.objects().get(0))
                    && old.severity().compareTo(finding.severity()) > 0);
  }

  /** What a plan needs of a finding. */
  static FindingRef reference(Finding finding) {
    return new FindingRef(finding.rule(), finding.severity(), finding.objects());
  }
}
