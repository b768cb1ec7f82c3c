package io.ipamrepair.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cni.KeyStore.Stored;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.WatchedHistory;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulated plugin against real Calico. It is told which pod starts or stops on which node,
 * what its clock says, which UIDs it draws and where nodes begin to look for blocks; everything
 * else it must find by itself, and each revision of the history must come out as Calico wrote it:
 * key, value and order, byte for byte.
 */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenReplayTest {
  /** What Go's random numbers made of the nodes' names, the same in all releases. */
  private static final Map<String, Integer> FIRST =
      Map.of(
          "kubernetes1001", 3,
          "kubernetes1002", 0,
          "kubernetes1003", 1,
          "kubernetes1004", 1,
          "kubernetes1005", 1,
          "kubernetes1006", 2);

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();

  /**
   * A line of a history.
   *
   * @param value nothing for a deletion
   */
  private record Line(String key, Optional<String> value) {
    boolean puts(String prefix) {
      return value.isPresent() && key.startsWith(prefix);
    }
  }

  private static String folder(Dialect dialect) {
    return switch (dialect) {
      case V3_22 -> "v3.22.1";
      case V3_29 -> "v3.29.7";
      case V3_32 -> "v3.32.1";
      case HEAD -> "HEAD";
    };
  }

  private static List<Line> history(Dialect dialect) {
    return new Golden(folder(dialect), "incident")
        .text("history.jsonl")
        .lines()
        .map(GoldenReplayTest::object)
        .map(line -> new Line(line.text("key").orElseThrow(), line.text("value")))
        .toList();
  }

  private static Json.Obj object(String text) {
    try {
      return new JsonReader().readObject(Bytes.utf8(text));
    } catch (JsonFormatException damaged) {
      throw new IllegalStateException(text, damaged);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theIncidentComesOutAsCalicoWroteIt(Dialect dialect) {
    List<Line> history = history(dialect);
    try (KeyStore store = new KeyStore(server.endpoint())) {
      server.clear();
      long before = store.revision();
      Replay replay = new Replay(store, dialect, history);
      replay.run();
      List<Line> written = new ArrayList<>();
      WatchedHistory.read(
          server.endpoint(),
          before + 1,
          store.revision(),
          (revision, changes) ->
              changes.forEach(
                  change ->
                      written.add(
                          new Line(change.key().display(), change.value().map(Bytes::display)))));
      assertThat(written).isEqualTo(history);
      // Of the others there is none that the plugin has to do with.
      assertThat(replay.byPlugin).isGreaterThan(200);
      assertThat(replay.operations).isGreaterThan(70);
      assertThat(history.stream().filter(line -> line.key().startsWith(Keys.BLOCKS)).count())
          .isEqualTo(replay.blocksByPlugin);
      assertThat(replay.book.losses()).isEmpty();
    }
  }

  /** Hands the plugin one operation after the other, and writes what other hands wrote. */
  private static final class Replay {
    private final KeyStore store;
    private final Dialect dialect;
    private final List<Line> history;
    private final Book book = new Book();
    private final SortedMap<String, Pod> pods = new TreeMap<>();
    private int at;
    private int byPlugin;
    private int blocksByPlugin;
    private int operations;

    Replay(KeyStore store, Dialect dialect, List<Line> history) {
      this.store = store;
      this.dialect = dialect;
      this.history = history;
    }

    void run() {
      while (at < history.size()) {
        Line line = history.get(at);
        if (line.puts(Keys.HOSTS) && line.value().get().contains("pendingDeletion")) {
          operate(this::releaseBlock);
        } else if (line.puts(Keys.HOSTS) || line.puts(Keys.HANDLES)) {
          operate(this::start);
        } else if (isStop(line)) {
          operate(() -> stop(pods.get(line.key())));
        } else {
          line.value()
              .map(value -> store.put(line.key(), value))
              .orElseGet(() -> store.remove(line.key()));
          at++;
        }
      }
    }

    /** Three pods vanished without a release: there only the endpoint goes. */
    private boolean isStop(Line line) {
      return line.key().startsWith(Keys.ENDPOINTS)
          && line.value().isEmpty()
          && history.get(at + 1).key().startsWith(Keys.BLOCKS);
    }

    private void operate(Runnable operation) {
      long before = store.revision();
      operation.run();
      int writes = (int) (store.revision() - before);
      assertThat(writes).as("writes at %s", history.get(at)).isPositive();
      blocksByPlugin +=
          (int)
              history.subList(at, Math.min(at + writes, history.size())).stream()
                  .filter(line -> line.key().startsWith(Keys.BLOCKS))
                  .count();
      byPlugin += writes;
      operations++;
      at += writes;
    }

    private CniPlugin plugin(String node, Draws draws, Pauses pauses) {
      return new CniPlugin(
          node,
          store,
          new CniPlugin.Site(dialect, (name, blocks) -> FIRST.get(name), book),
          draws,
          pauses);
    }

    private void start() {
      int end = at;
      while (!history.get(end).puts(Keys.ENDPOINTS)) {
        end++;
      }
      Line endpoint = history.get(end);
      Pod pod = pod(object(endpoint.value().orElseThrow()));
      pods.put(endpoint.key(), pod);
      plugin(pod.node(), new Recorded(history.subList(at, end + 1), pod), Pauses.NONE).start(pod);
    }

    private void stop(Pod pod) {
      plugin(pod.node(), NOTHING_DRAWN, Pauses.NONE).stop(pod);
    }

    /** The deletion of the pool was cut off before it had released the last affinity. */
    private void releaseBlock() {
      String key = history.get(at).key();
      boolean finished = history.get(at + 2).key().equals(key);
      Pauses pauses =
          (operation, next) -> {
            if (!finished && next.equals(key)) {
              throw new PluginDied();
            }
          };
      try {
        plugin(Keys.node(key), NOTHING_DRAWN, pauses).releaseBlock(Keys.cidr(key), false);
      } catch (PluginDied died) {
        assertThat(finished).isFalse();
      }
    }
  }

  private static Pod pod(Json.Obj endpoint) {
    Json.Obj metadata = (Json.Obj) endpoint.get("metadata").orElseThrow();
    Json.Obj spec = (Json.Obj) endpoint.get("spec").orElseThrow();
    SortedMap<String, String> labels = new TreeMap<>();
    ((Json.Obj) metadata.get("labels").orElseThrow())
        .members()
        .forEach(
            (name, value) -> {
              if (!name.startsWith("projectcalico.org/")) {
                labels.put(name, ((Json.Text) value).value());
              }
            });
    return new Pod(
        metadata.text("namespace").orElseThrow(),
        spec.text("pod").orElseThrow(),
        spec.text("node").orElseThrow(),
        spec.text("containerID").orElseThrow(),
        spec.text("serviceAccountName").orElseThrow(),
        labels,
        spec.text("mac").orElseThrow());
  }

  private static final Draws NOTHING_DRAWN = new Recorded(List.of(), null);

  /** What Calico's clock and random numbers were, read off what it wrote. */
  private record Recorded(List<Line> written, Pod pod) implements Draws {
    private static final DateTimeFormatter TIMESTAMP =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS X 'UTC'");

    private Stream<Json.Obj> blocks() {
      return written.stream()
          .filter(line -> line.puts(Keys.BLOCKS))
          .map(line -> object(line.value().orElseThrow()));
    }

    private Json.Obj endpoint() {
      return object(written.get(written.size() - 1).value().orElseThrow());
    }

    private String metadata(String name) {
      return ((Json.Obj) endpoint().get("metadata").orElseThrow()).text(name).orElseThrow();
    }

    @Override
    public Instant claimedAt() {
      return blocks()
          .flatMap(block -> block.text("affinity_claim_time").stream())
          .map(Instant::parse)
          .findFirst()
          .orElseThrow();
    }

    @Override
    public long sequence() {
      return blocks()
          .flatMap(block -> block.get("sequenceNumber").stream())
          .map(number -> Long.parseLong(((Json.Num) number).literal()))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public Instant assignedAt() {
      return blocks()
          .flatMap(block -> block.get("attributes").stream())
          .filter(Json.Array.class::isInstance)
          .flatMap(list -> ((Json.Array) list).items().stream())
          .map(Json.Obj.class::cast)
          .filter(attribute -> attribute.text("handle_id").equals(Optional.of(pod.handle())))
          .map(attribute -> ((Json.Obj) attribute.get("secondary").orElseThrow()).text("timestamp"))
          .map(text -> TIMESTAMP.parse(text.orElseThrow().replace("+0000", "Z"), Instant::from))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public Instant createdAt() {
      return Instant.parse(metadata("creationTimestamp"));
    }

    @Override
    public String uid() {
      return metadata("uid");
    }
  }

  /** There is no history of one: the state of a cluster whose nodes have them. */
  @Test
  void aTunnelAddressIsWrittenAsCalicoWritesIt() throws Exception {
    Map<String, String> golden = new TreeMap<>();
    new Golden("v3.32.1", "healthy-v4")
        .keyValues()
        .forEach(each -> golden.put(each.key().display(), each.value().display()));
    String node = "kubernetes1004";
    String handle = "ipip-tunnel-addr-" + node;
    Cidr cidr = Cidr.of("10.64.71.128/26");
    server.clear();
    try (KeyStore store = new KeyStore(server.endpoint())) {
      golden.forEach(
          (key, value) -> {
            if (key.startsWith(Keys.POOLS) || key.equals(Keys.CONFIG)) {
              store.put(key, value);
            }
          });
      String nodeKey = Keys.NODES + node;
      String without = golden.get(nodeKey).replaceFirst(",\"ipv4IPIPTunnelAddr\":\"[0-9.]+\"", "");
      assertThat(without).isNotEqualTo(golden.get(nodeKey));
      store.put(nodeKey, without);
      CniPlugin plugin =
          new CniPlugin(
              node,
              store,
              new CniPlugin.Site(Dialect.V3_32, (name, blocks) -> place(golden, cidr), new Book()),
              Draws.of(java.time.Clock.systemUTC(), new Random(1)),
              Pauses.NONE);
      Optional<IpAddress> address = plugin.assignTunnelAddress();
      assertThat(address).contains(cidr.base());
      assertThat(store.get(nodeKey).map(Stored::value)).contains(golden.get(nodeKey));
      assertThat(store.get(Keys.handle(handle)).map(Stored::value))
          .contains(golden.get(Keys.handle(handle)));
      BlockValue ours = BlockValue.read(store.get(Keys.block(cidr)).orElseThrow().value());
      BlockValue calicos = BlockValue.read(golden.get(Keys.block(cidr)));
      assertThat(ours.attributes().orElseThrow().get(0).encode())
          .isEqualTo(calicos.attributes().orElseThrow().get(0).encode());
      assertThat(ours.handleOf(0)).isEqualTo(calicos.handleOf(0)).contains(handle);
    }
  }

  private static int place(Map<String, String> golden, Cidr cidr) {
    PoolValue pool =
        golden.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(Keys.POOLS))
            .map(entry -> PoolValue.read(new Stored(entry.getKey(), entry.getValue(), 1)))
            .filter(each -> each.network().contains(cidr))
            .findFirst()
            .orElseThrow();
    return java.util.stream.IntStream.range(0, pool.blocks())
        .filter(place -> pool.block(place).equals(cidr))
        .findFirst()
        .orElseThrow();
  }
}
