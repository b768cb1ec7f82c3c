package io.ipamrepair.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs programs to their end and says what they cost, as whole processes. Processor time and memory
 * are the operating system's own accounting of the child that ended, which no program of Java can
 * ask for: GNU time does ({@code wait4}).
 */
final class Meter {
  private static final String TIME = "time";

  private static final String GET_TIME = "; Debian's package is `time`";

  private final Path folder;

  /** A meter that leaves its files in {@code folder}. */
  Meter(Path folder) throws IOException {
    this.folder = folder;
    Path version = folder.resolve("time-version");
    Process asked;
    try {
      asked =
          new ProcessBuilder(TIME, "--version")
              .redirectErrorStream(true)
              .redirectOutput(version.toFile())
              .start();
    } catch (IOException missing) {
      throw new IOException("expected GNU time on PATH, found no program time" + GET_TIME, missing);
    }
    asked.onExit().join();
    if (!Files.readString(version).contains("GNU")) {
      throw new IOException("expected GNU time on PATH, found another time" + GET_TIME);
    }
  }

  /**
   * What a program does.
   *
   * @param exit its exit code
   * @param out what it printed; empty when that was thrown away
   * @param errors what it said on standard error
   */
  record Outcome(int exit, String out, String errors) {}

  /**
   * A run and its cost, but for etcd's part.
   *
   * @param outcome what came of it
   * @param wall seconds
   * @param cpu seconds
   * @param resident bytes
   */
  record Run(Outcome outcome, double wall, double cpu, long resident) {}

  /**
   * Runs a program.
   *
   * @param environment what is different from this process's; an empty text unsets
   * @param kept whether its output is kept, in a file, or goes to the null device
   */
  Run run(List<String> command, Map<String, String> environment, boolean kept) throws IOException {
    Path accounting = folder.resolve("accounting");
    File out = folder.resolve("out").toFile();
    File errors = folder.resolve("errors").toFile();
    List<String> timed = new ArrayList<>(List.of(TIME, "-o", accounting.toString()));
    timed.addAll(List.of("-f", "%U %S %M", "--"));
    timed.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(timed);
    environment.forEach(
        (name, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(kept ? out : new File("/dev/null"));
    builder.redirectError(errors);
    long start = System.nanoTime();
    int exit = builder.start().onExit().join().exitValue();
    double wall = (System.nanoTime() - start) / 1e9;
    // Above its line it tells of an exit code that is not 0.
    List<String> lines = Files.readAllLines(accounting);
    String[] figures = lines.get(lines.size() - 1).split(" ");
    return new Run(
        new Outcome(
            exit, kept ? Files.readString(out.toPath()) : "", Files.readString(errors.toPath())),
        wall,
        Double.parseDouble(figures[0]) + Double.parseDouble(figures[1]),
        Long.parseLong(figures[2]) << 10);
  }
}
