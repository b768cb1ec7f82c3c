package io.ipamrepair.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** One H2 file. */
final class RunFile implements AutoCloseable {
  /**
   * WRITE_DELAY=0 writes at each commit instead of half a second later; no other process opens the
   * file; nothing is compacted, because a journal is small, short-lived and only ever grows.
   */
  private static final String SETTINGS =
      ";WRITE_DELAY=0;AUTO_COMPACT_FILL_RATE=0;TRACE_LEVEL_FILE=0;DB_CLOSE_ON_EXIT=FALSE";

  /** The newest schema that this release knows. */
  private static final int SCHEMA = 1;

  private static final int H2_LOCKED = 90020;
  private static final int H2_DAMAGED = 90030;

  private final Connection connection;
  private final String where;
  private final String runId;

  private RunFile(Connection connection, String where, String runId) {
    this.connection = connection;
    this.where = where;
    this.runId = runId;
  }

  static RunFile create(String url, Path file, String runId, Instant at) throws JournalException {
    RunFile created = connect(url + SETTINGS, file, runId);
    try (PreparedStatement insert =
        created.connection.prepareStatement("INSERT INTO run (id, created_at) VALUES (?, ?)")) {
      insert.setString(1, runId);
      insert.setString(2, at.toString());
      insert.executeUpdate();
      created.connection.commit();
      created.force();
      return created;
    } catch (SQLException failed) {
      created.close();
      throw failure(failed, file.toString());
    }
  }

  static RunFile open(String url, Path file, String runId) throws JournalException {
    return connect(url + SETTINGS + ";IFEXISTS=TRUE", file, runId);
  }

  private static RunFile connect(String url, Path file, String runId) throws JournalException {
    RunFile opened;
    try {
      Connection connection = DriverManager.getConnection(url, "sa", "");
      connection.setAutoCommit(false);
      opened = new RunFile(connection, file.toString(), runId);
    } catch (SQLException failed) {
      throw failure(failed, file.toString());
    }
    try {
      migrate(url, file);
      return opened;
    } catch (JournalException unusable) {
      opened.close();
      throw unusable;
    }
  }

  /** While a connection is open, so that the file is opened once. */
  private static void migrate(String url, Path file) throws JournalException {
    try {
      Flyway flyway =
          Flyway.configure()
              .dataSource(url, "sa", "")
              .locations("classpath:io/ipamrepair/journal/migration")
              .validateOnMigrate(false)
              .load();
      MigrationInfo current = flyway.info().current();
      if (current != null && Integer.parseInt(current.getVersion().getVersion()) > SCHEMA) {
        throw new JournalException(
            JournalException.Reason.NEWER_SCHEMA,
            file.toString(),
            "schema " + current.getVersion() + ", this release knows " + SCHEMA);
      }
      flyway.migrate();
    } catch (FlywayException failed) {
      throw failure(sqlCause(failed), file.toString());
    }
  }

  private static Throwable sqlCause(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException) {
        return cause;
      }
    }
    return failed;
  }

  private static JournalException failure(Throwable failed, String where) {
    StringBuilder texts = new StringBuilder();
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      texts.append(cause.getMessage()).append(' ');
    }
    String all = texts.toString().toLowerCase(Locale.ROOT);
    int code = failed instanceof SQLException sql ? sql.getErrorCode() : 0;
    JournalException.Reason reason =
        all.contains("no space left")
            ? JournalException.Reason.FULL
            : code == H2_LOCKED || all.contains("locked")
                ? JournalException.Reason.LOCKED
                : all.contains("read-only")
                        || all.contains("read only")
                        || all.contains("permission denied")
                        || all.contains("not a directory")
                    ? JournalException.Reason.NOT_WRITABLE
                    : JournalException.Reason.DAMAGED;
    String detail = failed.getMessage() == null ? failed.toString() : failed.getMessage();
    return new JournalException(
        reason, where, code == H2_DAMAGED ? "H2 cannot read it: " + detail : detail);
  }

  /** What the file holds, its chain verified. */
  RunHistory read() throws JournalException {
    List<Entry> entries = new ArrayList<>();
    Instant created = Instant.EPOCH;
    try (Statement statement = connection.createStatement()) {
      try (ResultSet run = statement.executeQuery("SELECT id, created_at FROM run")) {
        if (!run.next() || !run.getString(1).equals(runId)) {
          throw damaged("it is not the file of run " + runId);
        }
        created = Instant.parse(run.getString(2));
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT sequence, at, kind, step, body, hash FROM entry ORDER BY sequence")) {
        while (rows.next()) {
          entries.add(
              new Entry(
                  rows.getLong(1),
                  Instant.parse(rows.getString(2)),
                  EntryKind.valueOf(rows.getString(3)),
                  rows.getInt(4),
                  rows.getBytes(5),
                  rows.getBytes(6)));
        }
      }
    } catch (SQLException failed) {
      throw failure(failed, where);
    } catch (IllegalArgumentException | java.time.DateTimeException unknown) {
      throw damaged(unknown.getMessage());
    }
    verify(entries);
    return new RunHistory(runId, created, entries);
  }

  private void verify(List<Entry> entries) throws JournalException {
    byte[] previous = Entry.root(runId);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.sequence() != i + 1 || !entry.followsFrom(previous)) {
        throw damaged("the chain breaks at entry " + (i + 1));
      }
      previous = entry.hash();
    }
  }

  RunHistory readOrClose() throws JournalException {
    try {
      return read();
    } catch (JournalException broken) {
      close();
      throw broken;
    }
  }

  private JournalException damaged(String detail) {
    return new JournalException(JournalException.Reason.DAMAGED, where, detail);
  }

  /** Writes entries in one transaction and forces them to the disk. */
  void write(List<Entry> entries) throws JournalException {
    String sql =
        "INSERT INTO entry (sequence, at, kind, step, body, hash) VALUES (?, ?, ?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (Entry entry : entries) {
        insert.setLong(1, entry.sequence());
        insert.setString(2, entry.at().toString());
        insert.setString(3, entry.kind().name());
        insert.setInt(4, entry.step());
        insert.setBytes(5, entry.body());
        insert.setBytes(6, entry.hash());
        insert.executeUpdate();
      }
      connection.commit();
      force();
    } catch (SQLException failed) {
      throw failure(failed, where);
    }
  }

  /**
   * A COMMIT is not durable in H2: it reaches the file system at best, and the disk whenever the
   * kernel likes. Only CHECKPOINT SYNC forces the file. Without it a power cut after a step was
   * sent could leave a journal that never heard of the step, and no way back. The test that counts
   * forces fails when this line goes.
   */
  private void force() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT SYNC");
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException closed) {
      // What matters was forced to the disk when it was written; a file that cannot be closed is
      // released when the process ends.
      System.getLogger(RunFile.class.getName())
          .log(System.Logger.Level.INFO, "closing {0}: {1}", where, closed.getMessage());
    }
  }
}
