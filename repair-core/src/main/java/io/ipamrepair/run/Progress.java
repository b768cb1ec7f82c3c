package io.ipamrepair.run;

import io.ipamrepair.kv.EtcdFailure;
import java.util.Optional;

/** How far a run has come in etcd, whatever becomes of its journal. */
final class Progress {
  private final String run;
  private final int steps;
  private int done;
  private Optional<HeldRecord> latest = Optional.empty();

  /** Nothing is done yet. */
  Progress(String run, int steps) {
    this.run = run;
    this.steps = steps;
  }

  /** So many steps were done before this process began. */
  void beginsBehind(int steps) {
    done = steps;
  }

  /** The run record as this process has just written it. */
  void holds(HeldRecord record) {
    latest = Optional.of(record);
  }

  /** A step is in etcd, and the record as it left it. */
  void applied(int number, HeldRecord record) {
    done = number;
    holds(record);
  }

  /** How many steps are in etcd. */
  int done() {
    return done;
  }

  /** The run record as this process last wrote it. */
  HeldRecord latest() {
    return latest.orElseThrow();
  }

  RunOutcome unknown(EtcdFailure failure) {
    return new RunOutcome.Unknown(run, done, steps, failure);
  }

  RunOutcome takenOver(String found) {
    return new RunOutcome.TakenOver(run, done, found);
  }

  RunOutcome diverged(String why) {
    return new RunOutcome.Diverged(run, done, why);
  }

  /** How the run ends where its record is not this process's any more; nothing where it is. */
  Optional<RunOutcome> lost(RecordFate fate) {
    if (fate instanceof RecordFate.TakenOver taken) {
      return Optional.of(takenOver(taken.found()));
    }
    return fate instanceof RecordFate.Diverged diverged
        ? Optional.of(diverged(diverged.why()))
        : Optional.empty();
  }
}
