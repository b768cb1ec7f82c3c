package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.undo.KeyStanding;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes over a run that was cut off, wherever that was: first its record in etcd is rewritten, so
 * that no process can commit another step of it, be it alive, stopped or a message in a queue. Then
 * the record says which steps are in etcd, and the journal is completed with it. Safe to repeat,
 * and from another machine that has the journal.
 */
public final class Recovery {
  private final Etcd etcd;
  private final Journal journal;
  private final Takeover takeover;
  private final Clock clock;

  /**
   * A recovery.
   *
   * @param name who recovers, {@code user@host}
   * @param token a random number of this process
   */
  public Recovery(Etcd etcd, Journal journal, String name, String token, Clock clock) {
    this.etcd = etcd;
    this.journal = journal;
    this.takeover = new Takeover(etcd, name, token);
    this.clock = clock;
  }

  /** What is true of a run now. */
  public sealed interface Recovered {
    /**
     * Each step is known to be in etcd or not, and none can commit any more.
     *
     * @param journalled whether the journal says so too; not while another process has it open
     * @param notes what became of Calico's lock on the datastore, and what is left to do, in
     *     sentences
     */
    record Settled(RecordedRun run, boolean journalled, List<String> notes) implements Recovered {
      public Settled {
        notes = List.copyOf(notes);
      }
    }

    /**
     * The record is missing, or older than the journal: etcd was restored from a backup, or a hand
     * was at work. What is in etcd only the keys themselves tell. No step can commit any more.
     *
     * @param keys what the keys that the run writes hold, in the plan's order
     */
    record Diverged(RecordedRun run, String why, List<KeyStanding> keys) implements Recovered {
      public Diverged {
        keys = List.copyOf(keys);
      }
    }

    /** Nothing was touched: the run does not belong to this cluster, or somebody holds it. */
    record Not(RunOutcome outcome) implements Recovered {}
  }

  /** What {@link #recover} does once it is known that the run belongs to this cluster. */
  private interface Step {
    Recovered taken()
        throws EtcdException, TakenOverException, JournalException, RunFormatException;
  }

  /**
   * Takes over {@code run} and settles it.
   *
   * @throws JournalException when its journal cannot be used
   * @throws RunFormatException when the journal holds no run, or does not go with the record
   */
  public Recovered recover(String run) throws JournalException, RunFormatException {
    RecordedRun before = new RunReader().read(journal.read(run));
    return here(before, () -> takeOverAndSettle(before));
  }

  /**
   * A run whose journal says that it ended: nothing is taken over or written, unless its record is
   * open still.
   *
   * @throws RunFormatException when the journal does not go with the record
   */
  Recovered look(RunHistory history, RecordedRun ended)
      throws JournalException, RunFormatException {
    return here(
        ended,
        () -> {
          Optional<HeldRecord> found = HeldRecord.find(etcd, ended.id());
          boolean open =
              found.filter(held -> held.record().state() != RunRecord.State.CLOSED).isPresent();
          if (open) {
            // Its journal ended, and its record did not: a lock on the datastore may be in it.
            return takeOverAndSettle(ended);
          }
          if (found.isPresent()) {
            agrees(history, ended, found.get().record());
          }
          return new Recovered.Settled(ended, true, List.of());
        });
  }

  /** The run of another cluster is none of ours. */
  private Recovered here(RecordedRun run, Step step) throws JournalException, RunFormatException {
    try {
      List<String> elsewhere =
          RunPlace.of(etcd).refuses("run " + run.id() + " was made in", run.plan().cluster());
      return elsewhere.isEmpty()
          ? step.taken()
          : new Recovered.Not(new RunOutcome.Refused(elsewhere));
    } catch (EtcdException unusable) {
      return new Recovered.Not(new RunOutcome.EtcdUnusable(unusable.failure()));
    } catch (TakenOverException taken) {
      return new Recovered.Not(new RunOutcome.TakenOver(run.id(), 0, taken.getMessage()));
    }
  }

  private Recovered takeOverAndSettle(RecordedRun before)
      throws EtcdException, TakenOverException, JournalException, RunFormatException {
    Takeover.Taken taken = takeover.of(before);
    List<String> notes = new ArrayList<>();
    if (taken instanceof Takeover.Taken.Held mine) {
      taken = new Takeover.Taken.Held(unlocked(mine.record(), notes));
    }
    // Read again: until now its process may have gone on.
    RunHistory history = journal.read(before.id());
    RecordedRun run = new RunReader().read(history);
    strayDatastoreLock(history, notes);
    if (taken instanceof Takeover.Taken.Gone) {
      return diverged(run, RecordFate.GONE, notes);
    }
    HeldRecord held =
        taken instanceof Takeover.Taken.Held mine
            ? mine.record()
            : ((Takeover.Taken.Fenced) taken).record();
    agrees(history, run, held.record());
    takeover.takeLockOf(run.id());
    if (run.applied() > held.record().done()) {
      return diverged(run, RecordFate.older(held.record().done(), run.applied()), notes);
    }
    return taken instanceof Takeover.Taken.Fenced fenced
        ? settled(run, held, Optional.of(fenced.full()), notes)
        : settled(run, held, Optional.empty(), notes);
  }

  /**
   * Puts Calico's lock back, first of all: while it is set no pod starts anywhere. Whoever holds
   * the record may do it.
   */
  private HeldRecord unlocked(HeldRecord held, List<String> notes)
      throws EtcdException, TakenOverException {
    DatastoreLock.Back back = new DatastoreLock(etcd).putBack(held);
    back.words().ifPresent(notes::add);
    return DatastoreLock.record(back)
        .orElseThrow(() -> new TakenOverException("somebody else took the run over"));
  }

  /**
   * The journal says that the run locked the datastore, and nothing that can be written says any
   * more whose the lock is: then a person must decide.
   */
  private void strayDatastoreLock(RunHistory history, List<String> notes) throws EtcdException {
    boolean locked = false;
    for (Entry entry : history.entries()) {
      if (entry.kind() == EntryKind.DATASTORE) {
        locked = RunJournalist.saysLocked(entry);
      }
    }
    if (notes.isEmpty()
        && locked
        && new DatastoreLock(etcd).look() instanceof DatastoreLock.Found.LockedAlready) {
      notes.add(
          "datastoreReady is false. This run set it, or was about to; whether it is its own still,"
              + " nothing tells. To unlock: "
              + DatastoreLock.UNLOCK);
    }
  }

  private Recovered diverged(RecordedRun run, String why, List<String> notes) throws EtcdException {
    String all = Stream.concat(Stream.of(why), notes.stream()).collect(Collectors.joining(". "));
    return new Recovered.Diverged(
        run, all, KeyStanding.of(run, etcd.get(KeyStanding.keys(run)).value()));
  }

  /**
   * Writes down what is settled.
   *
   * @param full that etcd takes no put, where it does not
   */
  private Recovered settled(
      RecordedRun run, HeldRecord held, Optional<EtcdFailure> full, List<String> known)
      throws EtcdException, JournalException, RunFormatException {
    RecordedRun settled = settled(run, held.record());
    List<String> notes = new ArrayList<>(known);
    try (RunJournal open = journal.open(settled.id())) {
      String head = completed(open, settled);
      boolean closed = full.isEmpty() && closes(held, head);
      if (!closed) {
        notes.add(unclosed(settled.id()));
      }
      return new Recovered.Settled(settled, true, notes);
    } catch (JournalException unusable) {
      if (unusable.reason() == JournalException.Reason.LOCKED) {
        return new Recovered.Settled(settled, false, notes);
      }
      throw unusable;
    }
  }

  private static String unclosed(String run) {
    return "etcd is out of space, so the run's record there still says that it goes on. No step of"
        + " it can commit all the same: its operator lock is gone. When there is space again:"
        + " ipam-repair recover "
        + run;
  }

  /**
   * That the journal knows what the record says. A journal that lost its end, or another's, would
   * undo less than was done.
   */
  private static void agrees(RunHistory history, RecordedRun run, RunRecord record)
      throws RunFormatException {
    boolean known = record.covered(history).isPresent();
    if (!record.goesWith(history, run)) {
      throw new RunFormatException(
          "the journal of run "
              + run.id()
              + " does not go with the run's record in etcd: the record says "
              + record.done()
              + " of "
              + record.steps()
              + " steps done, the journal knows of "
              + run.sent()
              + (known ? "" : ", and the record was written with an entry that it does not have")
              + ". It lost its end, or is another's; use the one that the run was made with, on "
              + record.holder());
    }
  }

  private static RecordedRun settled(RecordedRun run, RunRecord record) {
    List<RecordedStep> steps = new ArrayList<>();
    for (int number = 1; number <= run.steps().size(); number++) {
      RecordedStep step = run.steps().get(number - 1);
      StepStatus status = step.status();
      if (number <= record.done()) {
        status = StepStatus.APPLIED;
      } else if (status == StepStatus.UNKNOWN) {
        status = StepStatus.NOT_APPLIED;
      }
      steps.add(step.with(status));
    }
    return run.settled(steps, status(run.status(), steps));
  }

  private static RecordedRun.Status status(RecordedRun.Status known, List<RecordedStep> steps) {
    long applied = steps.stream().filter(step -> step.status() == StepStatus.APPLIED).count();
    if (applied == steps.size()) {
      boolean checked = known == RecordedRun.Status.APPLIED || known == RecordedRun.Status.DIFFERS;
      return checked ? known : RecordedRun.Status.ALL_APPLIED;
    }
    return applied > 0 ? RecordedRun.Status.HALTED : RecordedRun.Status.NOTHING_WRITTEN;
  }

  /** Completes the journal; its last hash. */
  private String completed(RunJournal open, RecordedRun settled)
      throws JournalException, RunFormatException {
    RunJournalist journalist = new RunJournalist(open, clock);
    RecordedRun run = new RunReader().read(open.history());
    for (int number = 1; number <= run.steps().size(); number++) {
      StepStatus status = settled.steps().get(number - 1).status();
      if (status != run.steps().get(number - 1).status()) {
        journalist.outcome(number, status, OptionalLong.empty(), "settled by recovery");
      }
    }
    if (run.status() != settled.status() || !isClosed(open.history())) {
      journalist.close(settled.status());
    }
    return journalist.head();
  }

  /** Closes the record with the journal's last hash; false when etcd has no space for that. */
  private boolean closes(HeldRecord held, String head) throws EtcdException {
    if (held.record().state() == RunRecord.State.CLOSED) {
      return true;
    }
    try {
      takeover.put(
          held.key(), held.compares(), held.next().withState(RunRecord.State.CLOSED, head));
      return true;
    } catch (EtcdException failed) {
      if (failed.failure().kind() == EtcdFailure.Kind.NO_SPACE) {
        return false;
      }
      throw failed;
    }
  }

  private static boolean isClosed(RunHistory history) {
    List<Entry> entries = history.entries();
    return !entries.isEmpty() && entries.get(entries.size() - 1).kind() == EntryKind.CLOSE;
  }
}
