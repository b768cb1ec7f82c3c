package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.ThreeMembers;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.testing.WatchedHistory.Change;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds what is said of runs, by their outcomes and by their journals, against what etcd did: its
 * own history, read with a watch from the first revision on, none left out. It is fetched again and
 * again, for a compaction forgets it.
 */
final class HistoryAudit {
  private static final String TOOL = "/ipam-repair/v1/";

  private final ThreeMembers cluster;
  private final Map<Long, Revision> history = new TreeMap<>();
  private long seen;

  /** An audit of what etcd does from now on. */
  HistoryAudit(ThreeMembers cluster) {
    this.cluster = cluster;
    this.seen = cluster.revision();
  }

  /**
   * What was written in one transaction.
   *
   * @param data what is not the tool's own
   * @param records the run records, by run, that were put
   */
  private record Revision(Map<Bytes, Optional<Bytes>> data, Map<String, RunRecord> records) {
    static Revision of(List<Change> changes) {
      Map<Bytes, Optional<Bytes>> data = new HashMap<>();
      Map<String, RunRecord> records = new HashMap<>();
      for (Change change : changes) {
        if (!change.key().startsWith(Bytes.utf8(TOOL))) {
          data.put(change.key(), change.value());
        } else if (RunKeys.records().contains(change.key())) {
          change
              .value()
              .flatMap(RunRecord::decode)
              .ifPresent(record -> records.put(record.run(), record));
        }
      }
      return new Revision(data, records);
    }

    /** Whether it is the {@code number}-th step of {@code run}. */
    boolean isStep(String run, int number) {
      return !data.isEmpty() && records.containsKey(run) && records.get(run).done() == number;
    }
  }

  /** The last revision that was fetched. */
  long seen() {
    return seen;
  }

  /** Fetches what etcd did since. */
  void catchUp() {
    long now = cluster.revision();
    if (now > seen) {
      WatchedHistory.read(
          cluster.endpoint(cluster.leader()),
          seen + 1,
          now,
          (revision, changes) -> history.put(revision, Revision.of(changes)));
      seen = now;
    }
  }

  /** What was done so far is none of this audit's: the test itself wrote it. */
  void forget() {
    catchUp();
    history.clear();
  }

  /** How many transactions wrote anything that is not the tool's own. */
  long steps() {
    return history.values().stream().filter(revision -> !revision.data().isEmpty()).count();
  }

  /** How many steps of {@code run} are in etcd. */
  private int steps(String run) {
    return (int)
        history.values().stream()
            .filter(revision -> !revision.data().isEmpty() && revision.records().containsKey(run))
            .count();
  }

  /**
   * What is said of a run that has just ended, before anybody settles what it left open.
   *
   * @param run what it is called, if it has a name
   * @param before how many steps of it were in etcd before
   * @param all how many it has
   */
  void reported(String what, RunOutcome outcome, Optional<String> run, int before, int all) {
    catchUp();
    int done = run.map(this::steps).orElse(0);
    String told = what + ": told " + outcome;
    if (outcome instanceof RunOutcome.Applied applied) {
      assertThat(done).as(told).isEqualTo(all);
      Revision last = history.getOrDefault(applied.revision(), Revision.of(List.of()));
      assertThat(last.isStep(applied.run(), all))
          .as("%s: the last step at that revision", told)
          .isTrue();
    } else if (outcome instanceof RunOutcome.Differs) {
      assertThat(done).as(told).isEqualTo(all);
    } else if (outcome instanceof RunOutcome.Halted halted) {
      assertThat(done).as(told).isEqualTo(halted.applied());
    } else if (outcome instanceof RunOutcome.Unknown unknown) {
      assertThat(done).as(told).isBetween(unknown.applied(), unknown.applied() + 1);
    } else {
      // There is no other operator here: nobody takes over or holds the lock.
      assertThat(outcome)
          .as(told)
          .isInstanceOfAny(
              RunOutcome.EtcdUnusable.class, RunOutcome.Moved.class, RunOutcome.Refused.class);
      assertThat(done).as(told).isEqualTo(before);
    }
  }

  /** How many steps of {@code run} etcd has done. */
  int done(String run) {
    catchUp();
    return steps(run);
  }

  /**
   * What the journals say of each step. One that is applied is in etcd once, whole, in one
   * transaction with the run record that counts it, with the bytes that were journalled and at the
   * revision that was; one that is not was never there; one that is unknown at most once. And
   * nothing else was written at all.
   */
  void compare(String what, Journal journal) throws Exception {
    catchUp();
    Map<Long, Revision> left = new TreeMap<>(history);
    left.values().removeIf(revision -> revision.data().isEmpty());
    for (Journal.Listed listed : journal.list()) {
      RecordedRun run = new RunReader().read(((Journal.Listed.Readable) listed).history());
      for (int number = 1; number <= run.steps().size(); number++) {
        account(what, run, number, left);
      }
    }
    assertThat(left).as("%s: written, and in no journal", what).isEmpty();
  }

  private static void account(String what, RecordedRun run, int number, Map<Long, Revision> left) {
    RecordedStep step = run.steps().get(number - 1);
    String of = what + ": step " + number + " of run " + run.id() + ", " + step.words();
    List<Long> revisions = new ArrayList<>();
    left.forEach(
        (revision, done) -> {
          if (done.isStep(run.id(), number)) {
            revisions.add(revision);
          }
        });
    int least = step.status() == StepStatus.APPLIED ? 1 : 0;
    boolean possible = least == 1 || step.status() == StepStatus.UNKNOWN;
    assertThat(revisions)
        .as("%s: its revisions in etcd", of)
        .hasSizeBetween(least, possible ? 1 : 0);
    for (long revision : revisions) {
      assertThat(left.remove(revision).data())
          .as("%s: what it wrote at %s", of, revision)
          .isEqualTo(step.written());
      if (step.revision().isPresent()) {
        assertThat(revision).as(of).isEqualTo(step.revision().getAsLong());
      }
    }
  }
}
