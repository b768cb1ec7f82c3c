package io.ipamrepair.run;

import io.ipamrepair.kv.EtcdFailure;
import java.util.List;
import java.util.Optional;

/** What became of a step, or of what comes before the steps. */
sealed interface StepResult {
  /** It is in etcd; the run goes on from {@code record}. */
  record Done(HeldRecord record) implements StepResult {}

  /**
   * The run goes no further; the record is closed with {@code outcome} as it stands when nothing
   * was applied.
   *
   * @param record the run record; nothing when it is not this process's any more
   */
  record Stopped(Optional<HeldRecord> record, RunOutcome outcome, List<String> reasons)
      implements StepResult {}

  /** The run goes no further, because of etcd. */
  static StepResult unusable(HeldRecord record, EtcdFailure failure) {
    return new Stopped(
        Optional.of(record), new RunOutcome.EtcdUnusable(failure), List.of(failure.line()));
  }
}
