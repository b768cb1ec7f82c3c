package io.ipamrepair.run;

import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run writes under, which every step compares: the operator lock, and the cluster's policy
 * as it was when it allowed the plan.
 */
record Licence(OperatorLock lock, Ruling ruling) {
  List<Compare> compares() {
    return Stream.concat(lock.compares().stream(), ruling.clusterPolicy().compares().stream())
        .toList();
  }

  /** Reads both with a transaction that lost a compare: {@link #lost} says what it means. */
  static List<Operation> reads() {
    return List.of(OperatorLock.read(), ClusterPolicy.read());
  }

  /** What became of them, in words, when one of them is not as it was; nothing when both are. */
  Optional<String> lost(List<KeyValue> read) {
    return lock.lost(read).or(() -> ruling.clusterPolicy().lost(read));
  }
}
