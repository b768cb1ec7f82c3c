package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The archive of class data: starts share it, and no start ends otherwise because of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassDataTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"));

  /** An installation that comes without an archive for this runtime. */
  private Path installation;

  /** A cache with the archive that the first starts have made. */
  private Path made;

  private Program.Ended first;
  private Program.Ended second;

  @TempDir Path folder;

  /** Two first starts, at once. */
  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    installation = Program.unpack(Pattern.compile("ipam-repair-[0-9.]+\\.tar\\.gz"), shared);
    made = Files.createDirectory(shared.resolve("cache"));
    Program program = program(shared, made);
    Program.Running one = program.start("--version");
    Program.Running two = program.start("--version");
    first = one.ended();
    second = two.ended();
    awaitArchive(made);
  }

  private Path cache;

  @BeforeEach
  void copyOfTheCache() throws IOException {
    cache = Files.createDirectories(folder.resolve("cache"));
    Files.createDirectories(cache.resolve("ipam-repair"));
    Files.copy(archive(made), cache.resolve("ipam-repair").resolve(archive(made).getFileName()));
  }

  private Program program(Path in, Path cache) {
    return new Program(
        installation.resolve("bin/ipam-repair"),
        in,
        Map.of(
            "PATH", System.getenv("PATH"),
            "JAVA_HOME", JAVA.toString(),
            "HOME", in.toString(),
            "XDG_CACHE_HOME", cache.toString()));
  }

  private static List<Path> files(Path cache) throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("ipam-repair"))) {
      return files.toList();
    }
  }

  private static Path archive(Path cache) throws IOException {
    return files(cache).stream()
        .filter(file -> file.toString().endsWith(".jsa"))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until an archive is there and nothing else: it is being made beside the start. */
  private static void awaitArchive(Path cache) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < end) {
      List<Path> files = Files.isDirectory(cache.resolve("ipam-repair")) ? files(cache) : List.of();
      if (files.size() == 1 && files.get(0).toString().endsWith(".jsa")) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new AssertionError("60 s after the first start there is no archive, but " + files(cache));
  }

  /** The answer of a start that nothing has gone wrong with. */
  private void assertAnswers(Program.Ended ended) {
    assertThat(ended).isEqualTo(first);
    assertThat(ended.exit()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).matches("ipam-repair [0-9.]+\n");
  }

  @Test
  void twoFirstStartsAtOnceAnswerAndMakeOneArchive() throws Exception {
    assertAnswers(first);
    assertAnswers(second);
    assertThat(files(made)).hasSize(1);
  }

  @Test
  void aLaterStartTakesItsClassesFromTheArchive() throws Exception {
    Program.Loaded loaded = program(folder, cache).loaded("--version");
    assertThat(loaded.shared()).isGreaterThan(10);
    assertThat(loaded.read()).isZero();
  }

  @Test
  void whatTheBuildHasUnpackedHasItsArchiveFromTheStart() throws Exception {
    Program program =
        new Program(
            Stage.LAUNCHER,
            folder,
            Map.of("PATH", System.getenv("PATH"), "JAVA_HOME", JAVA.toString()));
    Program.Loaded loaded = program.loaded("--version");
    assertThat(loaded.shared()).isGreaterThan(10);
    assertThat(loaded.read()).isZero();
  }

  @Test
  void switchedOffItIsNotUsed() throws Exception {
    Program.Loaded loaded =
        program(folder, cache).with("IPAM_REPAIR_CLASS_DATA", "off").loaded("--version");
    assertThat(loaded.shared()).isZero();
  }

  @Test
  void anArchiveThatIsCutOffIsPassedOverAndMadeAgain() throws Exception {
    Path archive = archive(cache);
    long whole = Files.size(archive);
    try (RandomAccessFile file = writable(archive)) {
      file.setLength(whole / 3);
    }
    assertAnswers(program(folder, cache).run("--version"));
    // Until then the one that is cut off is the only file, too.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < end && Files.size(archive) != whole) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    awaitArchive(cache);
    assertThat(program(folder, cache).loaded("--version").read()).isZero();
  }

  @Test
  void whatIsNoArchiveIsNoHarm() throws Exception {
    try (RandomAccessFile file = writable(archive(cache))) {
      file.write(new byte[1 << 20]);
    }
    assertAnswers(program(folder, cache).run("--version"));
  }

  @Test
  void anArchiveOfOtherJarsIsNoHarm() throws Exception {
    // The JDK's own: of this virtual machine, and of none of our jars.
    replaceArchive(JAVA.resolve("lib/server/classes.jsa"));
    assertAnswers(program(folder, cache).run("--version"));
  }

  @Test
  void anArchiveOfAnotherVirtualMachineIsNoHarm() throws Exception {
    for (Path other : LauncherTest.runtimes()) {
      Path archive = other.resolve("lib/server/classes.jsa");
      if (Files.isReadable(archive)) {
        replaceArchive(archive);
        assertAnswers(program(folder, cache).run("--version"));
      }
    }
  }

  /** Puts {@code foreign} in the place of the archive, under a name that goes with its length. */
  private void replaceArchive(Path foreign) throws IOException {
    Path archive = archive(cache);
    Files.delete(archive);
    String name =
        archive
            .getFileName()
            .toString()
            .replaceFirst("[0-9]+\\.jsa$", Files.size(foreign) + ".jsa");
    Files.copy(foreign, archive.resolveSibling(name));
  }

  @Test
  void aCacheThatCannotBeWrittenIsPassedOverInSilence() throws Exception {
    Path file = Files.createFile(folder.resolve("no-folder"));
    assertAnswers(program(folder, file).run("--version"));
  }

  @Test
  void withoutAHomeThereIsNoCacheAndNoComplaint() throws Exception {
    Program program =
        new Program(
            installation.resolve("bin/ipam-repair"),
            folder,
            Map.of("PATH", System.getenv("PATH"), "JAVA_HOME", JAVA.toString()));
    assertAnswers(program.run("--version"));
  }

  /** Archives are made read-only. */
  private static RandomAccessFile writable(Path archive) throws IOException {
    assertThat(archive.toFile().setWritable(true)).isTrue();
    return new RandomAccessFile(archive.toFile(), "rw");
  }
}
