package io.ipamrepair.bench;

import io.ipamrepair.etcd.EtcdException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** An etcd with a cluster in it, and what programs cost that read it. */
final class MeasuredCluster implements AutoCloseable {
  /** Longer than the 5 s after which etcdctl gives up by itself. */
  private static final String PATIENCE = "--command-timeout=600s";

  /** What is measured. */
  enum Program {
    ETCDCTL,
    SCAN
  }

  private final ClusterSize size;
  private final int keys;
  private final BenchEtcd etcd;
  private final EtcdMetrics metrics;
  private final Map<Program, List<Cost>> costs = new EnumMap<>(Program.class);

  private MeasuredCluster(ClusterSize size, int keys, BenchEtcd etcd) {
    this.size = size;
    this.keys = keys;
    this.etcd = etcd;
    this.metrics = new EtcdMetrics(etcd.endpoint());
  }

  /** Starts an etcd and fills it. */
  static MeasuredCluster load(ClusterSize size, PrintStream progress)
      throws IOException, EtcdException, InterruptedException {
    Cluster cluster = new Cluster(size);
    BenchEtcd etcd = BenchEtcd.start();
    try {
      etcd.load(cluster, progress);
      return new MeasuredCluster(size, cluster.keys(), etcd);
    } catch (EtcdException | InterruptedException | RuntimeException failed) {
      etcd.close();
      throw failed;
    }
  }

  /** The command line of a program, as it is started. */
  static List<String> command(Program program, Programs found) {
    return switch (program) {
      case ETCDCTL ->
          List.of(found.etcdctl(), "get", "--prefix", "/calico/", "-w", "protobuf", PATIENCE);
      case SCAN -> List.of(found.launcher(), "scan");
    };
  }

  /** Runs a program once; fails when it did not read the whole cluster and find it healthy. */
  Cost run(Program program, Programs found, Meter meter) throws IOException, InterruptedException {
    List<String> command = command(program, found);
    double before = metrics.cpuSeconds();
    Meter.Run run = meter.run(command, found.environment(etcd.endpoint()), program == Program.SCAN);
    double after = metrics.cpuSeconds();
    check(program, run.outcome());
    return new Cost(run.wall(), run.cpu(), run.resident(), after - before);
  }

  private void check(Program program, Meter.Outcome outcome) throws IOException {
    boolean healthy =
        outcome.exit() == 0
            && (program == Program.ETCDCTL
                || outcome.out().contains(" " + keys + " keys in ")
                    && outcome.out().contains("No errors, no warnings."));
    if (!healthy) {
      throw new IOException(
          "expected "
              + program
              + " to read "
              + keys
              + " healthy keys, found exit code "
              + outcome.exit()
              + " and\n"
              + outcome.out()
              + outcome.errors());
    }
  }

  /** Keeps the cost of a run. */
  void add(Program program, Cost cost) {
    costs.computeIfAbsent(program, any -> new ArrayList<>()).add(cost);
  }

  /** What the runs of a program cost, in the order of the rounds. */
  List<Cost> costs(Program program) {
    return List.copyOf(costs.getOrDefault(program, List.of()));
  }

  double[] walls(Program program) {
    return costs(program).stream().mapToDouble(Cost::wall).toArray();
  }

  ClusterSize size() {
    return size;
  }

  int keys() {
    return keys;
  }

  URI endpoint() {
    return etcd.endpoint();
  }

  String etcdVersion() throws IOException, InterruptedException {
    return metrics.version();
  }

  @Override
  public void close() {
    etcd.close();
  }
}
