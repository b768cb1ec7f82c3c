package io.ipamrepair.run;

import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.PolicyFile;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.List;
import java.util.Optional;

/**
 * The policy that a cluster has in etcd, in a key that another role writes than the one that
 * applies: who applies cannot change it, and every step compares that it is as it was judged.
 *
 * @param found the key, as it was read; nothing when the cluster has no policy
 */
public record ClusterPolicy(Optional<KeyValue> found) {
  /**
   * Reads it.
   *
   * @throws EtcdException when etcd cannot be read
   */
  public static ClusterPolicy find(Etcd etcd) throws EtcdException {
    return new ClusterPolicy(etcd.get(List.of(RunKeys.POLICY)).value().stream().findFirst());
  }

  /**
   * What it says; nothing when there is none.
   *
   * @throws ApprovalFormatException when it cannot be read: then nothing may be applied
   */
  public Optional<Policy> policy() throws ApprovalFormatException {
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(PolicyFile.parse(found.get().value()).read());
  }

  /** That it still is so. */
  List<Compare> compares() {
    return List.of(asItIs());
  }

  private Compare asItIs() {
    return found
        .<Compare>map(key -> new Compare.ModRevisionIs(RunKeys.POLICY, key.modRevision()))
        .orElse(new Compare.Absent(RunKeys.POLICY));
  }

  /** Reads it with a transaction that lost a compare: {@link #lost} says what it means. */
  static Operation read() {
    return new Operation.Get(RunKeys.POLICY);
  }

  /** What became of it, in words, when it is not as it was; nothing when it is. */
  Optional<String> lost(List<KeyValue> read) {
    Optional<Long> now =
        read.stream()
            .filter(each -> each.key().equals(RunKeys.POLICY))
            .findFirst()
            .map(KeyValue::modRevision);
    return now.equals(found.map(KeyValue::modRevision))
        ? Optional.empty()
        : Optional.of("the cluster's policy on approvals was changed meanwhile");
  }

  /**
   * Puts another in its place, or none, if it still is as it was read.
   *
   * @return whether it was; then the other one is in force
   * @throws EtcdException when that is not known, or etcd refuses
   */
  public boolean replace(Etcd etcd, Optional<Bytes> other) throws EtcdException {
    Transaction replace =
        new Transaction(
            List.of(asItIs()),
            List.of(
                other
                    .<Operation>map(value -> new Operation.Put(RunKeys.POLICY, value))
                    .orElse(new Operation.Delete(RunKeys.POLICY))),
            List.of(read()));
    CommitOutcome.Answered outcome = etcd.answered(replace);
    if (outcome instanceof CommitOutcome.ConditionFailed failed) {
      // Where an answer was lost and the repetition came, it is there already.
      Optional<Bytes> there = failed.read().stream().findFirst().map(KeyValue::value);
      return there.equals(other);
    }
    return true;
  }
}
