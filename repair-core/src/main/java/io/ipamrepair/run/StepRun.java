package io.ipamrepair.run;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.carry.Carrying.CarriedWrite;
import io.ipamrepair.carry.ReviewedImpact;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** One step of a run: fresh read, intent on disk, commit, settle, outcome on disk. */
final class StepRun {
  /**
   * How often a step that lost its compare to somebody else's write is tried again, as Calico's own
   * clients do.
   */
  private static final int TRIES = 20;

  /**
   * After so many losses all is read again; until then only the keys that the step speaks of. A
   * whole read takes longer than a busy block rests.
   */
  private static final int TRIES_ON_ONE_READ = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

  private final Terms terms;
  private final Etcd etcd;
  private final Operator operator;
  private final Carrying carrying;
  private final Ruling ruling;
  private final RunJournalist journalist;
  private final Progress progress;
  private final Plan plan;
  private final int number;
  private final HeldRecord record;

  /** This step and those after it, as planned. */
  private final Plan left;

  /**
   * The step behind those that are done.
   *
   * @param plan all of the run's steps, as planned
   * @param record the run record as it is now
   */
  StepRun(Terms terms, RunJournalist journalist, Progress progress, Plan plan, HeldRecord record) {
    this.terms = terms;
    this.etcd = terms.etcd();
    this.operator = terms.operator();
    this.carrying = terms.carrying();
    this.ruling = terms.licence().ruling();
    this.journalist = journalist;
    this.progress = progress;
    this.plan = plan;
    this.number = progress.done() + 1;
    this.left = plan.from(progress.done());
    this.record = record;
  }

  StepResult run() throws JournalException, EtcdException {
    if (left.steps().get(0).quietFirst()) {
      Optional<String> restless = new QuietWait(terms, left).await("the pool's blocks have");
      if (restless.isPresent()) {
        return stop(new RunOutcome.Moved(List.of(restless.get())), List.of(restless.get()));
      }
    }
    Optional<IpamState> whole = Optional.empty();
    for (int attempt = 0; attempt < TRIES; attempt++) {
      if (attempt % TRIES_ON_ONE_READ == 0 || whole.isEmpty()) {
        whole = Optional.of(new ScreenedSource(etcd).read(keys -> {}, this::focus));
      }
      IpamState fresh = refreshed(whole.get());
      Carried carried = carrying.onto(left, number - 1, fresh);
      if (ruling.reviewed() && !focus(whole.get()).covers(focus(fresh))) {
        // Somebody came whose workload was not read: it is not known whom the step hits.
        whole = Optional.empty();
        continue;
      }
      List<String> moved = moved(carried, fresh);
      if (!moved.isEmpty()) {
        return stop(new RunOutcome.Moved(moved), moved);
      }
      Optional<StepResult> result = attempt(carried, fresh);
      if (result.isPresent()) {
        return result.get();
      }
      operator.tell(
          "step "
              + number
              + " of "
              + plan.steps().size()
              + "  somebody wrote first; nothing it rests on changed, trying again");
      pause(attempt);
    }
    String busy = "step " + number + " lost to other writers " + TRIES + " times";
    return stop(new RunOutcome.Moved(List.of(busy)), List.of(busy));
  }

  /** What must be known of a state to judge what is left on it. */
  private Focus focus(IpamState state) {
    return ruling.reviewed()
        ? ReviewedImpact.focus(carrying, left, number - 1, state)
        : PlanFocus.of(left.steps());
  }

  /** What stands against this step now; those after it have their own turn. */
  private List<String> moved(Carried carried, IpamState fresh) {
    Carried first =
        new Carried(
            carried.plan().withSteps(carried.plan().steps().subList(0, 1)),
            ofThisStep(carried),
            carried.conflicts().stream()
                .filter(conflict -> writtenKeys().contains(conflict.key()))
                .toList());
    List<String> moved = Walk.moved(first, fresh);
    if (moved.isEmpty() && !first.carried().isEmpty()) {
      // Rules were judged on the way here; they are again where the bytes are others now.
      moved = Apply.harm(carried.plan(), fresh);
    }
    return moved.isEmpty() && ruling.reviewed() ? ReviewedImpact.exceeded(carried, fresh) : moved;
  }

  private List<CarriedWrite> ofThisStep(Carried carried) {
    return carried.carried().stream().filter(write -> write.step() == number).toList();
  }

  private List<Bytes> writtenKeys() {
    return left.steps().get(0).writes().stream().map(PlannedWrite::key).toList();
  }

  /**
   * The state with the keys that this step speaks of as they are this very moment. What rests on
   * others is judged on the older read, and held by its compares from then on.
   */
  private IpamState refreshed(IpamState whole) throws EtcdException {
    Set<Bytes> keys = new TreeSet<>(writtenKeys());
    left.steps()
        .get(0)
        .requires()
        .forEach(requirement -> keys.addAll(requirement.keys(whole.layout())));
    List<Bytes> asked = List.copyOf(keys);
    return whole.refreshed(asked, etcd.get(asked).value());
  }

  /** Longer each time, and by chance, so that two who wait do not meet again. */
  private void pause(int attempt) {
    long longest =
        Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(attempt, 10));
    LockSupport.parkNanos(longest / 2 + terms.place().random().nextLong(longest / 2));
  }

  private StepResult stop(RunOutcome outcome, List<String> reasons) {
    return new StepResult.Stopped(Optional.of(record), outcome, reasons);
  }

  /** The result, or nothing when a compare was lost and the step may be tried again. */
  private Optional<StepResult> attempt(Carried carried, IpamState fresh) throws JournalException {
    StepTransaction transaction =
        StepTransaction.bind(carried.plan().steps().get(0), terms.clock().instant());
    journalist.intent(number, fresh.revision(), transaction.bound(), ofThisStep(carried));
    RunRecord next = record.next().withDone(number, journalist.head());
    CommitOutcome outcome = etcd.commit(transaction.commit(fresh, terms.licence(), record, next));
    if (outcome instanceof CommitOutcome.Applied applied) {
      return Optional.of(applied(next, applied.revision(), ""));
    } else if (outcome instanceof CommitOutcome.ConditionFailed failed) {
      return conditionFailed(failed);
    } else if (outcome instanceof CommitOutcome.NotApplied refused) {
      return Optional.of(refused(refused.failure()));
    }
    EtcdFailure failure = ((CommitOutcome.Unknown) outcome).failure();
    operator.tell(
        "step "
            + number
            + " of "
            + plan.steps().size()
            + "  sent, "
            + failure.kind().sentence()
            + ": outcome unknown, settling…");
    return Optional.of(settle(next, failure));
  }

  private StepResult.Done applied(RunRecord next, long revision, String remark)
      throws JournalException {
    HeldRecord written = new HeldRecord(record.key(), next, revision);
    progress.applied(number, written);
    journalist.outcome(number, StepStatus.APPLIED, OptionalLong.of(revision), remark);
    operator.tell(
        "step "
            + number
            + " of "
            + plan.steps().size()
            + "  applied at revision "
            + revision
            + remark);
    return new StepResult.Done(written);
  }

  private Optional<StepResult> conditionFailed(CommitOutcome.ConditionFailed failed)
      throws JournalException {
    journalist.outcome(number, StepStatus.NOT_APPLIED, OptionalLong.empty(), "a compare was lost");
    Optional<RunOutcome> lost = progress.lost(RecordFate.of(record, failed.read()));
    if (lost.isPresent()) {
      return Optional.of(new StepResult.Stopped(Optional.empty(), lost.get(), List.of()));
    }
    return terms
        .licence()
        .lost(failed.read())
        .map(gone -> stop(new RunOutcome.Moved(List.of(gone)), List.of(gone)));
  }

  private StepResult refused(EtcdFailure failure) throws JournalException {
    journalist.outcome(number, StepStatus.NOT_APPLIED, OptionalLong.empty(), failure.line());
    return stop(new RunOutcome.EtcdUnusable(failure), List.of(failure.line()));
  }

  private StepResult settle(RunRecord next, EtcdFailure failure) throws JournalException {
    Fence.Settled settled = new Fence(etcd, terms.licence().lock()).settle(record, next);
    if (settled instanceof Fence.Settled.Applied applied) {
      return applied(next, applied.revision(), " (the answer was lost, the write was not)");
    } else if (settled instanceof Fence.Settled.NotApplied not) {
      progress.holds(not.record());
      journalist.outcome(
          number, StepStatus.NOT_APPLIED, OptionalLong.empty(), "given up: " + failure.line());
      operator.tell(
          "step "
              + number
              + " of "
              + plan.steps().size()
              + "  not applied, and cannot be any more");
      return StepResult.unusable(not.record(), failure);
    } else if (settled instanceof Fence.Settled.TakenOver taken) {
      return new StepResult.Stopped(Optional.empty(), progress.takenOver(taken.found()), List.of());
    } else if (settled instanceof Fence.Settled.Diverged diverged) {
      return new StepResult.Stopped(Optional.empty(), progress.diverged(diverged.why()), List.of());
    }
    EtcdFailure last = ((Fence.Settled.Open) settled).failure();
    return new StepResult.Stopped(Optional.empty(), progress.unknown(last), List.of());
  }
}
