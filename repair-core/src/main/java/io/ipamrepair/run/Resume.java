package io.ipamrepair.run;

import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.undo.RecordedRun;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code resume RUN}: goes on with a run that was cut off between its steps, once it is recovered.
 * What is left is verified as the whole was at the beginning.
 */
public final class Resume {
  private final Workplace place;
  private final RunOptions options;

  /** The procedure, and what it works with. */
  public Resume(Workplace place, RunOptions options) {
    this.place = place;
    this.options = options;
  }

  /**
   * Goes on with {@code run}.
   *
   * @param given what shows that its plan may be applied, besides the signatures in its journal
   * @throws JournalException when its journal cannot be used
   * @throws RunFormatException when the journal holds no run, or does not go with the record
   */
  public RunOutcome resume(String run, Backing given) throws JournalException, RunFormatException {
    String token = RunId.token(place.random());
    Recovery.Recovered recovered =
        new Recovery(place.etcd(), place.journal(), place.operator().name(), token, place.clock())
            .recover(run);
    if (recovered instanceof Recovery.Recovered.Not not) {
      return not.outcome();
    } else if (recovered instanceof Recovery.Recovered.Diverged diverged) {
      return new RunOutcome.Diverged(run, diverged.run().applied(), diverged.why());
    }
    Recovery.Recovered.Settled settled = (Recovery.Recovered.Settled) recovered;
    settled.notes().forEach(place.operator()::tell);
    RunApprovals approvals = RunApprovals.of(place.journal().read(run));
    Errand errand = new Errand(settled, approvals, approvals.backing(given), token);
    try {
      List<String> refusals = Walk.refusals(errand, errand.ruling());
      if (!refusals.isEmpty()) {
        return new RunOutcome.Refused(refusals);
      }
      return new Walk(place, options).go(errand);
    } catch (EtcdException unusable) {
      return new RunOutcome.EtcdUnusable(unusable.failure());
    } catch (TakenOverException taken) {
      return new RunOutcome.TakenOver(run, errand.done(), taken.getMessage());
    }
  }

  private final class Errand implements Walk.Errand {
    private final Recovery.Recovered.Settled settled;
    private final RecordedRun recorded;
    private final RunApprovals approvals;
    private final Backing backing;
    private final String token;

    Errand(
        Recovery.Recovered.Settled settled, RunApprovals approvals, Backing backing, String token) {
      this.settled = settled;
      this.approvals = approvals;
      this.backing = backing;
      this.recorded = settled.run();
      this.token = token;
    }

    @Override
    public String run() {
      return recorded.id();
    }

    @Override
    public String token() {
      return token;
    }

    @Override
    public Plan plan() {
      return recorded.plan().from(done());
    }

    @Override
    public int done() {
      return recorded.applied();
    }

    @Override
    public List<String> refusals() {
      List<String> refusals = new ArrayList<>();
      if (done() == recorded.steps().size()) {
        refusals.add("every step of run " + run() + " is applied: nothing is left to do");
      }
      if (!place.clock().instant().isBefore(recorded.plan().expires())) {
        refusals.add(
            "its plan expired at "
                + recorded.plan().expires()
                + "; roll it back, or make the plan again");
      }
      if (!settled.journalled()) {
        refusals.add("its journal is open in another process");
      }
      return refusals;
    }

    @Override
    public Ruling ruling() throws EtcdException {
      // On the whole plan, which is what people signed.
      return Ruling.on(
          place.etcd(), recorded.plan(), approvals.planFile(), backing, place.clock().instant());
    }

    @Override
    public String undo() {
      return "undo, as far as it is applied: ipam-repair rollback " + run();
    }

    @Override
    public String question() {
      int keys = plan().writes();
      return "Go on with "
          + recorded.plan().title()
          + " at step "
          + (done() + 1)
          + " of "
          + recorded.steps().size()
          + ": write "
          + keys
          + (keys == 1 ? " key?" : " keys?");
    }

    @Override
    public RunOutcome write(Licence licence, Walk.Ready ready)
        throws EtcdException, JournalException, TakenOverException {
      try (RunJournal open = place.journal().open(run())) {
        return new Run(place, options, licence, run(), token)
            .resume(
                open,
                new PlanFile.Sealed(recorded.plan(), recorded.digest()),
                HeldRecord.find(place.etcd(), run())
                    .orElseThrow(() -> new TakenOverException("the run record is gone")),
                ready.carried(),
                ready.now());
      }
    }
  }
}
