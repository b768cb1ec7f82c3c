package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.carry.Carrying.Carried;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.source.StateDump;
import io.ipamrepair.undo.RecordedRun;
import java.io.IOException;

/**
 * One execution of a plan: journal, trial, begin, steps, check, close. Evidence comes first: what a
 * step will write is on disk before it is sent, and whether it was applied is decided by the run
 * record in etcd, never by reading the data back.
 */
final class Run {
  private final Terms terms;

  Run(Workplace place, RunOptions options, Licence licence, String id, String token) {
    this.terms = new Terms(place, options, licence, id, token);
  }

  /**
   * Executes a plan.
   *
   * @param carried the plan as it is on {@code fresh}
   * @param fresh the state on which it was judged, just now
   */
  RunOutcome execute(PlanFile.Sealed sealed, byte[] planFile, Carried carried, IpamState fresh)
      throws JournalException, EtcdException {
    Journal journal = terms.place().journal();
    try (RunJournalist journalist =
        new RunJournalist(journal.create(terms.run(), terms.clock().instant()), terms.clock())) {
      Execution execution = new Execution(terms, sealed, journalist);
      try {
        journalist.plan(planFile, sealed.plan());
        journalist.approvals(terms.licence().ruling());
        dump(journal, journalist);
      } catch (JournalException | EtcdException unusable) {
        execution.closeJournal(RecordedRun.Status.NOTHING_WRITTEN);
        throw unusable;
      }
      terms.operator().tell("journal " + journal.folder() + ", run " + terms.run());
      return execution.run(carried.plan(), fresh);
    }
  }

  /**
   * Goes on with a run that was cut off, at the step behind the last that is in etcd.
   *
   * @param open its journal
   * @param record its record, as its recovery left it
   * @param carried the steps that are left, as they are on {@code fresh}
   * @param fresh the state on which they were judged, just now
   */
  RunOutcome resume(
      RunJournal open, PlanFile.Sealed sealed, HeldRecord record, Carried carried, IpamState fresh)
      throws JournalException {
    return new Execution(terms, sealed, new RunJournalist(open, terms.clock()))
        .resume(record, carried.plan(), fresh);
  }

  private void dump(Journal journal, RunJournalist journalist)
      throws JournalException, EtcdException {
    String name = RunDump.name(terms.run());
    try {
      journalist.dump(name, StateDump.write(terms.etcd(), journal.folder().resolve(name)));
    } catch (IOException failed) {
      throw JournalException.of(failed, "cannot write " + journal.folder().resolve(name));
    }
  }
}
