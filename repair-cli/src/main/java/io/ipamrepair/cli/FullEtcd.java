package io.ipamrepair.cli;

import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.run.RunOutcome;
import java.util.List;

/**
 * What to do about an etcd that is out of space, in the order in which it works
 * (docs/full-etcd.md). Deletions work there, but no repair begins: it needs a lock and a record,
 * and both are puts.
 */
final class FullEtcd {
  private static final List<String> ADVICE =
      List.of(
          "A full etcd takes reads and deletions, and nothing else. Make room first, in this order:",
          "  1. its revision:     etcdctl endpoint status --write-out=json",
          "  2. forget the past:  etcdctl compact --physical REVISION",
          "  3. give room back:   etcdctl defrag --cluster",
          "  4. end the alarm:    etcdctl alarm disarm",
          "Then this command again; and 1 to 3 once more behind a repair, which is what gives back the"
              + " room of what it deleted.");

  private FullEtcd() {}

  /** The advice, where {@code failure} asks for it. */
  static List<String> advice(EtcdFailure failure) {
    return failure.kind() == EtcdFailure.Kind.NO_SPACE ? ADVICE : List.of();
  }

  /** The advice, where a run ended as it did because etcd is out of space. */
  static List<String> advice(RunOutcome outcome) {
    if (outcome instanceof RunOutcome.EtcdUnusable unusable) {
      return advice(unusable.failure());
    } else if (outcome instanceof RunOutcome.Unknown unknown) {
      return advice(unknown.failure());
    } else if (outcome instanceof RunOutcome.Halted halted) {
      String full = EtcdFailure.Kind.NO_SPACE.sentence();
      return halted.reasons().stream().anyMatch(reason -> reason.contains(full))
          ? ADVICE
          : List.of();
    }
    return List.of();
  }
}
