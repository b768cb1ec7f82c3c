package io.ipamrepair.bench;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values as release 3.32 writes them: its members in its order. */
final class Values {
  private static final Json TRUE = Json.Bool.TRUE;
  private static final Json FALSE = Json.Bool.FALSE;
  private static final Json EMPTY = new Json.Obj(Map.of());

  /** Go's {@code time.String()} as far as Calico's attributes go. */
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.nnnnnnnnn '+0000 UTC'")
          .withZone(ZoneOffset.UTC);

  private Values() {}

  static Json config() {
    return Json.Obj.of(
        "auto_allocate_blocks", TRUE, "kubeVirtVMAddressPersistence", text("Enabled"));
  }

  static Json clusterInformation(Chance chance, Instant created) {
    return resource(
        "ClusterInformation",
        metadata("default", chance, created),
        Json.Obj.of(
            "clusterGUID", text(chance.hex(32)),
            "clusterType", text("k8s,bgp"),
            "calicoVersion", text("v3.32.1"),
            "datastoreReady", TRUE));
  }

  static Json pool(String name, Cidr network, int blockSize, Chance chance, Instant created) {
    return resource(
        "IPPool",
        metadata(name, chance, created),
        Json.Obj.of(
            "cidr", text(network.toString()),
            "vxlanMode", text("Never"),
            "ipipMode", text("Always"),
            "natOutgoing", TRUE,
            "blockSize", Json.Num.of(blockSize),
            "nodeSelector", text("all()"),
            "allowedUses", Json.Array.ofTexts(List.of("Workload", "Tunnel")),
            "assignmentMode", text("Automatic")));
  }

  static Json node(
      String name, IpAddress address, IpAddress tunnel, Chance chance, Instant created) {
    Json.Obj labels =
        Json.Obj.of("kubernetes.io/hostname", text(name), "kubernetes.io/os", text("linux"));
    Map<String, Json> metadata = metadata(name, chance, created);
    metadata.put("labels", labels);
    metadata.put(
        "annotations",
        Json.Obj.of("projectcalico.org/kube-labels", text(labels.encode().display())));
    return resource(
            "Node",
            metadata,
            Json.Obj.of(
                "bgp",
                Json.Obj.of(
                    "asNumber", Json.Num.of(64512),
                    "ipv4Address", text(address + "/22"),
                    "ipv4IPIPTunnelAddr", text(tunnel.toString())),
                "orchRefs",
                new Json.Array(
                    List.of(Json.Obj.of("nodeName", text(name), "orchestrator", text("k8s"))))))
        .with("status", EMPTY);
  }

  static Json handle(Cidr block) {
    return Json.Obj.of("block", Json.Obj.of(block.toString(), Json.Num.of(1)), "deleted", FALSE);
  }

  static Json affinity() {
    return Json.Obj.of("state", text("confirmed"), "deleted", FALSE);
  }

  static Json tunnelAttribute(String handle, String node) {
    return Json.Obj.of(
        "handle_id",
        text(handle),
        "secondary",
        Json.Obj.of("node", text(node), "type", text("ipipTunnelAddress")));
  }

  static Json attribute(Pod pod) {
    return Json.Obj.of(
        "handle_id",
        text(pod.handle()),
        "secondary",
        Json.Obj.of(
            "namespace", text(pod.deployment().namespace()),
            "node", text(pod.node()),
            "pod", text(pod.name()),
            "timestamp", text(TIMESTAMP.format(pod.assigned()))));
  }

  /**
   * A block.
   *
   * @param attributes of the ordinals that the history holds, in its order
   */
  static Json block(
      Cidr cidr, String node, Instant claimed, BlockHistory history, List<Json> attributes) {
    Json[] allocations = new Json[cidr.ordinals()];
    java.util.Arrays.fill(allocations, Json.Null.NULL);
    for (int i = 0; i < history.held().size(); i++) {
      allocations[history.held().get(i)] = Json.Num.of(i);
    }
    long first = ChronoUnit.NANOS.between(Instant.EPOCH, claimed);
    Map<String, Json> sequenceNumbers = new java.util.TreeMap<>();
    for (int ordinal = 0; ordinal < allocations.length; ordinal++) {
      if (history.wasAssigned(ordinal)) {
        sequenceNumbers.put(
            Integer.toString(ordinal), Json.Num.of(first + history.assignedAt()[ordinal]));
      }
    }
    return Json.Obj.of(
        "cidr",
        text(cidr.toString()),
        "affinity",
        text("host:" + node),
        "affinity_claim_time",
        time(claimed),
        "allocations",
        new Json.Array(List.of(allocations)),
        "unallocated",
        new Json.Array(history.free().stream().<Json>map(Json.Num::of).toList()),
        "attributes",
        new Json.Array(attributes),
        "sequenceNumber",
        Json.Num.of(first + history.writes()),
        "sequenceNumberForAllocation",
        new Json.Obj(sequenceNumbers),
        "deleted",
        FALSE);
  }

  static Json endpoint(String name, Pod pod, Chance chance) {
    Deployment deployment = pod.deployment();
    String namespace = deployment.namespace();
    Map<String, Json> metadata = new LinkedHashMap<>();
    metadata.put("name", text(name));
    metadata.put("generateName", text(deployment.generateName()));
    metadata.put("namespace", text(namespace));
    metadata.put("uid", text(chance.uuid()));
    metadata.put("creationTimestamp", time(pod.assigned()));
    metadata.put(
        "labels",
        Json.Obj.of(
            "app",
            text(deployment.app()),
            "app.kubernetes.io/instance",
            text("main"),
            "app.kubernetes.io/managed-by",
            text("Helm"),
            "app.kubernetes.io/name",
            text(deployment.app()),
            "app.kubernetes.io/version",
            text(deployment.version()),
            "pod-template-hash",
            text(deployment.templateHash()),
            "projectcalico.org/namespace",
            text(namespace),
            "projectcalico.org/orchestrator",
            text("k8s"),
            "projectcalico.org/serviceaccount",
            text("default"),
            "release",
            text("main")));
    return resource(
        "WorkloadEndpoint",
        metadata,
        Json.Obj.of(
            "orchestrator", text("k8s"),
            "node", text(pod.node()),
            "containerID", text(pod.containerId()),
            "pod", text(pod.name()),
            "endpoint", text("eth0"),
            "serviceAccountName", text("default"),
            "ipNetworks", Json.Array.ofTexts(List.of(pod.address() + "/32")),
            "profiles",
                Json.Array.ofTexts(List.of("kns." + namespace, "ksa." + namespace + ".default")),
            "interfaceName", text("cali" + chance.hex(11)),
            "mac", text(chance.mac())));
  }

  private static Json.Obj resource(String kind, Map<String, Json> metadata, Json.Obj spec) {
    return Json.Obj.of(
        "kind",
        text(kind),
        "apiVersion",
        text("projectcalico.org/v3"),
        "metadata",
        new Json.Obj(metadata),
        "spec",
        spec);
  }

  private static Map<String, Json> metadata(String name, Chance chance, Instant created) {
    Map<String, Json> metadata = new LinkedHashMap<>();
    metadata.put("name", text(name));
    metadata.put("uid", text(chance.uuid()));
    metadata.put("creationTimestamp", time(created));
    return metadata;
  }

  private static Json text(String value) {
    return new Json.Text(value);
  }

  private static Json time(Instant instant) {
    return text(instant.truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
