package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archive with its own runtime, on a host that has no Java. */
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnRuntimeTest {
  private static final Golden TYPO = new Golden("v3.32.1", "incident-typo");

  private Path installation;

  /** A search path on which nothing is but what the launcher calls. */
  private Path tools;

  @TempDir Path folder;

  private Program program;

  @BeforeAll
  void unpack(@TempDir Path shared) throws Exception {
    installation =
        Program.unpack(Pattern.compile("ipam-repair-[0-9.]+-linux-[a-z0-9_]+\\.tar\\.gz"), shared);
    tools = Files.createDirectory(shared.resolve("tools"));
    for (String tool : new String[] {"stat", "readlink"}) {
      Path found = Path.of("/usr/bin").resolve(tool);
      Files.createSymbolicLink(tools.resolve(tool), found);
    }
  }

  @BeforeEach
  void host() {
    program =
        new Program(
            installation.resolve("bin/ipam-repair"),
            folder,
            Map.of("PATH", tools.toString(), "HOME", folder.toString()));
  }

  private Program.Ended expect(int exit, String... arguments) throws Exception {
    Program.Ended ended = program.run(arguments);
    assertThat(ended.exit()).as(ended.out() + ended.err()).isEqualTo(exit);
    return ended;
  }

  @Test
  void itHelpsAsTheOtherDistributionDoes() throws Exception {
    Program other =
        new Program(
            Stage.LAUNCHER,
            folder,
            Map.of("PATH", System.getenv("PATH"), "JAVA_HOME", System.getProperty("java.home")));
    assertThat(expect(0, "--help")).isEqualTo(other.run("--help"));
  }

  @Test
  void itTakesItsClassesFromItsArchiveWhereverItIsUnpacked() throws Exception {
    Program.Loaded loaded = program.loaded("--version");
    assertThat(loaded.shared()).isGreaterThan(10);
    assertThat(loaded.read()).isZero();
  }

  @Test
  void itReadsPlansAppliesAndRollsBackOnALiveEtcdAndReadsItsDump() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start()) {
      server.load(TYPO.keyValues());
      program = program.with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
      String found = expect(1, "scan", "-o", "json").out();
      assertThat(found).contains("\"P1\"");
      expect(0, "dump", "dump.jsonl.gz");
      expect(0, "remove-pool", "eqiad-pods-second", "--out", "plan.json");
      String applied = expect(0, "apply", "plan.json", "--yes").out();
      String run = applied.replaceFirst("(?s).*Undo: ipam-repair rollback (r-[0-9a-z]+).*", "$1");
      assertThat(expect(0, "runs").out()).contains(run);
      expect(0, "rollback", run, "--yes");
    }
    program = new Program(program.launcher(), folder, Map.of("PATH", tools.toString()));
    assertThat(expect(1, "scan", "--dump", "dump.jsonl.gz").out()).contains("ERROR   P1");
  }

  @Test
  void itSpeaksTls() throws Exception {
    Path ca = file("ca.pem");
    Path server = file("server.pem");
    Path serverKey = file("server-key.pem");
    Path client = file("client-ec.pem");
    Path clientKey = file("client-ec-pkcs8.pem");
    try (ThrowawayEtcd etcd =
        ThrowawayEtcd.startWithTls(
            ca,
            client,
            clientKey,
            "--cert-file=" + server,
            "--key-file=" + serverKey,
            "--trusted-ca-file=" + ca,
            "--client-cert-auth")) {
      etcd.load(TYPO.keyValues());
      Program.Ended scan =
          expect(
              1,
              "scan",
              "--endpoints",
              etcd.endpoint().toString(),
              "--cacert",
              ca.toString(),
              "--cert",
              client.toString(),
              "--key",
              clientKey.toString());
      assertThat(scan.out()).contains("ERROR   P1");
    }
  }

  /** One of the certificates that repair-core's tests have. */
  private Path file(String name) throws IOException {
    Path copy = folder.resolve(name);
    try (InputStream packed =
        Objects.requireNonNull(
            ThrowawayEtcd.class.getResourceAsStream("/io/ipamrepair/etcd/tls/" + name), name)) {
      Files.copy(packed, copy);
    }
    return copy;
  }

  @Test
  void anArchiveThatIsCutOffIsPassedOver() throws Exception {
    Path cut = Files.createDirectory(folder.resolve("cut"));
    copy(installation, cut);
    Path archive;
    try (var files = Files.list(cut.resolve("lib"))) {
      archive = files.filter(file -> file.toString().endsWith(".jsa")).findFirst().orElseThrow();
    }
    byte[] half = new byte[(int) (Files.size(archive) / 2)];
    Files.delete(archive);
    Files.write(archive, half);
    program = new Program(cut.resolve("bin/ipam-repair"), folder, Map.of("PATH", tools.toString()));
    Program.Ended ended = expect(0, "--version");
    assertThat(ended.out()).matches("ipam-repair [0-9.]+\n");
    assertThat(ended.err()).isEmpty();
  }

  private static void copy(Path from, Path to) throws Exception {
    Process copying =
        new ProcessBuilder("cp", "-a", from + "/.", to.toString()).inheritIO().start();
    assertThat(copying.waitFor()).isZero();
  }
}
