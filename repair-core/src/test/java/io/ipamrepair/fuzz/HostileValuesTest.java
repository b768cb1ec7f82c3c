package io.ipamrepair.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Check;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.repair.RefusedException;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.testing.Golden;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values as large as etcd takes, of which a careless program would look at each part once for each
 * other part. What is measured is the processor's time, and the bound is some hundred times what
 * one careful look takes: a slow machine stays below it, and a hundred thousand parts times a
 * hundred thousand do not.
 */
class HostileValuesTest {
  private static final String IPAM = "/calico/ipam/v2/";
  private static final String RESOURCES = "/calico/resources/v3/projectcalico.org/";
  private static final int MOST_BYTES = 1_500_000;
  private static final int TIMES = 200;
  private static final Duration BESIDES = Duration.ofSeconds(10);

  private static final Golden NEIGHBOURS = new Golden("v3.32.1", "crash-S4");

  static Stream<Arguments> values() {
    return Stream.of(
        block("free list", "10.192.68.0/26", "", "", list(500_000, i -> "" + i)),
        block(
            "one ordinal free again and again", "10.192.68.0/26", "", "", list(600_000, i -> "7")),
        block("allocations", "10.192.68.0/26", list(600_000, i -> "0"), "{}", ""),
        block("missing handles", "10.200.0.0/16", indexes(), list(40_000, i -> handle(i)), ""),
        block("one handle", "10.200.0.0/16", list(60_000, i -> "0"), handle(1), ""),
        block("attributes", "10.192.68.0/26", "0", list(400_000, i -> "{}"), ""),
        block("addresses of the world", "0.0.0.0/0", list(600_000, i -> "0"), "{}", ""),
        Arguments.of(
            "sequence numbers",
            IPAM + "assignment/ipv4/block/10.192.68.0-26",
            "{\"sequenceNumberForAllocation\":{" + list(90_000, i -> "\"" + i + "\":" + i) + "}}"),
        Arguments.of(
            "counts",
            IPAM + "handle/many",
            "{\"block\":{" + list(60_000, i -> "\"" + address(i * 64) + "/26\":1") + "}}"),
        Arguments.of(
            "odd counts",
            IPAM + "handle/many",
            "{\"block\":{" + list(80_000, i -> "\"10.192.68." + i + "\":1") + "}}"),
        resource("its addresses", "workloadendpoints/a/b", texts("ipNetworks", i -> address(i))),
        resource("an address", "workloadendpoints/a/b", texts("ipNetworks", i -> "10.192.68.1")),
        resource("no address", "workloadendpoints/a/b", texts("ipNetworks", i -> "x" + i)),
        resource("profiles", "workloadendpoints/a/b", texts("profiles", i -> "p" + i)),
        resource("uses", "ippools/p", texts("allowedUses", i -> "use" + i)),
        resource("reserved", "ipreservations/r", texts("reservedCIDRs", i -> address(i))),
        resource("selector", "ippools/p", selector("has(a) && ".repeat(100_000) + "all()")),
        resource("negations", "ippools/p", selector("!".repeat(1_000_000) + "all()")),
        resource("parentheses", "ippools/p", selector("(".repeat(1_000_000))),
        resource(
            "values", "ippools/p", selector("a in {" + list(100_000, i -> "'" + i + "'") + "}")),
        resource("no selector", "ippools/p", selector("=".repeat(1_000_000))),
        resource(
            "cluster type", "clusterinformations/default", text("clusterType", "k8s,", 300_000)),
        resource("version", "clusterinformations/default", text("calicoVersion", "v3.", 400_000)),
        resource(
            "time", "nodes/n", "\"bgp\":{\"ipv4IPIPTunnelAddr\":\"" + "1.".repeat(600_000) + "\"}"),
        Arguments.of(
            "fractions of a second",
            RESOURCES + "nodes/n",
            "{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00."
                + "1".repeat(1_000_000)
                + "Z\"}}"),
        Arguments.of(
            "labels",
            RESOURCES + "nodes/n",
            "{\"metadata\":{\"labels\":{" + list(90_000, i -> "\"l" + i + "\":\"\"") + "}}}"),
        any("unknown members", "{" + list(120_000, i -> "\"m" + i + "\":0") + "}"),
        any("names of one hash", "{" + list(60_000, i -> "\"" + collision(i) + "\":0") + "}"),
        any("a name twice, far apart", "{" + list(100_000, i -> "\"" + i % 99_999 + "\":0") + "}"),
        any("open lists", "[".repeat(1_400_000)),
        any("nested lists side by side", "{\"a\":[" + list(2_000, i -> nested(300)) + "]}"),
        any("digits", "{\"deleted\":" + "9".repeat(1_400_000) + "}"),
        any("an exponent", "{\"deleted\":1e" + "9".repeat(1_400_000) + "}"),
        any("a text", "{\"state\":\"" + "x".repeat(1_400_000) + "\"}"),
        any("escapes", "{\"state\":\"" + "\\u0041".repeat(200_000) + "\"}"),
        any("a name", "{\"" + "x".repeat(1_400_000) + "\":0}"),
        any("blanks", " ".repeat(1_400_000)),
        any("quotes", "\"".repeat(1_400_000)));
  }

  @ParameterizedTest(name = "{0} in {1}")
  @MethodSource("values")
  void aLargeValueIsLookedAtAFewTimesAndNotOnceForEachOfItsParts(
      String what, String key, String value) throws Exception {
    assertThat(value.length()).as("etcd takes it").isLessThan(MOST_BYTES);
    Bytes bytes = Bytes.utf8(value);
    long look = processorTime(() -> StrictJson.read(bytes.toArray()));
    long took = processorTime(() -> judge(new KeyValue(Bytes.utf8(key), bytes, 1, 1, 1)));
    assertThat(Duration.ofNanos(took))
        .as("%s; one look takes %s", what, Duration.ofNanos(look))
        .isLessThan(BESIDES.plus(Duration.ofNanos(look).multipliedBy(TIMES)));
  }

  /** All that a scan and a repair do with it, among neighbours. */
  private static void judge(KeyValue hostile) {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    NEIGHBOURS.keyValues().forEach(builder::add);
    IpamState state = builder.add(hostile).build(1);
    Check.of(state);
    Capacity.of(state);
    Optional<ReleaseOrphanBlocks.Leaks> leaks =
        Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), Repairs.NOW));
    List<Repair> repairs = new ArrayList<>();
    repairs.add(new ReleaseOrphanBlocks(new Selection.All(), leaks));
    state.pools().keySet().forEach(pool -> repairs.add(new RemovePool(pool, true)));
    for (Repair repair : repairs) {
      try {
        repair.judge(state);
      } catch (RefusedException asItMay) {
        assertThat(asItMay.reasons()).isNotEmpty();
      }
    }
  }

  private static long processorTime(Runnable work) {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    work.run();
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
  }

  // Values.

  private static Arguments block(
      String what, String cidr, String allocations, String attributes, String unallocated) {
    return Arguments.of(
        what,
        IPAM + "assignment/ipv4/block/" + cidr.replace('/', '-'),
        "{\"cidr\":\""
            + cidr
            + "\",\"affinity\":\"host:kubernetes2001\",\"allocations\":["
            + allocations
            + "],\"unallocated\":["
            + unallocated
            + "],\"attributes\":["
            + attributes
            + "]}");
  }

  private static Arguments resource(String what, String name, String spec) {
    return Arguments.of(
        what,
        RESOURCES + name,
        "{\"spec\":{\"cidr\":\"10.192.68.0/24\",\"orchestrator\":\"k8s\"," + spec + "}}");
  }

  private static Arguments any(String what, String value) {
    return Arguments.of(what, IPAM + "host/kubernetes2001/ipv4/block/10.192.68.0-26", value);
  }

  private static String texts(String member, IntFunction<String> text) {
    return "\"" + member + "\":[" + list(60_000, i -> "\"" + text.apply(i) + "\"") + "]";
  }

  private static String text(String member, String piece, int times) {
    return "\"" + member + "\":\"" + piece.repeat(times) + "\"";
  }

  private static String selector(String text) {
    return text("nodeSelector", text, 1);
  }

  private static String list(int length, IntFunction<String> item) {
    // As many as fit, if the value would be larger than etcd takes.
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < length && list.length() < MOST_BYTES - 400_000; i++) {
      list.append(i == 0 ? "" : ",").append(item.apply(i));
    }
    return list.toString();
  }

  private static String indexes() {
    return IntStream.range(0, 40_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  private static String handle(int number) {
    return "{\"handle_id\":\"h" + number + "\"}";
  }

  private static String address(int number) {
    return "10." + (192 + (number >> 16) % 60) + "." + (number >> 8 & 255) + "." + (number & 255);
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  /** Texts of 16 letters that all have one hash code. */
  private static String collision(int number) {
    return IntStream.range(0, 16)
        .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
        .collect(Collectors.joining());
  }
}
