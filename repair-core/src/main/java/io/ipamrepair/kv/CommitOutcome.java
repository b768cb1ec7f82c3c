package io.ipamrepair.kv;

import java.util.List;

/** What became of a transaction. Each case says what is now true of the data. */
public sealed interface CommitOutcome {
  /** etcd has said which of its branches it took. */
  sealed interface Answered extends CommitOutcome {}

  /**
   * All conditions held; every write of {@code then} is in etcd, at {@code revision}.
   *
   * @param revision the revision that etcd answered with
   * @param read what the reads of {@code then} found, absent keys left out
   */
  record Applied(long revision, List<KeyValue> read) implements Answered {}

  /**
   * A condition did not hold; nothing was written. A definite answer.
   *
   * @param revision the revision that etcd answered with
   * @param read what the reads of {@code otherwise} found, absent keys left out
   */
  record ConditionFailed(long revision, List<KeyValue> read) implements Answered {}

  /**
   * The transaction never left this machine, or etcd refused it before doing anything: nothing was
   * written, nor will be.
   */
  record NotApplied(EtcdFailure failure) implements CommitOutcome {}

  /**
   * No answer that tells. The transaction may have been applied, may be applied <em>later</em>, or
   * never. Reading the data back proves nothing; only the fence settles it (design, section 4).
   */
  record Unknown(EtcdFailure failure) implements CommitOutcome {}
}
