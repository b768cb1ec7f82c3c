package io.ipamrepair.run;

import io.ipamrepair.journal.JournalException;
import io.ipamrepair.kv.EtcdFailure;
import java.util.List;

/** How {@code apply} ended. Each case says what is now true of the data. */
public sealed interface RunOutcome {
  /** Every step is in etcd, and the check afterwards found what the plan promised. */
  record Applied(String run, long revision, List<String> notes) implements RunOutcome {}

  /** Every step is in etcd, but the check afterwards differs from what the plan promised. */
  record Differs(String run, long revision, List<String> differences) implements RunOutcome {}

  /** A dry run: nothing was written, and the plan could be applied now. */
  record Applicable(List<String> notes) implements RunOutcome {}

  /** Nothing was written: the plan must not be applied here or now, whatever the data say. */
  record Refused(List<String> reasons) implements RunOutcome {}

  /** Nothing of the plan was written: what it rests on has moved. */
  record Moved(List<String> moved) implements RunOutcome {}

  /** Nothing of the plan was written: another operator is at work. */
  record Locked(LockHolder holder) implements RunOutcome {}

  /** Nothing was written: the operator said no. */
  record Declined() implements RunOutcome {}

  /** Nothing of the plan was written: etcd cannot be used for it. */
  record EtcdUnusable(EtcdFailure failure) implements RunOutcome {}

  /** Nothing was written: no journal, no run. */
  record JournalUnusable(JournalException cause) implements RunOutcome {}

  /**
   * The first {@code applied} steps are in etcd, the others are not, nor will be.
   *
   * @param reasons why it stopped
   */
  record Halted(String run, int applied, int steps, List<String> reasons) implements RunOutcome {}

  /**
   * The first {@code applied} steps are in etcd; the next was sent, and may be or may still arrive.
   */
  record Unknown(String run, int applied, int steps, EtcdFailure failure) implements RunOutcome {}

  /** Somebody else holds the run's record: this process writes nothing more. */
  record TakenOver(String run, int applied, String found) implements RunOutcome {}

  /**
   * The run's record is gone or older than what is known of the run: etcd was restored from a
   * backup, or a hand was at work. This process writes nothing more; what is in etcd only the keys
   * themselves tell.
   *
   * @param applied how many steps were applied before that, as far as is known
   */
  record Diverged(String run, int applied, String why) implements RunOutcome {}
}
