package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanCheck;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFocus;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.undo.RecordedRun;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * {@code resume RUN}: goes on with a run that was cut off between its steps, once it is recovered.
 * What is left is verified as the whole was at the beginning.
 */
public final class Resume {
  private final Etcd etcd;
  private final Journal journal;
  private final Operator operator;
  private final Clock clock;
  private final RandomGenerator random;
  private final QuietTime quiet;

  /** The procedure and what it works with; see {@link Apply}. */
  public Resume(
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
   * Goes on with {@code run}.
   *
   * @throws JournalException when its journal cannot be used
   * @throws RunFormatException when the journal holds no run, or does not go with the record
   */
  public RunOutcome resume(String run) throws JournalException, RunFormatException {
    String token = RunId.token(random);
    Recovery.Recovered recovered =
        new Recovery(etcd, journal, operator.name(), token, clock).recover(run);
    if (recovered instanceof Recovery.Recovered.Not not) {
      return not.outcome();
    } else if (recovered instanceof Recovery.Recovered.Diverged diverged) {
      return new RunOutcome.TakenOver(run, 0, diverged.why() + "; it cannot be resumed");
    }
    Recovery.Recovered.Settled settled = (Recovery.Recovered.Settled) recovered;
    List<String> refusals = refusals(settled);
    if (!refusals.isEmpty()) {
      return new RunOutcome.Refused(refusals);
    }
    try {
      OperatorLock.Taking taking =
          OperatorLock.take(etcd, operator.name(), run, clock.instant(), token);
      if (taking instanceof OperatorLock.Taking.Busy busy) {
        return new RunOutcome.Locked(busy.holder());
      }
      try (OperatorLock lock = ((OperatorLock.Taking.Taken) taking).lock()) {
        return goOn(settled.run(), lock, token);
      }
    } catch (EtcdException unusable) {
      return new RunOutcome.EtcdUnusable(unusable.failure());
    } catch (TakenOverException taken) {
      return new RunOutcome.TakenOver(run, settled.run().applied(), taken.getMessage());
    }
  }

  private List<String> refusals(Recovery.Recovered.Settled settled) {
    RecordedRun run = settled.run();
    List<String> refusals = new ArrayList<>();
    if (run.applied() == run.steps().size()) {
      refusals.add("every step of run " + run.id() + " is applied: nothing is left to do");
    }
    if (!clock.instant().isBefore(run.plan().expires())) {
      refusals.add(
          "its plan expired at " + run.plan().expires() + "; roll it back, or make the plan again");
    }
    if (!settled.journalled()) {
      refusals.add("its journal is open in another process");
    }
    return refusals;
  }

  private RunOutcome goOn(RecordedRun run, OperatorLock lock, String token)
      throws EtcdException, JournalException, TakenOverException {
    int done = run.applied();
    Plan left = run.plan().from(done);
    Optional<RunOutcome> obstacle = judge(left, read(left));
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    operator.tell("undo, as far as it is applied: ipam-repair rollback " + run.id());
    String question =
        "Go on with "
            + run.plan().title()
            + " at step "
            + (done + 1)
            + " of "
            + run.steps().size()
            + ": write "
            + left.writes()
            + (left.writes() == 1 ? " key?" : " keys?");
    if (!operator.confirms(question, Apply.answer(run.plan()))) {
      return new RunOutcome.Declined();
    }
    // The prompt may have waited for long: everything from here on rests on this read.
    IpamState now = read(left);
    Optional<RunOutcome> since = judge(left, now);
    if (since.isPresent()) {
      return since.get();
    }
    try (RunJournal open = journal.open(run.id())) {
      return new Run(etcd, operator, clock, quiet, lock, run.id(), token)
          .resume(
              open,
              new PlanFile.Sealed(run.plan(), run.digest()),
              HeldRecord.find(etcd, run.id())
                  .orElseThrow(() -> new TakenOverException("the run record is gone")),
              now);
    }
  }

  private IpamState read(Plan left) throws EtcdException {
    return new ScreenedSource(etcd).read(PlanFocus.of(left.steps()));
  }

  private static Optional<RunOutcome> judge(Plan left, IpamState fresh) {
    List<String> moved = new ArrayList<>(PlanCheck.moved(left, fresh));
    if (moved.isEmpty()) {
      moved.addAll(Apply.harm(left, fresh));
    }
    return moved.isEmpty() ? Optional.empty() : Optional.of(new RunOutcome.Moved(moved));
  }
}
