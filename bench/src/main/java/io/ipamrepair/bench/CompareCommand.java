package io.ipamrepair.bench;

import io.ipamrepair.etcd.EtcdException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code compare}: the scan beside etcdctl, as whole processes, and the start beside Java's own.
 */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Measures `ipam-repair scan` beside `etcdctl get --prefix /calico/` on the same etcd, and its"
          + " start beside `java -version`; prints Markdown.",
      "",
      "Each cluster gets an etcd of its own. Programs are run as whole processes, in rounds: in each"
          + " round, each program once on each cluster, in the other order than in the round before."
          + " A first round does not count. Each scan must find the whole cluster and no error.",
      "",
      "Needs GNU time (Debian's package `time`) and etcdctl (Debian's package `etcd-client`, or set"
          + " ETCDCTL_BIN). A million workloads need 20 GB of memory, of which etcdctl takes 8 and"
          + " etcd 10, 6 GB of disk for temporary files, and some 10 minutes."
    })
final class CompareCommand implements Callable<Integer> {
  @Option(
      names = "--clusters",
      split = ",",
      paramLabel = "NODES/WORKLOADS",
      description = "What is scanned (${DEFAULT-VALUE}).",
      defaultValue = "2000/100000,15000/1000000")
  List<String> clusters;

  @Option(
      names = "--rounds",
      description = "How often each is read (${DEFAULT-VALUE}); 0 leaves that out.",
      defaultValue = "5")
  int rounds;

  @Option(
      names = "--small",
      paramLabel = "NODES/WORKLOADS",
      description = "What is scanned to measure the start (${DEFAULT-VALUE}).",
      defaultValue = "10/300")
  String small;

  @Option(
      names = "--starts",
      description = "How often each is started for that (${DEFAULT-VALUE}); 0 leaves that out.",
      defaultValue = "20")
  int starts;

  @Option(names = "--seed", description = "Decides what is left to chance (${DEFAULT-VALUE}).")
  long seed = 1;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws EtcdException, InterruptedException {
    List<ClusterSize> sizes = clusters.stream().map(this::size).toList();
    ClusterSize smallSize = size(small);
    if (rounds < 0 || starts < 0) {
      throw new ParameterException(
          spec.commandLine(), "expected --rounds and --starts from 0 on, found a negative number");
    }
    try {
      Path folder = Files.createTempDirectory("compare");
      Meter meter = new Meter(folder);
      Programs programs = Programs.find(meter);
      CompareReport report = new CompareReport(programs, System.getenv());
      if (starts > 0) {
        try (MeasuredCluster cluster = MeasuredCluster.load(smallSize, System.err)) {
          System.err.printf("starting each program %d times%n", starts);
          report.add(cluster, new StartUp(starts, cluster.endpoint(), programs, meter));
        }
      }
      if (rounds > 0) {
        compare(sizes, programs, meter, report);
      }
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.print(report.text());
      return 0;
    } catch (IOException unusable) {
      System.err.println("bench/run compare: " + unusable.getMessage());
      return 2;
    }
  }

  private void compare(
      List<ClusterSize> sizes, Programs programs, Meter meter, CompareReport report)
      throws IOException, EtcdException, InterruptedException {
    List<MeasuredCluster> loaded = new ArrayList<>();
    try {
      for (ClusterSize size : sizes) {
        loaded.add(MeasuredCluster.load(size, System.err));
      }
      for (int round = 0; round <= rounds; round++) {
        for (MeasuredCluster cluster : loaded) {
          run(round, cluster, programs, meter);
        }
      }
      report.add(loaded);
    } finally {
      loaded.forEach(MeasuredCluster::close);
    }
  }

  private static void run(int round, MeasuredCluster cluster, Programs programs, Meter meter)
      throws IOException, InterruptedException {
    // What etcd leaves to be cleaned up after one program is paid for by the next.
    List<MeasuredCluster.Program> order =
        round % 2 == 0
            ? List.of(MeasuredCluster.Program.ETCDCTL, MeasuredCluster.Program.SCAN)
            : List.of(MeasuredCluster.Program.SCAN, MeasuredCluster.Program.ETCDCTL);
    for (MeasuredCluster.Program program : order) {
      Cost cost = cluster.run(program, programs, meter);
      System.err.printf(
          Locale.ROOT,
          "round %d  %,9d keys  %-7s  %6.2f s  %6.2f s CPU  %5.0f MiB  etcd %6.2f s CPU%s%n",
          round,
          cluster.keys(),
          program,
          cost.wall(),
          cost.cpu(),
          cost.residentMib(),
          cost.etcdCpu(),
          round == 0 ? "  does not count" : "");
      if (round > 0) {
        cluster.add(program, cost);
      }
    }
  }

  private ClusterSize size(String text) {
    String[] parts = text.split("/", -1);
    try {
      if (parts.length != 2) {
        throw new NumberFormatException();
      }
      return new ClusterSize(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), seed);
    } catch (NumberFormatException other) {
      throw new ParameterException(
          spec.commandLine(),
          "expected nodes/workloads, like 2000/100000, found '" + text + "'",
          other);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), text + ": " + wrong.getMessage(), wrong);
    }
  }
}
