package io.ipamrepair.rehearsal;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.ipamrepair.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
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

  /** The jars of which every class is in the list: whatever a command does, it is one of theirs. */
  private static final Pattern OURS =
      Pattern.compile("(ipam-repair|repair-core-.*|journal-.*|picocli-.*)\\.jar");

  private final Path distribution;
  private final Path folder;

  private Rehearsal(Path distribution, Path folder) {
    this.distribution = distribution;
    this.folder = folder;
  }

  /**
   * Rehearses.
   *
   * @param arguments the unpacked distribution, a folder to work in, the file to write
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve("plan.json"));
    Rehearsal rehearsal = new Rehearsal(Path.of(arguments[0]), folder);
    Set<String> lines = new TreeSet<>(rehearsal.ours());
    Server plain = server(Optional.empty());
    try {
      for (String command : COMMANDS) {
        lines.addAll(rehearsal.loadedBy(command, "http://127.0.0.1:" + plain.getPort()));
      }
    } finally {
      plain.shutdownNow();
    }
    Server tls = server(Optional.of(rehearsal.certificate("server-key.pem")));
    try {
      String command = "scan --cacert " + rehearsal.certificate("ca.pem");
      lines.addAll(rehearsal.loadedBy(command, "https://127.0.0.1:" + tls.getPort()));
    } finally {
      tls.shutdownNow();
    }
    Files.write(Path.of(arguments[2]), lines);
  }

  /** A stand-in for etcd; with TLS where it is given a key, beside which its certificate is. */
  private static Server server(Optional<Path> key) throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    NettyServerBuilder server =
        NettyServerBuilder.forAddress(anyPort).addService(new Understudy(CLUSTER.keyValues()));
    key.ifPresent(
        file ->
            server.useTransportSecurity(file.resolveSibling("server.pem").toFile(), file.toFile()));
    return server.build().start();
  }

  /** One of the certificates and keys of repair-core's tests, and the server's certificate. */
  private Path certificate(String name) throws IOException {
    for (String each : List.of(name, "server.pem")) {
      String resource = "/io/ipamrepair/etcd/tls/" + each;
      try (InputStream packed =
          Objects.requireNonNull(Golden.class.getResourceAsStream(resource), resource)) {
        Files.copy(packed, folder.resolve(each), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return folder.resolve(name).toAbsolutePath();
  }

  private List<String> ours() throws IOException {
    List<String> classes = new ArrayList<>();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(distribution.resolve("lib"), "*.jar")) {
      for (Path jar : jars) {
        if (OURS.matcher(jar.getFileName().toString()).matches()) {
          try (JarFile file = new JarFile(jar.toFile())) {
            file.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.endsWith(".class") && !name.contains("-"))
                .map(name -> name.replaceFirst("\\.class$", ""))
                .forEach(classes::add);
          }
        }
      }
    }
    return classes;
  }

  private List<String> loadedBy(String command, String endpoint)
      throws IOException, InterruptedException {
    Path list = folder.resolve("loaded.classes");
    Path said = folder.resolve("said");
    List<String> words =
        new ArrayList<>(List.of(distribution.resolve("bin/ipam-repair").toString()));
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
      return lines.flatMap(line -> portable(line).stream()).toList();
    }
  }

  /**
   * A line in the form that every release since 17 reads. Later ones number the classes, which
   * lists that are merged must not, and name entries of their constants.
   */
  private static Optional<String> portable(String line) {
    boolean otherLoader = line.contains(" super: ");
    if (line.startsWith("#") || line.startsWith("@cp ") || otherLoader) {
      return Optional.empty();
    }
    return Optional.of(line.replaceFirst(" id: [0-9]+$", ""));
  }
}
