package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
