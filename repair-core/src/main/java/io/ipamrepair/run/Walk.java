package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.carry.Carrying.Conflict;
import io.ipamrepair.carry.ReviewedImpact;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.source.ScreenedSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way that {@code apply} and {@code resume} go: take the operator lock, judge, ask, judge
 * again, write. The prompt may wait for long, so what is written rests on what was read after it.
 */
final class Walk {
  private final Workplace place;
  private final Carrying carrying;
  private final boolean lockDatastore;

  Walk(Workplace place, RunOptions options) {
    this.place = place;
    this.carrying = new Carrying(options.carrying());
    this.lockDatastore = options.lockDatastore();
  }

  /** What is to be done, and how the operator is asked. */
  interface Errand {
    /** The run that does it. */
    String run();

    /** The token of this attempt. */
    String token();

    /** What is to be done: a plan, or what is left of one. */
    Plan plan();

    /** How many of the whole plan's steps are done already. */
    int done();

    /** Why it must not be done here or now, whatever the data say. */
    List<String> refusals() throws EtcdException;

    /** What the policies on approvals say of it now. */
    Ruling ruling() throws EtcdException;

    /** The command that takes it back, for the operator. */
    String undo();

    /** What the operator is asked. */
    String question();

    /**
     * Does it.
     *
     * @param licence what it is written under
     * @param ready the plan on the state on which it was judged, just now
     */
    RunOutcome write(Licence licence, Ready ready)
        throws EtcdException, JournalException, TakenOverException;
  }

  RunOutcome go(Errand errand) throws EtcdException, JournalException, TakenOverException {
    OperatorLock.Taking taking =
        OperatorLock.take(
            place.etcd(),
            place.operator().name(),
            errand.run(),
            place.clock().instant(),
            errand.token());
    if (taking instanceof OperatorLock.Taking.Busy busy) {
      return new RunOutcome.Locked(busy.holder());
    }
    try (OperatorLock lock = ((OperatorLock.Taking.Taken) taking).lock()) {
      Judged first = judge(errand);
      if (first instanceof Against against) {
        return against.outcome();
      }
      Carried shown = ((Ready) first).carried();
      Optional<RunOutcome> unlockable = datastore();
      if (unlockable.isPresent()) {
        return unlockable.get();
      }
      words(shown).forEach(place.operator()::tell);
      ((Ready) first).ruling().words().forEach(place.operator()::tell);
      place.operator().tell(errand.undo());
      if (!place.operator().confirms(errand.question(), answer(errand.plan()))) {
        return new RunOutcome.Declined();
      }
      Judged again = judge(errand);
      if (again instanceof Against against) {
        return against.outcome();
      }
      Ready ready = (Ready) again;
      if (!words(ready.carried()).equals(words(shown))) {
        words(ready.carried()).forEach(place.operator()::tell);
      }
      return errand.write(new Licence(lock, ready.ruling()), ready);
    }
  }

  /** Says what Calico's lock will do, where it is wanted; or that it cannot be had. */
  Optional<RunOutcome> datastore() throws EtcdException {
    if (!lockDatastore) {
      return Optional.empty();
    }
    DatastoreLock.Found found = new DatastoreLock(place.etcd()).look();
    if (found instanceof DatastoreLock.Found.Unusable unusable) {
      return Optional.of(new RunOutcome.Refused(List.of(unusable.why())));
    } else if (found instanceof DatastoreLock.Found.LockedAlready) {
      place.operator().tell("datastoreReady is false already: somebody locked it, and it stays so");
      return Optional.empty();
    }
    place
        .operator()
        .tell(
            "--lock-datastore: from the first step to the last datastoreReady is false. No pod starts or"
                + " ends anywhere, and Felix restarts on every node and waits; pods that run go on.");
    return Optional.empty();
  }

  /** What stands against an errand, or the state on which nothing does. */
  sealed interface Judged {}

  /** Nothing was written. */
  record Against(RunOutcome outcome) implements Judged {}

  /**
   * It can be done.
   *
   * @param carried the plan as it is on {@code now}
   * @param ruling what the policies on approvals say of it
   */
  record Ready(Carried carried, IpamState now, Ruling ruling) implements Judged {}

  /** Why an errand must not be done, whatever the data say. */
  static List<String> refusals(Errand errand, Ruling ruling) throws EtcdException {
    List<String> refusals = new ArrayList<>(errand.refusals());
    refusals.addAll(ruling.refusals());
    return refusals;
  }

  /** Judges an errand on a fresh read; all that stands against it of one kind at once. */
  Judged judge(Errand errand) throws EtcdException {
    Ruling ruling = errand.ruling();
    List<String> refusals = refusals(errand, ruling);
    if (!refusals.isEmpty()) {
      return new Against(new RunOutcome.Refused(refusals));
    }
    Plan plan = errand.plan();
    Carrying manner = ruling.exactOnly() ? new Carrying(Carrying.Manner.EXACT) : carrying;
    IpamState now =
        new ScreenedSource(place.etcd())
            .read(
                keys -> {},
                read ->
                    ruling.reviewed()
                        ? ReviewedImpact.focus(manner, plan, errand.done(), read)
                        : PlanFocus.of(plan.steps()));
    Carried carried = manner.onto(plan, errand.done(), now);
    List<String> moved = moved(carried, now);
    if (moved.isEmpty() && ruling.reviewed()) {
      moved = ReviewedImpact.exceeded(carried, now);
    }
    if (!moved.isEmpty()) {
      List<String> lines = new ArrayList<>();
      if (PlanCheck.isInPlace(plan, now)) {
        lines.add("everything that the plan changes is in place already");
      }
      lines.addAll(moved);
      return new Against(new RunOutcome.Moved(lines));
    }
    List<String> harm = Apply.harm(carried.plan(), now);
    return harm.isEmpty()
        ? new Ready(carried, now, ruling)
        : new Against(new RunOutcome.Moved(harm));
  }

  /** What moved since a plan was made and could not be carried over, in words. */
  static List<String> moved(Carried carried, IpamState now) {
    List<String> lines = new ArrayList<>();
    Set<Bytes> told = new HashSet<>();
    for (Conflict conflict : carried.conflicts()) {
      lines.addAll(conflict.lines());
      told.add(conflict.key());
    }
    lines.addAll(PlanCheck.moved(carried.plan(), now, told));
    return lines;
  }

  /** What is carried over, in words. */
  static List<String> words(Carried carried) {
    return carried.carried().stream().flatMap(write -> write.words().stream()).toList();
  }

  /** Options that name what a plan is about. */
  private static final List<String> SUBJECTS =
      List.of("--block", "--from", "--pool", "--node", "--to");

  /**
   * What a person types: the object that the plan is about, so that a hand on the wrong window
   * stops.
   */
  private static String answer(Plan plan) {
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
}
