package io.ipamrepair.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  private static final Instant NOON = Instant.parse("2026-08-22T12:00:00.5Z");

  @TempDir Path temp;
  private Path folder;
  private Journal journal;

  @BeforeEach
  void newJournal() {
    folder = temp.resolve("journal");
    journal = Journal.at(folder);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void run(String id, Instant at, String... bodies) throws JournalException {
    try (RunJournal run = journal.create(id, at)) {
      for (int i = 0; i < bodies.length; i++) {
        run.append(EntryKind.INTENT, i + 1, at, bytes(bodies[i]));
      }
    }
  }

  @Test
  void whatWasAppendedIsReadBackInOrderAndByteForByte() throws JournalException {
    byte[] large = new byte[3_000_000];
    Arrays.fill(large, (byte) 0x80);
    try (RunJournal run = journal.create("r-1", NOON)) {
      run.append(EntryKind.PLAN, 0, NOON, large);
      run.appendAll(
          List.of(
              new RunJournal.NewEntry(EntryKind.BEFORE_IMAGE, 1, NOON, bytes("one")),
              new RunJournal.NewEntry(EntryKind.BEFORE_IMAGE, 2, NOON, new byte[0])));
    }
    RunHistory history = journal.read("r-1");
    assertThat(history.createdAt()).isEqualTo(NOON);
    assertThat(history.entries()).extracting(Entry::sequence).containsExactly(1L, 2L, 3L);
    assertThat(history.entries())
        .extracting(Entry::kind)
        .containsExactly(EntryKind.PLAN, EntryKind.BEFORE_IMAGE, EntryKind.BEFORE_IMAGE);
    assertThat(history.entries().get(0).body()).isEqualTo(large);
    assertThat(history.entries().get(2).body()).isEmpty();
  }

  @Test
  void aRunIsContinuedWhereItStopped() throws JournalException {
    run("r-1", NOON, "one");
    byte[] head;
    try (RunJournal again = journal.open("r-1")) {
      again.append(EntryKind.OUTCOME, 1, NOON, bytes("applied"));
      head = again.head();
    }
    assertThat(journal.read("r-1").entries()).hasSize(2);
    assertThat(journal.read("r-1").head()).isEqualTo(head);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE entry SET body = X'00' WHERE sequence = 2",
        "UPDATE entry SET kind = 'CLOSE' WHERE sequence = 2",
        "UPDATE entry SET step = 7 WHERE sequence = 2",
        "UPDATE entry SET at = '2026-08-22T12:00:01Z' WHERE sequence = 2",
        "DELETE FROM entry WHERE sequence = 2",
        "UPDATE entry SET hash = X'0000000000000000000000000000000000000000000000000000000000000000' WHERE sequence = 1",
        "UPDATE run SET id = 'r-2'"
      })
  void theChainNoticesEveryChangeThatChangesMeaning(String damage) throws Exception {
    run("r-1", NOON, "one", "two", "three");
    execute("r-1", damage);
    JournalException found =
        catchThrowableOfType(JournalException.class, () -> journal.read("r-1"));
    assertThat(found).as(damage).isNotNull();
    assertThat(found.reason()).isEqualTo(JournalException.Reason.DAMAGED);
  }

  @Test
  void aLostEndIsNoticedByTheHeadAlone() throws Exception {
    run("r-1", NOON, "one", "two", "three");
    byte[] head = journal.read("r-1").head();
    execute("r-1", "DELETE FROM entry WHERE sequence = 3");
    assertThat(journal.read("r-1").entries()).hasSize(2);
    assertThat(journal.read("r-1").head()).isNotEqualTo(head);
  }

  private void execute(String run, String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:h2:file:" + folder.resolve(run) + ";IFEXISTS=TRUE", "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void onlyItsOwnerCanReadIt() throws Exception {
    run("r-1", NOON, "one");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("r-1.mv.db"))))
        .isEqualTo("rw-------");
  }

  @Test
  void runsAreListedNewestFirstAndADamagedOneHidesNoOther() throws Exception {
    run("r-old", NOON, "one");
    run("r-new", NOON.plusSeconds(60), "one");
    Files.write(folder.resolve("r-bad.mv.db"), bytes("this is no database"));
    List<Journal.Listed> listed = journal.list();
    assertThat(listed).hasSize(3);
    assertThat(((Journal.Listed.Readable) listed.get(0)).history().runId()).isEqualTo("r-new");
    assertThat(((Journal.Listed.Readable) listed.get(1)).history().runId()).isEqualTo("r-old");
    assertThat(((Journal.Listed.Unreadable) listed.get(2)).runId()).isEqualTo("r-bad");
  }

  @Test
  void aFolderThatIsNotThereHoldsNoRuns() throws JournalException {
    assertThat(journal.list()).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void aRunThatIsBeingWrittenCanBeReadButNotWrittenBySomebodyElse() throws Exception {
    Process writer = Writer.start(folder, "r-1");
    try {
      Writer.awaitAcknowledged(writer, 5);
      assertThat(journal.read("r-1").entries()).hasSizeGreaterThanOrEqualTo(5);
      assertThatThrownBy(() -> journal.open("r-1"))
          .isInstanceOfSatisfying(
              JournalException.class,
              found -> assertThat(found.reason()).isEqualTo(JournalException.Reason.LOCKED));
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatWasAcknowledgedSurvivesAKill() throws Exception {
    for (int round = 1; round <= 3; round++) {
      String run = "r-" + round;
      Process writer = Writer.start(folder, run);
      int acknowledged = Writer.awaitAcknowledged(writer, 20 * round);
      writer.destroyForcibly().waitFor();
      assertThat(journal.read(run).entries())
          .as("round %d: entries after %d acknowledged", round, acknowledged)
          .hasSizeGreaterThanOrEqualTo(acknowledged);
    }
  }

  @Test
  void aRunThatExistsIsNotCreatedAgain() throws JournalException {
    run("r-1", NOON, "one");
    assertReason(JournalException.Reason.EXISTS, () -> journal.create("r-1", NOON));
  }

  @Test
  void aRunThatDoesNotExistIsSaidSo() {
    assertReason(JournalException.Reason.NO_SUCH_RUN, () -> journal.read("r-none"));
    assertReason(JournalException.Reason.NO_SUCH_RUN, () -> journal.read("../../etc/passwd"));
  }

  @Test
  void aFileInPlaceOfTheFolderIsRefused() throws IOException {
    Files.write(folder, bytes("a file"));
    assertReason(JournalException.Reason.NOT_WRITABLE, () -> journal.create("r-1", NOON));
  }

  @Test
  void aFolderThatCannotBeMadeIsRefused() {
    assertReason(
        JournalException.Reason.NOT_WRITABLE,
        () -> Journal.at(Path.of("/proc/ipam-repair/journal")).create("r-1", NOON));
  }

  @Test
  void aNewerSchemaIsRefused() throws Exception {
    run("r-1", NOON, "one");
    execute(
        "r-1",
        "INSERT INTO \"flyway_schema_history\" SELECT \"installed_rank\" + 1, '2', \"description\", \"type\", \"script\", \"checksum\","
            + " \"installed_by\", \"installed_on\", \"execution_time\", \"success\" FROM \"flyway_schema_history\" WHERE \"version\" = '1'");
    assertReason(JournalException.Reason.NEWER_SCHEMA, () -> journal.read("r-1"));
  }

  private static void assertReason(
      JournalException.Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    JournalException found = catchThrowableOfType(JournalException.class, call);
    assertThat(found).isNotNull();
    assertThat(found.reason()).as(found.getMessage()).isEqualTo(reason);
    assertThat(found.getMessage()).doesNotContain("\n");
  }
}
