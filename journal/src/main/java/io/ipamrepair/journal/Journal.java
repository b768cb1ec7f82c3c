package io.ipamrepair.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of runs, one H2 file each, so that runs can be listed while one is being written, and
 * two clusters repaired at once: H2 locks a file even against readers.
 */
public final class Journal {
  static final String SUFFIX = ".mv.db";

  private static final Pattern RUN_ID = Pattern.compile("[a-z0-9-]{1,64}");
  private static final Set<String> POSIX = Set.of("posix");

  private final Path folder;
  private final String fileSystem;

  private Journal(Path folder, String fileSystem) {
    this.folder = folder.toAbsolutePath().normalize();
    this.fileSystem = fileSystem;
  }

  /** The journal in {@code folder}, which is created with the first run. Does no I/O. */
  public static Journal at(Path folder) {
    return new Journal(folder, "");
  }

  /**
   * The same on one of H2's file systems, such as {@code count:}, for tests that watch or break the
   * disk.
   */
  static Journal on(String fileSystem, Path folder) {
    return new Journal(folder, fileSystem);
  }

  /** The folder; absolute. */
  public Path folder() {
    return folder;
  }

  /** A run of the list. */
  public sealed interface Listed {
    /** A run that can be read. */
    record Readable(RunHistory history) implements Listed {}

    /** A file that cannot be read as a run; it does not hide the others. */
    record Unreadable(String runId, JournalException cause) implements Listed {}
  }

  /**
   * Creates the file of a run, readable by its owner only.
   *
   * @throws JournalException when the folder cannot be written or the run exists
   */
  public RunJournal create(String runId, Instant at) throws JournalException {
    verifyId(runId);
    makeFolder();
    verifyNew(runId);
    Path file = file(runId);
    RunFile database = RunFile.create(url(runId), file, runId, at);
    restrict(file);
    return new RunJournal(database, database.read());
  }

  /**
   * Writes a run of another journal.
   *
   * @param entries all of it, in order
   * @param head the hash that they must lead to
   * @throws JournalException when they do not, when there is such a run, or it cannot be written
   */
  public void restore(
      String runId, Instant createdAt, List<RunJournal.NewEntry> entries, byte[] head)
      throws JournalException {
    byte[] reached = Entry.root(runId);
    long sequence = 0;
    for (RunJournal.NewEntry each : entries) {
      sequence++;
      reached = Entry.hash(reached, sequence, each.at(), each.kind(), each.step(), each.body());
    }
    if (!MessageDigest.isEqual(reached, head)) {
      throw new JournalException(
          JournalException.Reason.DAMAGED,
          "run " + runId,
          "its entries do not lead to the hash that it names");
    }
    try (Draft restored = draft(runId, createdAt)) {
      restored.writing().appendAll(entries);
      restored.complete();
    }
  }

  /**
   * Begins the file of a run that is not there, out of sight: until it is complete, a crash leaves
   * no run that looks as if less had happened.
   *
   * @throws JournalException when the folder cannot be written or the run exists
   */
  public Draft draft(String runId, Instant at) throws JournalException {
    verifyId(runId);
    makeFolder();
    verifyNew(runId);
    try {
      Journal aside = new Journal(Files.createTempDirectory(folder, "draft-"), fileSystem);
      return new Draft(runId, aside, aside.create(runId, at));
    } catch (IOException failed) {
      throw JournalException.of(failed, folder.toString());
    }
  }

  /** A run's file that is being written out of sight. */
  public final class Draft implements AutoCloseable {
    private final String runId;
    private final Journal aside;
    private final RunJournal writing;

    private Draft(String runId, Journal aside, RunJournal writing) {
      this.runId = runId;
      this.aside = aside;
      this.writing = writing;
    }

    /** What is written so far, and goes on. */
    public RunJournal writing() {
      return writing;
    }

    /**
     * Puts it in its place; nothing is written to it behind that.
     *
     * @throws JournalException when the run exists by now, or the folder cannot be written
     */
    public void complete() throws JournalException {
      writing.close();
      verifyNew(runId);
      try {
        Files.move(aside.file(runId), file(runId));
        forceFolder();
      } catch (IOException failed) {
        throw JournalException.of(failed, file(runId).toString());
      }
    }

    /** Removes what is left of it. */
    @Override
    public void close() {
      writing.close();
      remove(aside.folder);
    }
  }

  /**
   * Keeps the file of a run under another name, which no run has: it can be neither listed nor
   * opened any more, and nothing overwrites it.
   *
   * @return its name now; nothing when there was none
   */
  public Optional<String> setAside(String runId, Instant at) throws JournalException {
    verifyId(runId);
    Path file = file(runId);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String moment = at.truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[-:]", "");
    Path kept = folder.resolve(runId + SUFFIX + ".damaged-" + moment);
    for (int number = 2; Files.exists(kept); number++) {
      kept = folder.resolve(runId + SUFFIX + ".damaged-" + moment + "-" + number);
    }
    try {
      Files.move(file, kept);
      forceFolder();
      return Optional.of(kept.getFileName().toString());
    } catch (IOException failed) {
      throw JournalException.of(failed, file.toString());
    }
  }

  /** A name is on the disk once its folder is. */
  private void forceFolder() throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().containsAll(POSIX)) {
      try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
        opened.force(true);
      }
    }
  }

  private void verifyNew(String runId) throws JournalException {
    if (Files.exists(file(runId))) {
      throw new JournalException(JournalException.Reason.EXISTS, file(runId).toString(), "");
    }
  }

  /**
   * Opens a run to go on writing it; nobody else can meanwhile.
   *
   * @throws JournalException also when its chain is broken
   */
  public RunJournal open(String runId) throws JournalException {
    verifyId(runId);
    verifyExists(runId);
    RunFile database = RunFile.open(url(runId), file(runId), runId);
    return new RunJournal(database, database.readOrClose());
  }

  /**
   * Reads a run, also while another process writes it: then from a private copy, which is what a
   * crash at this moment would leave.
   *
   * @throws JournalException when it cannot be read, or its chain is broken
   */
  public RunHistory read(String runId) throws JournalException {
    verifyId(runId);
    verifyExists(runId);
    try (RunFile database = RunFile.open(url(runId), file(runId), runId)) {
      return database.read();
    } catch (JournalException locked) {
      if (locked.reason() != JournalException.Reason.LOCKED
          && locked.reason() != JournalException.Reason.NOT_WRITABLE) {
        throw locked;
      }
      return readCopy(runId);
    }
  }

  private RunHistory readCopy(String runId) throws JournalException {
    Path copies = null;
    try {
      copies = Files.createTempDirectory("ipam-repair-journal");
      Path copy = copies.resolve(runId + SUFFIX);
      Files.copy(file(runId), copy);
      try (RunFile database = RunFile.open("jdbc:h2:file:" + copies.resolve(runId), copy, runId)) {
        return database.read();
      }
    } catch (IOException failed) {
      throw JournalException.of(failed, file(runId).toString());
    } finally {
      remove(copies);
    }
  }

  private static void remove(Path copies) {
    if (copies == null) {
      return;
    }
    try (Stream<Path> files = Files.list(copies)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(copies);
    } catch (IOException stays) {
      // A copy in the temporary folder that cannot be removed harms nobody; the run was read.
      copies.toFile().deleteOnExit();
    }
  }

  /** All runs, newest first. Empty when the folder does not exist. */
  public List<Listed> list() throws JournalException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    List<Listed.Readable> readable = new ArrayList<>();
    List<Listed> unreadable = new ArrayList<>();
    for (String runId : runIds()) {
      try {
        readable.add(new Listed.Readable(read(runId)));
      } catch (JournalException broken) {
        unreadable.add(new Listed.Unreadable(runId, broken));
      }
    }
    readable.sort(
        Comparator.comparing((Listed.Readable run) -> run.history().createdAt())
            .thenComparing(run -> run.history().runId())
            .reversed());
    List<Listed> all = new ArrayList<>(readable);
    all.addAll(unreadable);
    return all;
  }

  private List<String> runIds() throws JournalException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .filter(name -> RUN_ID.matcher(name).matches())
          .sorted()
          .toList();
    } catch (IOException failed) {
      throw JournalException.of(failed, folder.toString());
    }
  }

  private static void verifyId(String runId) throws JournalException {
    if (!RUN_ID.matcher(runId).matches()) {
      throw new JournalException(
          JournalException.Reason.NO_SUCH_RUN,
          "run '" + runId + "'",
          "a run's ID is like r-7k2d9x");
    }
  }

  private void verifyExists(String runId) throws JournalException {
    if (!Files.exists(file(runId))) {
      throw new JournalException(
          JournalException.Reason.NO_SUCH_RUN, "run " + runId + " in " + folder, "");
    }
  }

  private Path file(String runId) {
    return folder.resolve(runId + SUFFIX);
  }

  private String url(String runId) {
    return "jdbc:h2:" + (fileSystem.isEmpty() ? "file:" : fileSystem) + folder.resolve(runId);
  }

  private void makeFolder() throws JournalException {
    try {
      if (Files.isDirectory(folder)) {
        return;
      }
      Files.createDirectories(folder.getParent());
      if (folder.getFileSystem().supportedFileAttributeViews().containsAll(POSIX)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(folder);
      }
    } catch (FileAlreadyExistsException notAFolder) {
      throw new JournalException(
          JournalException.Reason.NOT_WRITABLE,
          folder.toString(),
          "expected a folder, found a file");
    } catch (IOException failed) {
      throw JournalException.of(failed, folder.toString());
    }
  }

  private void restrict(Path file) throws JournalException {
    try {
      if (folder.getFileSystem().supportedFileAttributeViews().containsAll(POSIX)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException failed) {
      throw JournalException.of(failed, file.toString());
    }
  }
}
