package io.ipamrepair.bench;

import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A throw-away etcd with room for the largest cluster; gone when it is closed. */
final class BenchEtcd implements AutoCloseable {
  /** Room for a cluster of a million workloads, which takes 2.4 GB, and some more. */
  private static final long QUOTA_BYTES = 8L << 30;

  /** Loading is faster without; a power cut would only cost the measurement. From etcd 3.5 on. */
  private static final String NO_FSYNC = "--unsafe-no-fsync";

  private final ThrowawayEtcd etcd;

  private BenchEtcd(ThrowawayEtcd etcd) {
    this.etcd = etcd;
  }

  static BenchEtcd start() throws IOException {
    List<String> options = new ArrayList<>(List.of("--quota-backend-bytes=" + QUOTA_BYTES));
    if (hasOption(NO_FSYNC)) {
      options.add(NO_FSYNC);
    }
    return new BenchEtcd(ThrowawayEtcd.start(options.toArray(String[]::new)));
  }

  private static boolean hasOption(String option) throws IOException {
    String binary = System.getenv().getOrDefault("ETCD_BIN", "etcd");
    Process help = new ProcessBuilder(binary, "--help").redirectErrorStream(true).start();
    help.getOutputStream().close();
    return new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .contains(option);
  }

  /** Fills it with a cluster and says how far it is. */
  void load(Cluster cluster, PrintStream progress) throws EtcdException, InterruptedException {
    long start = System.nanoTime();
    int step = Math.max(1, cluster.keys() / 10);
    int[] told = {0};
    new Loader(
            cluster,
            written -> {
              synchronized (told) {
                if (written / step > told[0]) {
                  told[0] = written / step;
                  progress.printf("loaded %,d of %,d keys%n", written, cluster.keys());
                }
              }
            })
        .load(target());
    progress.printf("loading took %.1f s%n", (System.nanoTime() - start) / 1e9);
  }

  EtcdTarget target() {
    return etcd.target();
  }

  URI endpoint() {
    return etcd.endpoint();
  }

  @Override
  public synchronized void close() {
    etcd.close();
  }
}
