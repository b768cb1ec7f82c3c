package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A distribution's launcher, started as a process that has these variables and no others.
 *
 * @param launcher its {@code bin/ipam-repair}
 * @param folder where it is started
 */
record Program(Path launcher, Path folder, Map<String, String> variables) {
  private static final Path BUILT = Path.of("../repair-cli/target").toAbsolutePath().normalize();

  /** An archive that the build has left, unpacked below {@code folder}. */
  static Path unpack(Pattern name, Path folder) throws Exception {
    Path archive;
    try (Stream<Path> built = Files.list(BUILT)) {
      archive =
          built
              .filter(file -> name.matcher(file.getFileName().toString()).matches())
              .findFirst()
              .orElseThrow(
                  () -> new AssertionError("mvn verify leaves no " + name + " in " + BUILT));
    }
    Process tar =
        new ProcessBuilder("tar", "-C", folder.toString(), "-xzf", archive.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).as("tar's exit code").isZero();
    return folder.resolve(archive.getFileName().toString().replaceFirst("\\.tar\\.gz$", ""));
  }

  Program with(String name, String value) {
    Map<String, String> more = new HashMap<>(variables);
    more.put(name, value);
    return new Program(launcher, folder, more);
  }

  /**
   * What a program left behind.
   *
   * @param out its results
   * @param err its messages
   */
  record Ended(int exit, String out, String err) {}

  /** A program that was started. */
  record Running(Process process, Path out, Path err) {
    /** Waits for the end. */
    Ended ended() throws Exception {
      try {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        process.destroyForcibly();
      }
    }
  }

  Running start(String... arguments) throws IOException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    List<String> words = new ArrayList<>(List.of(launcher.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(variables);
    return new Running(builder.start(), out, err);
  }

  Ended run(String... arguments) throws Exception {
    return start(arguments).ended();
  }

  /** How many of the tool's own classes a start takes from an archive, and how many from jars. */
  record Loaded(long shared, long read) {}

  /** Starts it and looks where its classes come from. */
  Loaded loaded(String... arguments) throws Exception {
    Path log = folder.resolve("loaded.log");
    Files.deleteIfExists(log);
    Ended ended = with("IPAM_REPAIR_JAVA_OPTS", "-Xlog:class+load:file=" + log).run(arguments);
    assertThat(ended.exit()).as(ended.err()).isZero();
    Matcher ours =
        Pattern.compile(" io\\.ipamrepair\\.\\S+ source: (shared objects file|.*\\.jar)")
            .matcher(Files.readString(log, StandardCharsets.UTF_8));
    List<String> sources = ours.results().map(found -> found.group(1)).toList();
    long shared = sources.stream().filter(source -> source.startsWith("shared")).count();
    return new Loaded(shared, sources.size() - shared);
  }
}
