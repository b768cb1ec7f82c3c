package io.ipamrepair.rehearsal;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.ipamrepair.testing.Golden;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts the packed tool as users do, on a small cluster with something to find, and merges what
 * its processes have loaded into one list of classes, sorted: the order in which threads loaded
 * them is chance.
 */
final class Rehearsal {
  private static final Golden CLUSTER = new Golden("v3.32.1", "incident-typo");

  /** Reading commands, and the way to a plan; by their ends all of them load the same. */
  private static final List<String> COMMANDS =
      List.of(
          "--help",
          "scan",
          "show pool eqiad-pods",
          "remove-pool eqiad-pods-second --out plan.json",
          "review plan.json");

  private final Path launcher;
  private final Path folder;

  private Rehearsal(Path launcher, Path folder) {
    this.launcher = launcher;
    this.folder = folder;
  }

  /**
   * Rehearses.
   *
   * @param arguments the launcher of the unpacked distribution, a folder to work in, the file to
   *     write
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    Files.createDirectories(folder);
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Server server =
        NettyServerBuilder.forAddress(anyPort)
            .addService(new Understudy(CLUSTER.keyValues()))
            .build()
            .start();
    try {
      new Rehearsal(Path.of(arguments[0]), folder)
          .play("http://127.0.0.1:" + server.getPort(), Path.of(arguments[2]));
    } finally {
      server.shutdownNow();
    }
  }

  private void play(String endpoint, Path merged) throws IOException, InterruptedException {
    Files.deleteIfExists(folder.resolve("plan.json"));
    Set<String> lines = new TreeSet<>();
    for (String command : COMMANDS) {
      lines.addAll(loadedBy(command, endpoint));
    }
    Files.write(merged, lines);
  }

  private List<String> loadedBy(String command, String endpoint)
      throws IOException, InterruptedException {
    Path list = folder.resolve("loaded.classes");
    Path said = folder.resolve("said");
    List<String> words = new ArrayList<>(List.of(launcher.toString()));
    words.addAll(List.of(command.split(" ")));
    ProcessBuilder process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    Map<String, String> environment = process.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("ETCD") || name.startsWith("IPAM_REPAIR"));
    environment.putAll(
        Map.of(
            "HOME",
            folder.toString(),
            "JAVA_HOME",
            System.getProperty("java.home"),
            "ETCDCTL_ENDPOINTS",
            endpoint,
            "IPAM_REPAIR_CLASS_DATA",
            "off",
            "IPAM_REPAIR_JAVA_OPTS",
            "-XX:DumpLoadedClassList=" + list));
    int exit = process.start().waitFor();
    // 1: something was found.
    if (exit > 1) {
      throw new IOException(
          "expected 0 or 1 of ipam-repair "
              + command
              + ", found "
              + exit
              + ": "
              + Files.readString(said));
    }
    try (Stream<String> lines = Files.lines(list)) {
      return lines.filter(line -> !line.startsWith("#")).collect(Collectors.toList());
    }
  }
}
