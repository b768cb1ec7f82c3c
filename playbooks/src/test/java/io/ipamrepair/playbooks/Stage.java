package io.ipamrepair.playbooks;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a story is played: a throw-away etcd, a folder, and the tool as users have it. */
final class Stage implements AutoCloseable {
  private static final Pattern APPLIED = Pattern.compile("Applied: run (r-[0-9a-z]+)");

  /** The distribution that the build has left, as seen from this module's folder. */
  static final Path LAUNCHER =
      Path.of("../repair-cli/target/ipam-repair/bin/ipam-repair").toAbsolutePath().normalize();

  private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private final Path launcher;
  private final Path folder;
  private Map<Bytes, Bytes> loaded = new TreeMap<>();
  private String run = "RUN";
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A stage.
   *
   * @param launcher the distribution's {@code bin/ipam-repair}
   * @param folder where the operator works, and their home
   */
  Stage(Path launcher, Path folder) {
    this.launcher = launcher;
    this.folder = folder;
  }

  String endpoint() {
    return server.endpoint().toString();
  }

  /** Makes etcd hold a golden state and nothing else; returns how many keys that are. */
  int load(String state) {
    int slash = state.indexOf('/');
    server.clear();
    server.load(new Golden(state.substring(0, slash), state.substring(slash + 1)).keyValues());
    // What was loaded before is no history of this state.
    server.compact();
    loaded = server.calico();
    return loaded.size();
  }

  /** Calico's keys that are not as they were loaded. */
  List<String> changedKeys() {
    Map<Bytes, Bytes> now = server.calico();
    TreeMap<Bytes, Bytes> keys = new TreeMap<>(now);
    keys.putAll(loaded);
    return keys.keySet().stream()
        .filter(key -> !String.valueOf(loaded.get(key)).equals(String.valueOf(now.get(key))))
        .map(Bytes::display)
        .toList();
  }

  int loadedKeys() {
    return loaded.size();
  }

  /** The command as it is typed now: the run that was applied last is known by its ID. */
  String typed(Story.Command command) {
    return command.text().replaceAll("\\bRUN\\b", run);
  }

  /** Stops etcd where it is, connections open. */
  void pause() {
    server.pause();
  }

  /** Lets it go on. */
  void resume() {
    server.resume();
  }

  /** Waits until somebody is connected to etcd: in Linux' table of connections, with its port. */
  void awaitConnection() throws IOException {
    String port = String.format(":%04X 01 ", server.endpoint().getPort());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < end) {
      for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
        if (Files.readString(Path.of(table)).contains(port)) {
          return;
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new IOException("nobody has connected to etcd within 30 s");
  }

  /** Starts a command as a process of its own; its results and messages come in one stream. */
  Process start(String command) throws IOException {
    return start(List.of(), command);
  }

  /** The same, started by a program that becomes it. */
  Process start(List<String> by, String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    if (!words.get(0).equals("ipam-repair")) {
      throw new IOException("a story runs ipam-repair only, not: " + command);
    }
    words.set(0, launcher.toString());
    words.addAll(0, by);
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("ETCD") || name.startsWith("IPAM_REPAIR"));
    environment.keySet().removeAll(List.of("SUDO_USER", "XDG_STATE_HOME", "XDG_CONFIG_HOME"));
    environment.put("HOME", folder.toString());
    // An archive of class data would be made beside a start, and outlive this folder.
    environment.put("XDG_CACHE_HOME", "/dev/null");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("ETCDCTL_ENDPOINTS", endpoint());
    return builder.start();
  }

  /** Runs a command, and tells each line that it prints. */
  Story.Command play(Story.Command command, Consumer<String> line) throws IOException {
    Process process = start(typed(command));
    List<String> output = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String said = reader.readLine(); said != null; said = reader.readLine()) {
        output.add(said);
        line.accept(said);
        Matcher applied = APPLIED.matcher(said);
        if (applied.find()) {
          run = applied.group(1);
        }
      }
      return new Story.Command(command.text(), output, process.waitFor());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    } finally {
      process.destroy();
    }
  }

  /** Stops the server, once: at the end, or when the process is told to end before. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      server.close();
    }
  }
}
