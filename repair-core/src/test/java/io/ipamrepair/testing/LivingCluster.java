package io.ipamrepair.testing;

import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A golden state in which pods start and stop, as Calico's plugin would have it (reference,
 * sections 5.3 and 5.4), without an etcd. It writes values by itself: nothing of the tool decides
 * what a block looks like afterwards.
 */
public final class LivingCluster {
  private final KeyLayout layout = new KeyLayout();
  private final TreeMap<Bytes, KeyValue> keys = new TreeMap<>();
  private final List<Pod> pods = new ArrayList<>();
  private final Random random;
  private long revision;
  private int started;

  /** A pod that started here. */
  public record Pod(String name, Cidr block, int ordinal) {
    /** Its handle. */
    public String handle() {
      return "k8s-pod-network." + name;
    }
  }

  /** The cluster of a golden case; {@code random} decides who stops. */
  public LivingCluster(Golden golden, Random random) {
    golden.keyValues().forEach(each -> keys.put(each.key(), each));
    this.revision = golden.state().revision();
    this.random = random;
  }

  /** All of it, as it is now. */
  public IpamState state() {
    IpamState.Builder builder = new IpamState.Builder(layout);
    keys.values().forEach(builder::add);
    return builder.build(revision);
  }

  /** Every key, in order. */
  public Collection<KeyValue> keyValues() {
    return List.copyOf(keys.values());
  }

  /** The pods that started here and have not stopped. */
  public List<Pod> pods() {
    return List.copyOf(pods);
  }

  /** One transaction of somebody. */
  public void commit(Map<Bytes, Optional<Bytes>> writes) {
    revision++;
    writes.forEach(
        (key, value) -> {
          KeyValue old = keys.remove(key);
          value.ifPresent(
              bytes ->
                  keys.put(
                      key,
                      old == null
                          ? new KeyValue(key, bytes, revision, revision, 1)
                          : new KeyValue(
                              key, bytes, old.createRevision(), revision, old.version() + 1)));
        });
  }

  private void put(Bytes key, Json value) {
    commit(Map.of(key, Optional.of(value.encode())));
  }

  private Optional<Json.Obj> block(Cidr cidr) {
    try {
      KeyValue found = keys.get(layout.key(cidr));
      return found == null
          ? Optional.empty()
          : Optional.of(new JsonReader().readObject(found.value()));
    } catch (JsonFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** A pod starts on the block's own node, in the block; false when it cannot. */
  public boolean start(Cidr cidr) {
    Optional<Json.Obj> found = block(cidr);
    Optional<String> owner = found.flatMap(block -> block.text("affinity"));
    if (owner.filter(text -> text.startsWith("host:")).isEmpty()) {
      return false;
    }
    Json.Obj block = found.get();
    List<Json> free = items(block, "unallocated");
    List<Json> allocations = items(block, "allocations");
    if (free.isEmpty() || block.get("sequenceNumber").isEmpty()) {
      return false;
    }
    int ordinal = number(free.remove(0)).intValue();
    if (ordinal >= allocations.size() || allocations.get(ordinal) != Json.Null.NULL) {
      return false;
    }
    Pod pod = new Pod("living-" + ++started, cidr, ordinal);
    String node = owner.get().substring("host:".length());
    put(
        layout.handleKey(pod.handle()),
        Json.Obj.of(
            "block", Json.Obj.of(cidr.toString(), Json.Num.of(1)), "deleted", Json.Bool.FALSE));
    List<Json> attributes = items(block, "attributes");
    allocations.set(ordinal, Json.Num.of(attributes.size()));
    attributes.add(
        Json.Obj.of(
            "handle_id",
            new Json.Text(pod.handle()),
            "secondary",
            Json.Obj.of(
                "namespace", new Json.Text("living"),
                "node", new Json.Text(node),
                "pod", new Json.Text(pod.name()),
                "timestamp", new Json.Text("2026-11-24 03:00:00 +0000 UTC"))));
    Json number = block.get("sequenceNumber").get();
    Json.Obj numbers =
        block.get("sequenceNumberForAllocation").orElse(Json.Null.NULL) instanceof Json.Obj old
            ? old
            : new Json.Obj(Map.of());
    put(
        layout.key(cidr),
        next(block, allocations, free, attributes)
            .with("sequenceNumberForAllocation", numbers.with("" + ordinal, number)));
    put(
        layout.key(endpoint(pod, node)),
        Json.Obj.of(
            "kind",
            new Json.Text("WorkloadEndpoint"),
            "apiVersion",
            new Json.Text("projectcalico.org/v3"),
            "metadata",
            Json.Obj.of(
                "name", new Json.Text(endpoint(pod, node).name()),
                "namespace", new Json.Text("living")),
            "spec",
            Json.Obj.of(
                "orchestrator", new Json.Text("k8s"),
                "node", new Json.Text(node),
                "containerID", new Json.Text(pod.name()),
                "pod", new Json.Text(pod.name()),
                "endpoint", new Json.Text("eth0"),
                "ipNetworks",
                    Json.Array.ofTexts(
                        List.of(cidr.address(ordinal) + "/" + cidr.family().bits())))));
    pods.add(pod);
    return true;
  }

  private static EndpointId endpoint(Pod pod, String node) {
    return new EndpointId(
        "living", node.replace("-", "--") + "-k8s-" + pod.name().replace("-", "--") + "-eth0");
  }

  /** A pod that started here stops; false when there is none. */
  public boolean stop() {
    if (pods.isEmpty()) {
      return false;
    }
    Pod pod = pods.remove(random.nextInt(pods.size()));
    Json.Obj block = block(pod.block()).orElseThrow();
    List<Json> allocations = items(block, "allocations");
    List<Json> free = items(block, "unallocated");
    List<Json> attributes = items(block, "attributes");
    int index = number(allocations.get(pod.ordinal())).intValue();
    String node =
        attributes.get(index) instanceof Json.Obj attribute
                && attribute.get("secondary").orElseThrow() instanceof Json.Obj secondary
            ? secondary.text("node").orElseThrow()
            : "";
    commit(Map.of(layout.key(endpoint(pod, node)), Optional.empty()));
    allocations.set(pod.ordinal(), Json.Null.NULL);
    free.add(Json.Num.of(pod.ordinal()));
    attributes.remove(index);
    allocations.replaceAll(
        each ->
            each != Json.Null.NULL && number(each).intValue() > index
                ? Json.Num.of(number(each).intValue() - 1)
                : each);
    Json.Obj numbers = (Json.Obj) block.get("sequenceNumberForAllocation").orElseThrow();
    put(
        layout.key(pod.block()),
        next(block, allocations, free, attributes)
            .with("sequenceNumberForAllocation", numbers.without("" + pod.ordinal())));
    commit(Map.of(layout.handleKey(pod.handle()), Optional.empty()));
    return true;
  }

  private static Json.Obj next(
      Json.Obj block, List<Json> allocations, List<Json> free, List<Json> attributes) {
    BigInteger number = number(block.get("sequenceNumber").orElseThrow());
    return block
        .with("allocations", new Json.Array(allocations))
        .with("unallocated", new Json.Array(free))
        .with("attributes", new Json.Array(attributes))
        .with("sequenceNumber", new Json.Num(number.add(BigInteger.ONE).toString()));
  }

  private static List<Json> items(Json.Obj block, String name) {
    return block.get(name).orElse(Json.Null.NULL) instanceof Json.Array array
        ? new ArrayList<>(array.items())
        : new ArrayList<>();
  }

  private static BigInteger number(Json json) {
    return new BigInteger(((Json.Num) json).literal());
  }
}
