package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.journal.RunJournal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Takes over a run that was cut off, wherever that was: first its record in etcd is rewritten, so
 * that no process can commit another step of it, be it alive, stopped or a message in a queue. Then
 * the record says which steps are in etcd, and the journal is completed with it. Safe to repeat,
 * and from another machine that has the journal.
 */
public final class Recovery {
  private static final int TRIES = 5;

  private final Etcd etcd;
  private final Journal journal;
  private final String name;
  private final String token;
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
    this.name = name;
    this.token = token;
    this.clock = clock;
  }

  /** What is true of a run now. */
  public sealed interface Recovered {
    /**
     * Each step is known to be in etcd or not, and none can commit any more.
     *
     * @param journalled whether the journal says so too; not while another process has it open
     * @param notes what became of Calico's lock on the datastore, where the run had set it
     */
    record Settled(RecordedRun run, boolean journalled, List<String> notes) implements Recovered {}

    /**
     * The record is missing, or older than the journal: etcd was restored from a backup, or a hand
     * was at work. What is in etcd only the keys themselves tell.
     */
    record Diverged(RecordedRun run, String why) implements Recovered {}

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
    Optional<HeldRecord> taken = takeOver(before);
    List<String> notes = new ArrayList<>();
    if (taken.isPresent()) {
      // First of all: while it is set no pod starts anywhere. Who holds the record may put it back.
      DatastoreLock.Back back = new DatastoreLock(etcd).putBack(taken.get());
      back.words().ifPresent(notes::add);
      taken =
          Optional.of(
              DatastoreLock.record(back)
                  .orElseThrow(() -> new TakenOverException("somebody else took the run over")));
    }
    // Read again: until now its process may have gone on.
    RunHistory history = journal.read(before.id());
    RecordedRun run = new RunReader().read(history);
    strayDatastoreLock(history, notes);
    Optional<RunRecord> record = taken.map(HeldRecord::record);
    if (record.isEmpty()) {
      return new Recovered.Diverged(
          run,
          "its record in etcd is gone: etcd was restored from a backup, or somebody deleted it"
              + notes.stream().map(note -> ". " + note).collect(Collectors.joining()));
    }
    agrees(history, run, record.get());
    if (run.applied() > record.get().done()) {
      return new Recovered.Diverged(
          run,
          "its record in etcd says "
              + steps(record.get().done())
              + ", the journal knows of "
              + run.applied()
              + ": etcd was restored from a backup");
    }
    takeLockOf(run.id());
    RecordedRun settled = settled(run, record.get());
    return new Recovered.Settled(settled, journalled(settled, taken.get()), notes);
  }

  /**
   * The journal says that the run locked the datastore, and no record says any more whose the lock
   * is: then a person must decide.
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

  private static String steps(int number) {
    return number + (number == 1 ? " step done" : " steps done");
  }

  /**
   * The run's record, which no other process can use any more; nothing when it is gone. A run that
   * never sent a step may never have made itself known: then its beginning is made impossible.
   */
  private Optional<HeldRecord> takeOver(RecordedRun run) throws EtcdException, TakenOverException {
    Bytes key = RunKeys.record(run.id());
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<HeldRecord> found = HeldRecord.find(etcd, run.id());
      if (found.isEmpty() && run.sent() > 0) {
        return Optional.empty();
      }
      if (found.filter(held -> held.record().state() == RunRecord.State.CLOSED).isPresent()) {
        return found;
      }
      RunRecord mine =
          found
              .map(HeldRecord::next)
              .orElseGet(
                  () ->
                      new RunRecord(
                          run.id(),
                          run.digest(),
                          run.steps().size(),
                          0,
                          RunRecord.State.GIVEN_UP,
                          name,
                          token,
                          ""))
              .givenUpTo(name, token);
      List<Compare> asItWas =
          found.map(HeldRecord::compares).orElse(List.of(new Compare.Absent(key)));
      Optional<HeldRecord> taken = put(key, asItWas, mine);
      if (taken.isPresent()) {
        return taken;
      }
    }
    throw new EtcdException(
        new EtcdFailure(
            EtcdFailure.Kind.OTHER,
            run.id(),
            "its record is rewritten all the time: the run still works"));
  }

  /** The record as written; nothing when somebody wrote first. */
  private Optional<HeldRecord> put(Bytes key, List<Compare> asItWas, RunRecord mine)
      throws EtcdException {
    CommitOutcome.Answered outcome =
        etcd.answered(
            new Transaction(
                asItWas,
                List.of(new Operation.Put(key, mine.encode())),
                List.of(new Operation.Get(key))));
    if (outcome instanceof CommitOutcome.Applied applied) {
      return Optional.of(new HeldRecord(key, mine, applied.revision()));
    }
    // The token is this process's own: what is there with it, a lost answer hid.
    return ((CommitOutcome.ConditionFailed) outcome)
        .read().stream()
            .filter(now -> now.value().equals(mine.encode()))
            .map(now -> new HeldRecord(key, mine, now.modRevision()))
            .findFirst();
  }

  /**
   * That the journal knows what the record says: the record carries the hash of the journal's entry
   * when it was written, and how many steps were done. A journal that lost its end, or another's,
   * would undo less than was done.
   */
  private static void agrees(RunHistory history, RecordedRun run, RunRecord record)
      throws RunFormatException {
    boolean known = record.covered(history).isPresent();
    if (!known || record.done() > run.sent()) {
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

  /** No step of it can commit any more: its lock would only keep others out until it runs out. */
  private void takeLockOf(String run) throws EtcdException {
    Optional<LockHolder> holder = OperatorLock.holder(etcd);
    if (holder.filter(each -> each.run().equals(run)).isPresent()) {
      OperatorLock.takeFrom(etcd, holder.get());
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

  /** Completes the journal, and then closes the record with the journal's last hash. */
  private boolean journalled(RecordedRun settled, HeldRecord record)
      throws JournalException, RunFormatException, EtcdException {
    try (RunJournal open = journal.open(settled.id())) {
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
      if (record.record().state() != RunRecord.State.CLOSED) {
        put(
            record.key(),
            record.compares(),
            record.next().withState(RunRecord.State.CLOSED, journalist.head()));
      }
      return true;
    } catch (JournalException unusable) {
      if (unusable.reason() == JournalException.Reason.LOCKED) {
        return false;
      }
      throw unusable;
    }
  }

  private static boolean isClosed(RunHistory history) {
    List<Entry> entries = history.entries();
    return !entries.isEmpty() && entries.get(entries.size() - 1).kind() == EntryKind.CLOSE;
  }
}
