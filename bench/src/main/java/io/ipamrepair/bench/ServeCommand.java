package io.ipamrepair.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code serve}: an etcd with a cluster in it, until it is interrupted. */
@Command(
    name = "serve",
    description =
        "Starts an etcd, loads a cluster, prints the endpoint, and waits for an interruption.")
final class ServeCommand implements Callable<Integer> {
  @Mixin SizeOptions size;

  @Override
  public Integer call() throws Exception {
    Cluster cluster = size.cluster();
    try (BenchEtcd etcd = BenchEtcd.start()) {
      etcd.load(cluster, System.err);
      System.out.println("export ETCDCTL_ENDPOINTS=" + etcd.endpoint());
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
