package io.ipamrepair.run;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.run.RebuiltMark.Trace;
import io.ipamrepair.run.Traces.TracedStep;
import io.ipamrepair.run.Traces.TracedWrite;
import io.ipamrepair.undo.KeyStanding;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Writes the journal of a run again that was lost or is damaged, from the plan file, the run's
 * record in etcd, and what else there is: etcd's history, the dump that the run wrote, the remains
 * of the old file. The run is taken over first. What cannot be known is not made up: the journal
 * says on what it rests ({@link RebuiltMark}).
 *
 * <p>The plan file holds what each key held before and what it gets. What it does not hold: the
 * claim time of a block, which is bound at commit; and the bytes of keys that others had changed
 * and to which a step was carried over.
 */
public final class Rebuilding {
  private final Etcd etcd;
  private final Journal journal;
  private final String name;
  private final String token;
  private final Clock clock;

  /** A rebuilding; see {@link Recovery}. */
  public Rebuilding(Etcd etcd, Journal journal, String name, String token, Clock clock) {
    this.etcd = etcd;
    this.journal = journal;
    this.name = name;
    this.token = token;
    this.clock = clock;
  }

  /** What came of it. */
  public sealed interface Outcome {
    /** The journal is there again; the run is to be recovered. */
    record Rebuilt(RebuiltMark mark) implements Outcome {}

    /** The journal that is there is whole, and stays. */
    record NotNeeded() implements Outcome {}

    /** No journal was written; the outcome says why. */
    record Not(RunOutcome outcome) implements Outcome {}
  }

  /**
   * What to rebuild from.
   *
   * @param sealed the plan and its digest
   * @param planFile the exact bytes of its file
   * @param dump the dump that the run wrote before its first step; nothing for the one beside the
   *     journal, if it is there
   */
  public record Sources(PlanFile.Sealed sealed, byte[] planFile, Optional<Path> dump) {}

  /**
   * The runs that etcd knows to have been made with a plan, in order.
   *
   * @param digest the plan's
   */
  public static List<String> runsOf(Etcd etcd, String digest) throws EtcdException {
    List<String> runs = new ArrayList<>();
    for (KeyValue each :
        etcd.<List<KeyValue>>read(List.of(RunKeys.records()), ArrayList::new, List::add).value()) {
      if (RunRecord.decode(each.value())
          .filter(found -> found.digest().equals(digest))
          .isPresent()) {
        runs.add(RunKeys.runOf(each.key()));
      }
    }
    return runs;
  }

  /**
   * Rebuilds the journal of {@code run}, unless it is whole.
   *
   * @throws JournalException when no journal can be written here
   */
  public Outcome rebuild(String run, Sources sources) throws JournalException {
    try {
      Optional<HeldRecord> record = HeldRecord.find(etcd, run);
      // Behind the record: a run at work writes its journal first.
      Remains remains = remains(run, record.map(HeldRecord::record));
      if (remains.whole()) {
        return new Outcome.NotNeeded();
      }
      return new Attempt(run, sources, record, remains).rebuild();
    } catch (EtcdException unusable) {
      return new Outcome.Not(new RunOutcome.EtcdUnusable(unusable.failure()));
    } catch (TakenOverException taken) {
      return new Outcome.Not(new RunOutcome.TakenOver(run, 0, taken.getMessage()));
    }
  }

  /**
   * What is left of the journal.
   *
   * @param whole whether nothing is missing
   * @param file whether there is a file
   * @param history what it holds, where its chain is whole
   * @param run the run in it, where it holds one
   */
  private record Remains(
      boolean whole, boolean file, Optional<RunHistory> history, Optional<RecordedRun> run) {
    /** The hash that the run's dump had. */
    Optional<String> dumpHash() {
      return history.stream()
          .flatMap(each -> each.entries().stream())
          .filter(entry -> entry.kind() == EntryKind.DUMP)
          .findFirst()
          .flatMap(Remains::hash);
    }

    private static Optional<String> hash(Entry entry) {
      try {
        return new JsonReader().readObject(Bytes.of(entry.body())).text("sha256");
      } catch (JsonFormatException unreadable) {
        return Optional.empty();
      }
    }
  }

  private Remains remains(String run, Optional<RunRecord> record) throws JournalException {
    RunHistory history;
    try {
      history = journal.read(run);
    } catch (JournalException unusable) {
      return switch (unusable.reason()) {
        case NO_SUCH_RUN -> new Remains(false, false, Optional.empty(), Optional.empty());
        case DAMAGED -> new Remains(false, true, Optional.empty(), Optional.empty());
        default -> throw unusable;
      };
    }
    try {
      RecordedRun recorded = new RunReader().read(history);
      boolean whole =
          record
              .map(
                  each ->
                      each.digest().equals(recorded.digest()) && each.goesWith(history, recorded))
              .orElse(true);
      return new Remains(whole, true, Optional.of(history), Optional.of(recorded));
    } catch (RunFormatException noRun) {
      return new Remains(false, true, Optional.of(history), Optional.empty());
    }
  }

  /** The rebuilding of one run, whose record was read. */
  private final class Attempt {
    private final String run;
    private final Plan plan;
    private final String digest;
    private final Sources sources;
    private final Optional<HeldRecord> record;
    private final Remains remains;
    private final Takeover takeover = new Takeover(etcd, name, token);

    Attempt(String run, Sources sources, Optional<HeldRecord> record, Remains remains) {
      this.run = run;
      this.plan = sources.sealed().plan();
      this.digest = sources.sealed().digest();
      this.sources = sources;
      this.record = record;
      this.remains = remains;
    }

    Outcome rebuild() throws EtcdException, TakenOverException, JournalException {
      List<String> problems = new ArrayList<>(problems());
      Optional<RunDump> dump = RunDump.find(journal.folder(), run, sources.dump(), problems);
      if (dump.isPresent()) {
        problems.addAll(misfits(dump.get()));
      }
      if (!problems.isEmpty()) {
        return new Outcome.Not(new RunOutcome.Refused(problems));
      }
      if (record.isEmpty()) {
        takeover.takeLockOf(run);
        return new Outcome.Rebuilt(write(Optional.empty(), dump).mark());
      }
      Takeover.Taken taken = takeover.anew(run);
      if (taken instanceof Takeover.Taken.Held held) {
        Written written = write(Optional.of(held.record()), dump);
        int done = held.record().record().done();
        return written.isHeld()
            ? new Outcome.Rebuilt(written.mark())
            : new Outcome.Not(
                new RunOutcome.TakenOver(run, done, "somebody took it over meanwhile"));
      }
      return new Outcome.Not(
          taken instanceof Takeover.Taken.Fenced fenced
              ? new RunOutcome.EtcdUnusable(fenced.full())
              : new RunOutcome.Diverged(run, 0, RecordFate.GONE));
    }

    private List<String> misfits(RunDump dump) throws EtcdException {
      List<KeyValue> begun = etcd.get(List.of(RunKeys.record(run))).value();
      OptionalLong beginning =
          begun.isEmpty() ? OptionalLong.empty() : OptionalLong.of(begun.get(0).createRevision());
      return dump.misfits(plan, beginning, remains.dumpHash());
    }

    /** All that does not fit, at once. */
    private List<String> problems() throws EtcdException {
      List<String> problems =
          new ArrayList<>(RunPlace.of(etcd).refuses("the plan is for", plan.cluster()));
      if (plan.cluster().etcdClusterId().isEmpty()) {
        problems.add("the plan was made from a file: no run can have been made with it");
      }
      if (record.isPresent()) {
        if (!record.get().record().digest().equals(digest)) {
          problems.add(
              "run "
                  + run
                  + " was made with the plan "
                  + record.get().record().digest()
                  + ", this file is "
                  + digest);
        }
        return problems;
      }
      List<String> others = runsOf(etcd, digest);
      others.forEach(
          other ->
              problems.add(
                  "etcd has no record of run "
                      + run
                      + ", but run "
                      + other
                      + " was made with this plan: ipam-repair recover "
                      + other
                      + " --plan FILE"));
      if (others.isEmpty() && problems.isEmpty() && !remains.file() && !isAnythingInPlace()) {
        problems.add(
            "etcd has no record of run "
                + run
                + ", the journal has no file of it, and no key is as a step of the plan leaves it:"
                + " there is nothing to recover");
      }
      return problems;
    }

    private boolean isAnythingInPlace() throws EtcdException {
      RecordedStep unsent =
          new RecordedStep(StepStatus.NOT_SENT, OptionalLong.empty(), Map.of(), Map.of());
      RecordedRun planned =
          new RecordedRun(
              run,
              plan,
              digest,
              name,
              clock.instant(),
              Collections.nCopies(plan.steps().size(), unsent),
              RecordedRun.Status.OPEN);
      return KeyStanding.of(planned, etcd.get(KeyStanding.keys(planned)).value()).stream()
          .anyMatch(each -> each.content() == KeyStanding.Content.WRITTEN);
    }

    /**
     * A journal that was written.
     *
     * @param isHeld whether the run's record goes with it; not when somebody else took the run over
     */
    private record Written(RebuiltMark mark, boolean isHeld) {}

    private Written write(Optional<HeldRecord> held, Optional<RunDump> dump)
        throws EtcdException, JournalException {
      int done = held.map(each -> each.record().done()).orElse(plan.steps().size());
      List<TracedStep> steps =
          new Traces(
                  etcd,
                  plan,
                  remains.run().filter(left -> left.digest().equals(digest)),
                  dump.map(found -> found.carrying(plan)))
              .steps(run, done, etcd.identity().revision());
      Map<Trace, Integer> images = new EnumMap<>(Trace.class);
      steps.forEach(
          step -> step.writes().forEach(write -> images.merge(write.trace(), 1, Integer::sum)));
      RebuiltMark mark =
          new RebuiltMark(
              clock.instant(),
              name,
              held.isPresent() ? OptionalInt.of(done) : OptionalInt.empty(),
              images,
              remains.file() ? journal.setAside(run, clock.instant()) : Optional.empty());
      try (Journal.Draft draft = journal.draft(run, clock.instant());
          RunJournalist journalist = new RunJournalist(draft.writing(), clock)) {
        journalist.plan(sources.planFile(), plan);
        journalist.rebuilt(mark);
        if (dump.filter(RunDump::isBeside).isPresent()) {
          journalist.dump(RunDump.name(run), dump.get().hash());
        }
        journalist.begin(begun(held));
        for (int number = 1; number <= steps.size(); number++) {
          step(journalist, number, steps.get(number - 1), held.isPresent());
        }
        if (held.isPresent()) {
          journalist.close(status(done));
        }
        String head = journalist.head();
        draft.complete();
        return new Written(mark, held.isEmpty() || closes(held.get(), head));
      }
    }

    private RunRecord begun(Optional<HeldRecord> held) {
      String operator = record.map(each -> each.record().holder()).orElse(plan.author());
      return new RunRecord(
          run,
          digest,
          plan.steps().size(),
          held.map(each -> each.record().done()).orElse(0),
          RunRecord.State.OPEN,
          operator,
          token,
          "");
    }

    /** The record carries the hash of the journal that goes with it from now on. */
    private boolean closes(HeldRecord held, String head) throws EtcdException {
      return takeover
          .put(held.key(), held.compares(), held.record().withState(RunRecord.State.CLOSED, head))
          .isPresent();
    }

    private RecordedRun.Status status(int done) {
      if (done == plan.steps().size()) {
        return RecordedRun.Status.ALL_APPLIED;
      }
      return done > 0 ? RecordedRun.Status.HALTED : RecordedRun.Status.NOTHING_WRITTEN;
    }

    private void step(RunJournalist journalist, int number, TracedStep step, boolean applied)
        throws JournalException {
      Map<Bytes, Optional<Bytes>> bound = new LinkedHashMap<>();
      List<Carrying.CarriedWrite> carried = new ArrayList<>();
      for (TracedWrite write : step.writes()) {
        Bytes key = write.planned().key();
        bound.put(key, write.after());
        if (write.isCarried()) {
          carried.add(
              new Carrying.CarriedWrite(
                  number,
                  new KeyLayout().classify(key).object(),
                  key,
                  write.before().orElseThrow(),
                  List.of()));
        }
      }
      long readAt = step.revision().isPresent() ? step.revision().getAsLong() - 1 : 0;
      journalist.intent(number, readAt, bound, carried);
      if (applied) {
        journalist.outcome(
            number, StepStatus.APPLIED, step.revision(), "rebuilt from the run record");
      }
    }
  }
}
