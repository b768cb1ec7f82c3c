package io.ipamrepair.testing;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real etcd of three members on this machine, which can be killed, stopped and brought back, each
 * by itself. etcd forces its data as it always does, and no option makes it careless: a member that
 * is killed comes back with what it acknowledged. Where the machine has a file system in memory
 * they are there, for what a process wrote outlives the process in memory as on a disk; what
 * outlives the machine is no question here.
 */
public final class ThreeMembers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int MEMBERS = 3;

  /** Another process may take a free port before etcd does. */
  private static final int TRIES = 3;

  private static final Path IN_MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private final List<Member> members;

  private ThreeMembers(Path folder, List<Member> members) {
    this.folder = folder;
    this.members = members;
  }

  private static final class Member {
    private final List<String> command;
    private final URI client;
    private final Path log;
    private Process process;

    Member(List<String> command, URI client, Path log) {
      this.command = command;
      this.client = client;
      this.log = log;
    }

    void start() throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD"));
      process = builder.start();
    }
  }

  /** Starts all three, and waits until they have a leader. */
  public static ThreeMembers start() throws IOException {
    Path binary =
        ThrowawayEtcd.binary()
            .orElseThrow(
                () ->
                    new IllegalStateException("no etcd program: set ETCD_BIN or put etcd on PATH"));
    IllegalStateException last = new IllegalStateException("etcd was not tried");
    for (int i = 0; i < TRIES; i++) {
      ThreeMembers cluster = prepare(binary);
      try {
        for (Member member : cluster.members) {
          member.start();
        }
        cluster.awaitHealthy();
        return cluster;
      } catch (IllegalStateException sick) {
        last = new IllegalStateException(sick.getMessage() + "\n" + cluster.logs(), sick);
        cluster.close();
      } catch (IOException failed) {
        cluster.close();
        throw failed;
      }
    }
    throw last;
  }

  private static ThreeMembers prepare(Path binary) throws IOException {
    Path folder =
        Files.isWritable(IN_MEMORY)
            ? Files.createTempDirectory(IN_MEMORY, "three-members")
            : Files.createTempDirectory("three-members");
    List<Integer> ports = freePorts(2 * MEMBERS);
    String all =
        IntStream.range(0, MEMBERS)
            .mapToObj(i -> "m" + i + "=" + peer(ports, i))
            .collect(Collectors.joining(","));
    String token = UUID.randomUUID().toString();
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      URI client = URI.create("http://127.0.0.1:" + ports.get(i));
      members.add(
          new Member(
              List.of(
                  binary.toString(),
                  "--name",
                  "m" + i,
                  "--data-dir",
                  folder.resolve("data" + i).toString(),
                  "--listen-client-urls",
                  client.toString(),
                  "--advertise-client-urls",
                  client.toString(),
                  "--listen-peer-urls",
                  peer(ports, i).toString(),
                  "--initial-advertise-peer-urls",
                  peer(ports, i).toString(),
                  "--initial-cluster",
                  all,
                  "--initial-cluster-token",
                  token,
                  "--heartbeat-interval",
                  "50",
                  "--election-timeout",
                  "300"),
              client,
              folder.resolve("log" + i)));
    }
    return new ThreeMembers(folder, members);
  }

  /** The last lines that each of them logged. */
  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    for (Member member : members) {
      if (Files.exists(member.log)) {
        List<String> lines = Files.readAllLines(member.log);
        lines
            .subList(Math.max(0, lines.size() - 5), lines.size())
            .forEach(line -> logs.append(line).append('\n'));
      }
    }
    return logs.toString();
  }

  private static URI peer(List<Integer> ports, int member) {
    return URI.create("http://127.0.0.1:" + ports.get(MEMBERS + member));
  }

  private static List<Integer> freePorts(int number) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  /** All three as a target. */
  public EtcdTarget target() {
    return target(members.stream().map(member -> member.client).toList());
  }

  /** One of them as a target. */
  public EtcdTarget target(int member) {
    return target(List.of(members.get(member).client));
  }

  private static EtcdTarget target(List<URI> endpoints) {
    return new EtcdTarget(
        endpoints,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Bytes.EMPTY);
  }

  /** Where a member listens. */
  public URI endpoint(int member) {
    return members.get(member).client;
  }

  private interface Call<T> {
    T on(ManagedChannel channel);
  }

  private <T> T call(int member, Call<T> call) {
    URI client = members.get(member).client;
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress(client.getHost(), client.getPort()).usePlaintext().build();
    try {
      return call.on(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private Optional<StatusResponse> status(int member) {
    try {
      return Optional.of(
          call(
              member,
              channel ->
                  MaintenanceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
                      .status(StatusRequest.getDefaultInstance())));
    } catch (StatusRuntimeException away) {
      return Optional.empty();
    }
  }

  /** The member that leads; the cluster must have a leader. */
  public int leader() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (int member = 0; member < MEMBERS; member++) {
        Optional<StatusResponse> status = status(member);
        if (status.filter(s -> s.getLeader() == s.getHeader().getMemberId()).isPresent()) {
          return member;
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
    }
    throw new IllegalStateException("no leader within " + PATIENCE.toSeconds() + " s");
  }

  /** Waits until all three answer and agree on who leads. */
  public void awaitHealthy() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      List<Long> leaders =
          IntStream.range(0, MEMBERS)
              .mapToObj(this::status)
              .flatMap(Optional::stream)
              .map(StatusResponse::getLeader)
              .toList();
      if (leaders.size() == MEMBERS
          && leaders.stream().distinct().count() == 1
          && leaders.get(0) != 0) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new IllegalStateException("not healthy within " + PATIENCE.toSeconds() + " s");
  }

  /** kill -9. */
  public void kill(int member) {
    Process process = members.get(member).process;
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** Its number in etcd; it must answer. */
  public long id(int member) {
    return status(member).orElseThrow().getHeader().getMemberId();
  }

  /** A killed member comes back, with its data. */
  public void restart(int member) {
    try {
      members.get(member).start();
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** kill -STOP: it neither works nor goes away. */
  public void stop(int member) {
    signal(member, "STOP");
  }

  /** kill -CONT. */
  public void goOn(int member) {
    signal(member, "CONT");
  }

  private void signal(int member, String signal) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + signal, Long.toString(members.get(member).process.pid()))
              .inheritIO()
              .start();
      if (kill.onExit().orTimeout(10, TimeUnit.SECONDS).join().exitValue() != 0) {
        throw new IllegalStateException("member " + member + " took no signal");
      }
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /**
   * Another member leads from now on.
   *
   * @return whether it does: one that lags behind cannot take over
   */
  public boolean moveLeader() {
    int leader = leader();
    long next = id((leader + 1) % MEMBERS);
    try {
      call(
          leader,
          channel ->
              MaintenanceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(5, TimeUnit.SECONDS)
                  .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(next).build()));
      return true;
    } catch (StatusRuntimeException notReady) {
      return false;
    }
  }

  /**
   * The lease of a key ends, and the key with it.
   *
   * @return whether there was such a key
   */
  public boolean endLeaseOf(Bytes key) {
    return call(
        leader(),
        channel -> {
          RangeResponse found = range(channel, key);
          if (found.getCount() == 0) {
            return false;
          }
          LeaseGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .leaseRevoke(
                  LeaseRevokeRequest.newBuilder().setID(found.getKvs(0).getLease()).build());
          return true;
        });
  }

  /**
   * Waits until a key has gone, as one does whose lease nobody keeps alive.
   *
   * @return whether there was such a key
   */
  public boolean awaitGone(Bytes key) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean there = false;
    while (System.nanoTime() < end) {
      if (call(leader(), channel -> range(channel, key)).getCount() == 0) {
        return there;
      }
      there = true;
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new IllegalStateException(key.display() + " stays");
  }

  private static RangeResponse range(ManagedChannel channel, Bytes key) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .range(RangeRequest.newBuilder().setKey(ByteString.copyFrom(key.toArray())).build());
  }

  /** Forgets what was before {@code revision}. */
  public void compact(long revision) {
    call(
        leader(),
        channel ->
            KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .compact(CompactionRequest.newBuilder().setRevision(revision).build()));
  }

  /** The newest revision, of which the members have agreed. */
  public long revision() {
    try (Etcd etcd = connect()) {
      return etcd.identity().revision();
    } catch (EtcdException away) {
      throw new IllegalStateException(away);
    }
  }

  private Etcd connect() throws EtcdException {
    return Etcd.connect(target(), TimeLimits.standard(), List.of(Bytes.utf8("/")));
  }

  /** Replaces all that is there. */
  public void load(List<KeyValue> state) throws EtcdException {
    try (Etcd etcd = connect()) {
      List<Operation> operations = new ArrayList<>();
      List<Bytes> old = new ArrayList<>();
      etcd.read(
          List.of(KeyRange.prefix("/")),
          ArrayList<KeyValue>::new,
          (none, read) -> old.add(read.key()));
      old.forEach(key -> operations.add(new Operation.Delete(key)));
      commit(etcd, operations);
      operations.clear();
      state.forEach(each -> operations.add(new Operation.Put(each.key(), each.value())));
      commit(etcd, operations);
    }
  }

  private static void commit(Etcd etcd, List<Operation> operations) {
    for (int from = 0; from < operations.size(); from += 100) {
      CommitOutcome outcome =
          etcd.commit(
              new Transaction(
                  List.of(),
                  operations.subList(from, Math.min(operations.size(), from + 100)),
                  List.of()));
      if (!(outcome instanceof CommitOutcome.Applied)) {
        throw new IllegalStateException("not written: " + outcome);
      }
    }
  }

  /** Calico's keys and their values, in order. */
  public Map<Bytes, Bytes> calico() throws EtcdException {
    try (Etcd etcd = connect()) {
      return etcd.read(
              List.of(KeyRange.prefix("/calico/")),
              TreeMap<Bytes, Bytes>::new,
              (all, each) -> all.put(each.key(), each.value()))
          .value();
    }
  }

  @Override
  public void close() throws IOException {
    for (Member member : members) {
      if (member.process != null) {
        member.process.destroyForcibly();
        member.process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
      }
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
