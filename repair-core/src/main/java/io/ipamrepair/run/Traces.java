package io.ipamrepair.run;

import io.ipamrepair.change.AfterImage;
import io.ipamrepair.etcd.EarlierValue;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.run.RebuiltMark.Trace;
import io.ipamrepair.show.KeyHistory;
import io.ipamrepair.source.LiveHistory;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Finds out what the steps of a run wrote, and on what, when the journal that said so is lost: from
 * etcd's history, where it is not compacted; from what is left of the old journal; from the dump
 * that the run wrote; from the plan.
 */
final class Traces {
  /** A record is written once for each step, and a few times around them. */
  private static final int MOST_RECORDS = 1000;

  private final Etcd etcd;
  private final Plan plan;
  private final Optional<RecordedRun> remains;
  private final Optional<Plan> dumped;

  /**
   * The sources.
   *
   * @param remains what is left of the old journal
   * @param dumped the plan as it is on the dump that the run wrote
   */
  Traces(Etcd etcd, Plan plan, Optional<RecordedRun> remains, Optional<Plan> dumped) {
    this.etcd = etcd;
    this.plan = plan;
    this.remains = remains;
    this.dumped = dumped;
  }

  /** A write as it was, as far as is known. */
  record TracedWrite(
      PlannedWrite planned, Optional<Bytes> before, Optional<Bytes> after, Trace trace) {
    /** Whether it was written on other bytes than the plan says. */
    boolean isCarried() {
      return before.isPresent() && !before.equals(planned.before());
    }
  }

  /**
   * A step as it was.
   *
   * @param revision of its commit, where it is known
   */
  record TracedStep(OptionalLong revision, List<TracedWrite> writes) {}

  /**
   * The first {@code count} steps of the run.
   *
   * @param revision up to which the run's record is looked back
   */
  List<TracedStep> steps(String run, int count, long revision) throws EtcdException {
    Map<Integer, Long> commits = commits(run, revision);
    Map<Bytes, Bytes> now = new HashMap<>();
    List<Bytes> written = new ArrayList<>();
    plan.steps().forEach(step -> step.writes().forEach(write -> written.add(write.key())));
    etcd.get(written.stream().distinct().toList())
        .value()
        .forEach(each -> now.put(each.key(), each.value()));
    List<TracedStep> traced = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      traced.add(step(number, commit(commits, number), now));
    }
    return traced;
  }

  private static OptionalLong commit(Map<Integer, Long> commits, int number) {
    return commits.containsKey(number)
        ? OptionalLong.of(commits.get(number))
        : OptionalLong.empty();
  }

  /** The revisions of the steps' commits, as the versions of the record tell. */
  private Map<Integer, Long> commits(String run, long revision) throws EtcdException {
    KeyHistory history = new LiveHistory(etcd, MOST_RECORDS).of(RunKeys.record(run), revision);
    Map<Integer, Long> firstWith = new TreeMap<>();
    boolean created = history.beginning() == KeyHistory.Beginning.CREATED;
    for (KeyHistory.Version version : history.versions()) {
      if (version.value().isEmpty()) {
        // What is older is another life of the key.
        created = true;
        break;
      }
      version
          .value()
          .flatMap(RunRecord::decode)
          // The newest comes first: what stands in the end is the oldest of each.
          .ifPresent(record -> firstWith.put(record.done(), version.revision()));
    }
    if (!created && !firstWith.isEmpty()) {
      // The oldest that is left may be a later write of a record that says the same.
      firstWith.remove(Collections.min(firstWith.keySet()));
    }
    return firstWith;
  }

  private TracedStep step(int number, OptionalLong commit, Map<Bytes, Bytes> now)
      throws EtcdException {
    Step planned = plan.steps().get(number - 1);
    List<TracedWrite> writes = new ArrayList<>();
    for (int i = 0; i < planned.writes().size(); i++) {
      PlannedWrite write = planned.writes().get(i);
      Optional<TracedWrite> seen =
          commit.isPresent() ? seen(write, commit.getAsLong()) : Optional.empty();
      writes.add(seen.isPresent() ? seen.get() : told(number, i, write, now));
    }
    return new TracedStep(commit, writes);
  }

  /** The write as etcd itself still has it. */
  private Optional<TracedWrite> seen(PlannedWrite write, long commit) throws EtcdException {
    EarlierValue after = etcd.getAt(write.key(), commit);
    EarlierValue before = etcd.getAt(write.key(), commit - 1);
    boolean known =
        !(after instanceof EarlierValue.Compacted) && !(before instanceof EarlierValue.Compacted);
    // A step writes each of its keys, so none can be older than the step.
    boolean ofThisStep =
        !(after instanceof EarlierValue.Found found) || found.content().modRevision() == commit;
    return known && ofThisStep
        ? Optional.of(new TracedWrite(write, value(before), value(after), Trace.HISTORY))
        : Optional.empty();
  }

  private static Optional<Bytes> value(EarlierValue earlier) {
    return earlier instanceof EarlierValue.Found found
        ? Optional.of(found.content()).map(KeyValue::value)
        : Optional.empty();
  }

  /** The write as the other sources tell it: the first that fits what the key holds. */
  private TracedWrite told(int number, int index, PlannedWrite write, Map<Bytes, Bytes> now) {
    Optional<RecordedStep> left =
        remains
            .map(run -> run.steps().get(number - 1))
            .filter(step -> step.status() == StepStatus.APPLIED);
    if (left.isPresent()) {
      return new TracedWrite(
          write, left.get().before(write), left.get().after(write), Trace.REMAINS);
    }
    List<TracedWrite> told = new ArrayList<>();
    dumped
        .filter(carried -> isFirst(number, write.key()))
        .map(carried -> carried.steps().get(number - 1).writes().get(index))
        .ifPresent(each -> told.add(as(write, each, Trace.DUMP)));
    told.add(as(write, write, Trace.PLAN));
    Optional<Bytes> found = Optional.ofNullable(now.get(write.key()));
    for (TracedWrite each : told) {
      if (each.after().equals(found)) {
        return each;
      }
      boolean bound =
          !write.boundAtCommit().isEmpty()
              && each.after().isPresent()
              && found.isPresent()
              && AfterImage.isButForClaimTime(each.after().get(), found.get());
      if (bound) {
        return new TracedWrite(write, each.before(), found, each.trace());
      }
    }
    return told.get(0);
  }

  private static TracedWrite as(PlannedWrite planned, PlannedWrite told, Trace trace) {
    return new TracedWrite(planned, told.before(), told.after(), trace);
  }

  /** The dump is of the time before the first step, so it tells of a key's first write alone. */
  private boolean isFirst(int number, Bytes key) {
    return plan.steps().subList(0, number - 1).stream()
        .flatMap(step -> step.writes().stream())
        .noneMatch(write -> write.key().equals(key));
  }
}
