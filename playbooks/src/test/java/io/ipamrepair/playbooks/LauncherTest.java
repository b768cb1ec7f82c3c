package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The program as users start it: what the launcher and the Java runtime make of it. */
class LauncherTest {
  private static final Path LAUNCHER =
      Path.of("../repair-cli/target/ipam-repair/bin/ipam-repair").toAbsolutePath().normalize();

  @TempDir Path folder;

  @BeforeEach
  void distribution() {
    assertThat(LAUNCHER).as("the distribution, which mvn verify builds").isExecutable();
  }

  /**
   * What a program left behind.
   *
   * @param exit its exit code
   * @param said its output and messages, which went to a file
   */
  private record Ended(int exit, String said) {}

  /** Runs the program with its output in a file, and nobody at its open stdin. */
  private Ended run(Map<String, String> variables, String... arguments) throws Exception {
    Path said = folder.resolve("said");
    List<String> words = new ArrayList<>(List.of(LAUNCHER.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("ETCD") || name.startsWith("IPAM_REPAIR"));
    // An archive of class data would be made beside the start, and outlive this folder.
    builder.environment().putAll(Map.of("HOME", folder.toString(), "XDG_CACHE_HOME", "/dev/null"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
      return new Ended(process.exitValue(), Files.readString(said));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The Java runtime of this test, and those that are installed beside it. */
  static List<Path> runtimes() throws IOException {
    Path ours = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> found = new ArrayList<>(List.of(ours));
    try (Stream<Path> beside = Files.list(ours.getParent())) {
      for (Path home : beside.sorted().toList()) {
        if (Files.isReadable(home.resolve("release"))
            && Files.isExecutable(home.resolve("bin/java"))
            && feature(home) >= 17
            && !found.contains(home.toRealPath())) {
          found.add(home.toRealPath());
        }
      }
    }
    return found;
  }

  /** 17 for 17.0.2, and 8 for 1.8.0_292. */
  private static int feature(Path home) throws IOException {
    return Files.readAllLines(home.resolve("release")).stream()
        .filter(line -> line.startsWith("JAVA_VERSION="))
        .map(line -> line.replaceFirst("JAVA_VERSION=\"?(1\\.)?([0-9]+).*", "$2"))
        .map(Integer::valueOf)
        .findFirst()
        .orElse(0);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void redirectedOutputHasNoColourAndNobodyIsAsked(Path java) throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start()) {
      server.load(new Golden("v3.32.1", "incident-typo").keyValues());
      Map<String, String> variables =
          Map.of("JAVA_HOME", java.toString(), "ETCDCTL_ENDPOINTS", server.endpoint().toString());
      Ended scan = run(variables, "scan");
      assertThat(scan.exit()).as(scan.said()).isEqualTo(1);
      assertThat(scan.said()).contains("ERROR").doesNotContain("\u001b");
      Ended plan = run(variables, "remove-pool", "eqiad-pods-second", "--out", "p.json");
      assertThat(plan.exit()).as(plan.said()).isZero();
      Ended apply = run(variables, "apply", "p.json");
      assertThat(apply.exit()).as(apply.said()).isEqualTo(130);
      assertThat(apply.said()).contains("Declined").doesNotContain("to go on:");
    }
  }

  @Test
  void javaIsAskedForTheConsoleThatTerminalsHaveAndToldOfStderr() throws Exception {
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Ended options = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), "scan");
    assertThat(options.said().lines().takeWhile(option -> !option.equals("-jar")))
        .contains("-Djdk.console=java.base", "-Dipamrepair.stderr=other");
    assertThat(options.said()).endsWith("scan\n");
  }

  @Test
  void aHeapThatIsTooSmallIsSaidSoWithTheOptionThatRaisesIt() throws Exception {
    try (RandomAccessFile plan = new RandomAccessFile(folder.resolve("big.json").toFile(), "rw")) {
      plan.setLength(200L << 20);
    }
    Ended review =
        run(
            Map.of(
                "JAVA_HOME", System.getProperty("java.home"), "IPAM_REPAIR_JAVA_OPTS", "-Xmx64m"),
            "review",
            "big.json");
    assertThat(review.exit()).as(review.said()).isEqualTo(70);
    assertThat(review.said())
        .contains("Out of memory")
        .contains("IPAM_REPAIR_JAVA_OPTS=-Xmx")
        .doesNotContain("Exception in");
  }
}
