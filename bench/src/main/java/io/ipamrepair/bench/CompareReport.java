package io.ipamrepair.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The measurements as Markdown: medians, with the least and the most in brackets. */
final class CompareReport {
  private static final Path LOAD = Path.of("/proc/loadavg");

  private final Programs programs;
  private final Map<String, String> environment;
  private final List<String> sections = new ArrayList<>();
  private final String loadBefore;

  CompareReport(Programs programs, Map<String, String> environment) throws IOException {
    this.programs = programs;
    this.environment = environment;
    this.loadBefore = load();
  }

  /** What else the machine was doing: runnable threads in the last minute. */
  private static String load() throws IOException {
    return Files.isReadable(LOAD) ? Files.readString(LOAD).split(" ")[0] : "unknown";
  }

  /** Adds what starting costs. */
  void add(MeasuredCluster scanned, StartUp startUp) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Start, %d runs each; the scan is of %,d nodes with %,d workloads:%n%n",
            startUp.costs(StartUp.Program.JAVA).size(),
            scanned.size().nodes(),
            scanned.size().workloads()));
    text.append(
        "| program | wall, ms | CPU, ms | memory, MiB | wall ÷ that of `java -version` |\n");
    text.append("| --- | --- | --- | --- | --- |\n");
    double[] java = walls(startUp.costs(StartUp.Program.JAVA));
    for (StartUp.Program program : StartUp.Program.values()) {
      List<Cost> costs = startUp.costs(program);
      boolean isJava = program == StartUp.Program.JAVA;
      text.append(
          row(
              "`" + program.shown() + "`",
              Sample.of(costs, cost -> cost.wall() * 1e3).text(0),
              Sample.of(costs, cost -> cost.cpu() * 1e3).text(0),
              Sample.of(costs, Cost::residentMib).text(0),
              isJava ? "" : Sample.ofRatios(walls(costs), java).text(1)));
    }
    sections.add(text.toString());
  }

  /** Adds what reading clusters costs, the smallest first. */
  void add(List<MeasuredCluster> clusters) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    int rounds = clusters.get(0).costs(MeasuredCluster.Program.SCAN).size();
    text.append(
        String.format(
            Locale.ROOT,
            "Reading, %d rounds; etcd %s, etcdctl %s:%n%n",
            rounds,
            clusters.get(0).etcdVersion(),
            programs.etcdctlVersion()));
    text.append(
        "| workloads (keys) | program | wall, s | CPU, s | memory, MiB | etcd's CPU, s | wall a"
            + " key, µs | wall ÷ etcdctl's |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (MeasuredCluster cluster : clusters) {
      for (MeasuredCluster.Program program : MeasuredCluster.Program.values()) {
        List<Cost> costs = cluster.costs(program);
        boolean isScan = program == MeasuredCluster.Program.SCAN;
        text.append(
            row(
                isScan
                    ? ""
                    : String.format(
                        Locale.ROOT, "%,d (%,d)", cluster.size().workloads(), cluster.keys()),
                isScan ? "`ipam-repair scan`" : "`etcdctl get`",
                Sample.of(costs, Cost::wall).text(2),
                Sample.of(costs, Cost::cpu).text(2),
                Sample.of(costs, Cost::residentMib).text(0),
                Sample.of(costs, Cost::etcdCpu).text(2),
                Sample.of(costs, cost -> cost.wall() * 1e6 / cluster.keys()).text(1),
                isScan ? ratio(cluster).text(2) : ""));
      }
    }
    for (int i = 1; i < clusters.size(); i++) {
      text.append('\n').append(growth(clusters.get(i - 1), clusters.get(i)));
    }
    text.append("\nThe commands, with `ETCDCTL_ENDPOINTS` set and standard output to the null");
    text.append(" device (of the scan: to a file, which is checked):\n\n");
    text.append("    etcdctl ").append(arguments(MeasuredCluster.Program.ETCDCTL));
    text.append("\n    ipam-repair ").append(arguments(MeasuredCluster.Program.SCAN)).append('\n');
    sections.add(text.toString());
  }

  private String arguments(MeasuredCluster.Program program) {
    List<String> command = MeasuredCluster.command(program, programs);
    return String.join(" ", command.subList(1, command.size()));
  }

  private static Sample ratio(MeasuredCluster cluster) {
    return Sample.ofRatios(
        cluster.walls(MeasuredCluster.Program.SCAN),
        cluster.walls(MeasuredCluster.Program.ETCDCTL));
  }

  private static String growth(MeasuredCluster smaller, MeasuredCluster larger) {
    double keys = (double) larger.keys() / smaller.keys();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Growth: time per key at %,d workloads ÷ at %,d: ",
            larger.size().workloads(),
            smaller.size().workloads()));
    List<String> each = new ArrayList<>();
    for (MeasuredCluster.Program program : MeasuredCluster.Program.values()) {
      double[] expected = smaller.walls(program);
      Arrays.setAll(expected, round -> expected[round] * keys);
      boolean isScan = program == MeasuredCluster.Program.SCAN;
      each.add(
          (isScan ? "scan " : "etcdctl ")
              + Sample.ofRatios(larger.walls(program), expected).text(2));
    }
    return text.append(String.join(", ", each)).append(".\n").toString();
  }

  private static double[] walls(List<Cost> costs) {
    return costs.stream().mapToDouble(Cost::wall).toArray();
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** All of it. */
  String text() throws IOException {
    Map<String, String> options = new TreeMap<>(environment);
    options
        .keySet()
        .removeIf(
            name -> !name.equals("JAVA_TOOL_OPTIONS") && !name.equals("IPAM_REPAIR_JAVA_OPTS"));
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d processors, Java %s; load average %s before and %s after, which these runs are part"
                + " of%s.%n",
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            loadBefore,
            load(),
            options.isEmpty() ? "" : "; with " + options));
    sections.forEach(section -> text.append('\n').append(section));
    return text.toString();
  }
}
