package io.ipamrepair.cli;

import io.ipamrepair.plan.EtcdLimits;
import picocli.CommandLine.Option;

/** etcd's limits: operators change them on their servers, and they cannot be asked for. */
final class LimitOptions {
  @Option(
      names = "--max-txn-ops",
      paramLabel = "N",
      description = "etcd's own --max-txn-ops, where it was changed (default: 128).")
  int maxTxnOps = EtcdLimits.standard().operations();

  @Option(
      names = "--max-request-bytes",
      paramLabel = "N",
      description = "etcd's own --max-request-bytes, where it was changed (default: 1572864).")
  int maxRequestBytes = EtcdLimits.standard().bytes();

  EtcdLimits limits() {
    return new EtcdLimits(maxTxnOps, maxRequestBytes);
  }
}
