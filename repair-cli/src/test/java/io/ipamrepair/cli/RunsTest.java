package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journal is worth, and how a run is forgotten. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunsTest {
  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private Path journal;
  private CommandRun.Place place;

  @BeforeEach
  void place(@TempDir Path folder) {
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    place = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    journal = folder.resolve("journal");
  }

  private CommandRun expect(ExitCode exit, String command) {
    CommandRun run = place.run(command);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    return run;
  }

  private String applied() {
    expect(ExitCode.DONE, "remove-pool eqiad-pods-second --out p.json");
    String run =
        expect(ExitCode.DONE, "apply p.json --yes")
            .out()
            .replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
    Path plan = journal.getParent().resolve("p.json");
    assertThat(plan.toFile().delete()).isTrue();
    return run;
  }

  private void sql(String run, String statement) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:h2:file:" + journal.resolve(run), "sa", "");
        Statement made = connection.createStatement()) {
      assertThat(made.executeUpdate(statement)).isPositive();
    }
  }

  @Test
  void anIntactJournalIsSaidToBeSo() {
    String run = applied();
    assertThat(expect(ExitCode.DONE, "runs verify").out()).isEqualTo(run + "  intact\n");
    assertThat(expect(ExitCode.DONE, "runs verify " + run + " -o json").out())
        .contains("\"verdict\": \"intact\"");
    expect(ExitCode.USAGE, "runs verify r-nothing");
  }

  /** Every entry but the first: H2 opens a file that lost its end without an error. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void aJournalThatLostItsEndIsIncomplete(int entries) throws Exception {
    String run = applied();
    sql(
        run,
        "delete from entry where sequence > (select max(sequence) - " + entries + " from entry)");
    assertThat(expect(ExitCode.FOUND, "runs verify " + run).out())
        .containsAnyOf(run + "  incomplete\n", run + "  superseded\n")
        .contains("an entry that this file does not have");
  }

  @Test
  void aChangedByteIsDamage() throws Exception {
    String run = applied();
    sql(run, "update entry set body = body || X'20' where kind = 'INTENT'");
    assertThat(expect(ExitCode.FOUND, "runs verify " + run).out())
        .startsWith(run + "  damaged\n")
        .contains("the chain breaks at entry ");
  }

  @Test
  void aSwappedFileAndAChangedDumpAreDamage() throws Exception {
    String first = applied();
    expect(ExitCode.DONE, "rollback " + first + " --yes");
    String second = applied();
    Path dump = journal.resolve(second + ".dump.jsonl.gz");
    Files.write(dump, new byte[] {1, 2, 3});
    assertThat(expect(ExitCode.FOUND, "runs verify " + second).out())
        .isEqualTo(
            second
                + "  damaged\n  the dump beside it, "
                + second
                + ".dump.jsonl.gz, was changed\n");
    Files.copy(
        journal.resolve(first + ".mv.db"),
        journal.resolve(second + ".mv.db"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(expect(ExitCode.FOUND, "runs verify " + second).out())
        .startsWith(second + "  damaged\n")
        .contains("it is not the file of run " + second);
    assertThat(expect(ExitCode.FOUND, "runs verify").out()).contains(first + "  intact\n");
  }

  /** The machine that applied is gone; another has the file that it left. */
  @Test
  void anExportedRunIsRolledBackOnAnotherMachine(@TempDir Path elsewhere) throws Exception {
    Map<Bytes, Bytes> before = server.calico();
    String run = applied();
    expect(ExitCode.DONE, "runs export " + run + " run.json");
    expect(ExitCode.USAGE, "runs export " + run + " run.json");
    Path export = journal.getParent().resolve("run.json");
    CommandRun.Place other =
        new CommandRun.Place(elsewhere).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    CommandRun imported = other.run("runs import", export.toString());
    assertThat(imported.exit()).as(imported.said()).isZero();
    CommandRun again = other.run("runs import", export.toString());
    assertThat(again.exit()).as(again.said()).isEqualTo(ExitCode.JOURNAL.code());
    assertThat(other.run("runs verify " + run).out()).startsWith(run + "  intact\n");
    CommandRun undone = other.run("rollback " + run + " --yes");
    assertThat(undone.exit()).as(undone.said()).isZero();
    assertThat(server.calico()).isEqualTo(before);
  }

  @Test
  void aChangedExportIsRefused(@TempDir Path elsewhere) throws Exception {
    String run = applied();
    expect(ExitCode.DONE, "runs export " + run + " run.json");
    String text = Files.readString(journal.getParent().resolve("run.json"));
    CommandRun.Place other = new CommandRun.Place(elsewhere);
    Path changed = elsewhere.resolve("changed.json");
    for (String damage :
        List.of(
            text.replaceFirst("\"step\": 1", "\"step\": 2"),
            text.replaceFirst("\"body\": \"..", "\"body\": \"AA"),
            text.substring(0, text.length() / 2),
            "{}")) {
      Files.writeString(changed, damage);
      CommandRun refused = other.run("runs import", changed.toString());
      assertThat(refused.exit())
          .as(refused.said())
          .isIn(ExitCode.USAGE.code(), ExitCode.JOURNAL.code());
      assertThat(other.run("runs").out()).startsWith("No runs in ");
    }
  }

  /** Where there is no etcdctl to run it with, its text is looked at all the same. */
  @Test
  void theScriptForEtcdctlPutsTheOldBytesBackOnceAndOverwritesNothing() throws Exception {
    Map<Bytes, Bytes> before = server.calico();
    String run = applied();
    expect(ExitCode.DONE, "runs export " + run + " undo.sh --etcdctl");
    Path script = journal.getParent().resolve("undo.sh");
    assertThat(Files.readString(script))
        .contains("undo 'step 1' <<'END'")
        .contains(
            "create(\"/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second\") = \"0\"");
    Optional<String> etcdctl = etcdctl();
    assumeTrue(etcdctl.isPresent(), "no etcdctl beside the etcd, on PATH, or in ETCDCTL_BIN");
    assertThat(sh(script, etcdctl.get())).isZero();
    assertThat(server.calico()).isEqualTo(before);
    assertThat(sh(script, etcdctl.get())).as("a second time").isEqualTo(1);
    assertThat(server.calico()).isEqualTo(before);
  }

  private static Optional<String> etcdctl() {
    List<Path> places = new ArrayList<>();
    Optional.ofNullable(System.getenv("ETCDCTL_BIN")).map(Path::of).ifPresent(places::add);
    Optional.ofNullable(System.getenv("ETCD_BIN"))
        .map(etcd -> Path.of(etcd).resolveSibling("etcdctl"))
        .ifPresent(places::add);
    for (String folder : System.getenv("PATH").split(":")) {
      places.add(Path.of(folder, "etcdctl"));
    }
    return places.stream().filter(Files::isExecutable).map(Path::toString).findFirst();
  }

  private int sh(Path script, String etcdctl) throws Exception {
    ProcessBuilder shell = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true);
    shell.environment().put("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    shell
        .environment()
        .merge("PATH", Path.of(etcdctl).getParent().toString(), (old, ours) -> ours + ":" + old);
    Process process = shell.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
    return process.exitValue();
  }

  @Test
  void aRunIsForgottenADayAfterItEndedAndNotBefore() {
    String run = applied();
    assertThat(expect(ExitCode.IMPOSSIBLE, "runs forget " + run).unbroken())
        .contains("less than a day ago");
    place.at(Instant.now().plus(2, ChronoUnit.DAYS));
    expect(ExitCode.DONE, "runs forget " + run);
    expect(ExitCode.DONE, "runs forget " + run);
    assertThat(server.all().toString()).doesNotContain("/ipam-repair/v1/run/" + run);
    assertThat(expect(ExitCode.FOUND, "runs verify " + run).out())
        .startsWith(run + "  unconfirmed\n");
    expect(ExitCode.DONE, "rollback " + run + " --yes");
  }
}
