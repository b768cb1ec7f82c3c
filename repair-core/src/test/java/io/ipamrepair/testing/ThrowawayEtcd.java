package io.ipamrepair.testing;

import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Compactor;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real etcd with one member that is gone when it is closed: the program that {@code ETCD_BIN}
 * names, else {@code etcd} on the PATH, else a container (of the image {@code ETCD_IMAGE}), else
 * the test fails.
 */
public final class ThrowawayEtcd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Another process may take a free port before etcd does. */
  private static final int TRIES = 5;

  private static final String IMAGE = "quay.io/coreos/etcd:v3.5.16";
  private static final int CLIENT_PORT = 2379;
  private static final KeyRange EVERYTHING =
      new KeyRange(Bytes.of(new byte[] {0}), Bytes.of(new byte[] {-1}));

  private static final Tls PLAIN = new Tls(Optional.empty(), Optional.empty(), Optional.empty());

  private final Server server;
  private final Tls tls;

  private ThrowawayEtcd(Server server, Tls tls) {
    this.server = server;
    this.tls = tls;
  }

  /** What {@link #target()} needs for TLS; nothing at all without it. */
  private record Tls(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    String scheme() {
      return ca.isPresent() ? "https" : "http";
    }
  }

  /** Starts one, with further {@code options} of etcd, and waits until it answers. */
  public static ThrowawayEtcd start(String... options) {
    Optional<Path> binary = binary();
    if (binary.isPresent()) {
      return startLocal(binary.get(), PLAIN, options);
    }
    if (DockerClientFactory.instance().isDockerAvailable()) {
      return startContainer(options);
    }
    throw new IllegalStateException(
        "no etcd: set ETCD_BIN to an etcd binary, put one on PATH, or start a container engine");
  }

  /**
   * Starts one that speaks TLS only, from a program and never in a container.
   *
   * @param ca whom {@link #target()} trusts
   * @param certificate what it shows
   * @param key the certificate's key
   * @param options the server's own files, such as {@code --cert-file}
   */
  public static ThrowawayEtcd startWithTls(Path ca, Path certificate, Path key, String... options) {
    Path binary =
        binary()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "no etcd program: TLS needs one, set ETCD_BIN or put etcd on PATH"));
    Tls tls = new Tls(Optional.of(ca), Optional.of(certificate), Optional.of(key));
    return startLocal(binary, tls, options);
  }

  static Optional<Path> binary() {
    String named = System.getenv().getOrDefault("ETCD_BIN", "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "etcd"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static ThrowawayEtcd startContainer(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "etcd",
                "--listen-client-urls",
                "http://0.0.0.0:" + CLIENT_PORT,
                "--advertise-client-urls",
                "http://127.0.0.1:" + CLIENT_PORT));
    command.addAll(List.of(options));
    String image = System.getenv().getOrDefault("ETCD_IMAGE", IMAGE);
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withExposedPorts(CLIENT_PORT)
            .withCommand(command.toArray(String[]::new));
    container.start();
    URI endpoint =
        URI.create("http://" + container.getHost() + ":" + container.getMappedPort(CLIENT_PORT));
    return new ThrowawayEtcd(new Container(container, endpoint), PLAIN).awaited();
  }

  private static ThrowawayEtcd startLocal(Path binary, Tls tls, String... options) {
    IllegalStateException last = new IllegalStateException("etcd was not tried");
    for (int i = 0; i < TRIES; i++) {
      try {
        return launch(binary, tls, options).awaited();
      } catch (IOException failed) {
        throw new UncheckedIOException(binary + " cannot be started", failed);
      } catch (IllegalStateException died) {
        last = died;
      }
    }
    throw last;
  }

  private static ThrowawayEtcd launch(Path binary, Tls tls, String... options) throws IOException {
    Path folder = Files.createTempDirectory("throwaway-etcd");
    String name = "etcd-" + UUID.randomUUID();
    URI client = URI.create(tls.scheme() + "://127.0.0.1:" + freePort());
    URI peer = URI.create("http://127.0.0.1:" + freePort());
    List<String> command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--name",
                name,
                "--data-dir",
                folder.resolve("data").toString(),
                "--listen-client-urls",
                client.toString(),
                "--advertise-client-urls",
                client.toString(),
                "--listen-peer-urls",
                peer.toString(),
                "--initial-advertise-peer-urls",
                peer.toString(),
                "--initial-cluster",
                name + "=" + peer,
                "--initial-cluster-token",
                name));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    // etcd takes options from there too.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD"));
    return new ThrowawayEtcd(new LocalProcess(builder, folder, client), tls);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private ThrowawayEtcd awaited() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    TimeLimits impatient =
        new TimeLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Optional.empty());
    while (System.nanoTime() < end) {
      if (server instanceof LocalProcess local && !local.process().isAlive()) {
        String log = log(local.folder());
        close();
        throw new IllegalStateException("etcd ended at once:\n" + log);
      }
      try (Etcd etcd = Etcd.connect(target(), impatient, List.of())) {
        etcd.identity();
        return this;
      } catch (EtcdException notYet) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    close();
    throw new IllegalStateException("etcd gave no answer within " + PATIENCE.toSeconds() + " s");
  }

  private static String log(Path folder) {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException unreadable) {
      return "(no log: " + unreadable + ")";
    }
  }

  /** Where it listens. */
  public URI endpoint() {
    return server.endpoint();
  }

  /**
   * It as a target, without a user; with its authority and a client certificate if it speaks TLS.
   */
  public EtcdTarget target() {
    return new EtcdTarget(
        List.of(endpoint()), tls.ca(), tls.certificate(), tls.key(), Optional.empty(), Bytes.EMPTY);
  }

  /** A connection that may write what tests write. */
  public Etcd connect() {
    try {
      return Etcd.connect(
          target(),
          TimeLimits.standard(),
          List.of(Bytes.utf8("/"), Bytes.utf8("a"), Bytes.of(new byte[] {-2})));
    } catch (EtcdException wrong) {
      throw new IllegalStateException(wrong);
    }
  }

  /** Writes a key. */
  public void put(String key, String value) {
    write(List.of(new Operation.Put(Bytes.utf8(key), Bytes.utf8(value))));
  }

  /** Removes all keys. */
  public void clear() {
    List<Operation> some = new ArrayList<>();
    for (Bytes key : all().keySet()) {
      some.add(new Operation.Delete(key));
      if (some.size() == 100) {
        write(some);
        some.clear();
      }
    }
    write(some);
  }

  /** Removes a key. */
  public void delete(String key) {
    write(List.of(new Operation.Delete(Bytes.utf8(key))));
  }

  /** Writes the keys and values of {@code state}; revisions are etcd's own. */
  public void load(Iterable<KeyValue> state) {
    load("", state);
  }

  /** Writes the keys and values of {@code state}, with {@code prefix} before each key. */
  public void load(String prefix, Iterable<KeyValue> state) {
    List<Operation> some = new ArrayList<>();
    long bytes = 0;
    for (KeyValue each : state) {
      if (some.size() == 100 || bytes + each.value().length() > 1_000_000) {
        write(some);
        some.clear();
        bytes = 0;
      }
      some.add(new Operation.Put(Bytes.utf8(prefix).plus(each.key()), each.value()));
      bytes += each.value().length();
    }
    write(some);
  }

  private void write(List<Operation> operations) {
    if (operations.isEmpty()) {
      return;
    }
    try (Etcd etcd = connect()) {
      CommitOutcome outcome = etcd.commit(new Transaction(List.of(), operations, List.of()));
      if (!(outcome instanceof CommitOutcome.Applied)) {
        throw new IllegalStateException("not written: " + outcome);
      }
    }
  }

  /** Calico's keys and their values, in order. */
  public Map<Bytes, Bytes> calico() {
    Map<Bytes, Bytes> calico = new TreeMap<>();
    all()
        .forEach(
            (key, read) -> {
              if (key.startsWith(Bytes.utf8("/calico/"))) {
                calico.put(key, read.value());
              }
            });
    return calico;
  }

  /** All keys that there are, in order. */
  public Map<Bytes, KeyValue> all() {
    try (Etcd etcd = connect()) {
      AtRevision<Map<Bytes, KeyValue>> read =
          etcd.read(
              List.of(EVERYTHING), LinkedHashMap::new, (all, each) -> all.put(each.key(), each));
      return read.value();
    } catch (EtcdException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  /** Makes it forget all that was before its newest revision, as Calico's controllers do. */
  public void compact() {
    try (Compactor compactor = new Compactor(endpoint())) {
      compactor.compact();
    }
  }

  /** Ends the server as a power cut would, for all it knows. */
  public void kill() {
    if (server instanceof LocalProcess local) {
      local.kill();
    } else {
      server.stop();
    }
  }

  /** All that it has on its disk, as it was at one moment. */
  public record Backup(Path data) {}

  /**
   * Takes a backup; it is away for a moment. Only of a program, never in a container.
   *
   * @return what {@link #restore} brings back, as often as is wanted, until this is closed
   */
  public Backup backUp() {
    LocalProcess local = local();
    local.kill();
    Path copy = local.folder().resolve("backup-" + UUID.randomUUID());
    copy(local.data(), copy);
    restart(local);
    return new Backup(copy);
  }

  /**
   * Puts a backup in the place of what it has. It is the same cluster by its ID, its members and
   * its address, and hands out the revisions again that it handed out since the backup.
   */
  public void restore(Backup backup) {
    LocalProcess local = local();
    local.kill();
    remove(local.data());
    copy(backup.data(), local.data());
    restart(local);
  }

  private LocalProcess local() {
    if (server instanceof LocalProcess local) {
      return local;
    }
    throw new IllegalStateException(
        "no etcd program: a backup needs one, set ETCD_BIN or put etcd on PATH");
  }

  private void restart(LocalProcess local) {
    try {
      local.start();
      awaited();
    } catch (IOException failed) {
      throw new UncheckedIOException("etcd cannot be started again", failed);
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot copy " + from, failed);
    }
  }

  /** Fills it with old versions of one key until it takes no more puts. */
  public void fill() {
    Bytes value = Bytes.of(new byte[1 << 20]);
    try (Etcd etcd = connect()) {
      CommitOutcome outcome;
      do {
        Operation put = new Operation.Put(Bytes.utf8("a-filling"), value);
        outcome = etcd.commit(new Transaction(List.of(), List.of(put), List.of()));
      } while (outcome instanceof CommitOutcome.Applied);
      boolean full =
          outcome instanceof CommitOutcome.Unknown unknown
              && unknown.failure().kind() == EtcdFailure.Kind.NO_SPACE;
      if (!full) {
        throw new IllegalStateException("expected an etcd out of space, found " + outcome);
      }
    }
  }

  /** Makes room again, in the order of docs/full-etcd.md: compact, defragment, end the alarm. */
  public void makeRoom() {
    try (Compactor compactor = new Compactor(endpoint())) {
      compactor.compact();
      compactor.defragment();
      compactor.endAlarms();
    }
  }

  /** Makes it stop where it is, connections open, until {@link #resume}. */
  public void pause() {
    server.signal(true);
  }

  /** Makes it go on after {@link #pause}. */
  public void resume() {
    server.signal(false);
  }

  @Override
  public void close() {
    server.stop();
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException stays) {
      throw new UncheckedIOException("cannot remove " + folder, stays);
    }
  }

  private sealed interface Server {
    URI endpoint();

    void stop();

    /** Halts it, or lets it go on. */
    void signal(boolean halt);
  }

  private record Container(GenericContainer<?> container, URI endpoint) implements Server {
    @Override
    public void stop() {
      container.stop();
    }

    @Override
    public void signal(boolean halt) {
      String id = container.getContainerId();
      if (halt) {
        container.getDockerClient().pauseContainerCmd(id).exec();
      } else {
        container.getDockerClient().unpauseContainerCmd(id).exec();
      }
    }
  }

  private static final class LocalProcess implements Server {
    private final ProcessBuilder program;
    private final Path folder;
    private final URI endpoint;
    private Process process;

    LocalProcess(ProcessBuilder program, Path folder, URI endpoint) throws IOException {
      this.program = program;
      this.folder = folder;
      this.endpoint = endpoint;
      this.process = program.start();
    }

    Process process() {
      return process;
    }

    /** Where its log and its data are. */
    Path folder() {
      return folder;
    }

    Path data() {
      return folder.resolve("data");
    }

    @Override
    public URI endpoint() {
      return endpoint;
    }

    void start() throws IOException {
      process = program.start();
    }

    void kill() {
      process.destroyForcibly();
      process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Override
    public void stop() {
      kill();
      remove(folder);
    }

    @Override
    public void signal(boolean halt) {
      try {
        Process kill =
            new ProcessBuilder("kill", halt ? "-STOP" : "-CONT", Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.onExit().orTimeout(10, TimeUnit.SECONDS).join().exitValue() != 0) {
          throw new IllegalStateException("etcd took no signal");
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
