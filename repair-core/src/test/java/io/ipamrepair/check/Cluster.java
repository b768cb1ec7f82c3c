package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A small cluster, made key by key, and what the rules say of it. */
final class Cluster {
  static final String IPAM = "/calico/ipam/v2/";
  static final String RESOURCES = "/calico/resources/v3/projectcalico.org/";

  private final Map<Bytes, Bytes> values = new TreeMap<>();

  /** One IPIP pool 10.0.0.0/24 with blocks of /30, release v3.32.1, and these nodes. */
  static Cluster with(String... nodes) {
    Cluster cluster = new Cluster().release("v3.32.1").pool("main", "10.0.0.0/24", "");
    for (String node : nodes) {
      cluster.node(node);
    }
    return cluster;
  }

  Cluster put(String key, String value) {
    return put(Bytes.utf8(key), value);
  }

  Cluster put(Bytes key, String value) {
    values.put(key, Bytes.utf8(value));
    return this;
  }

  Cluster remove(String key) {
    values.remove(Bytes.utf8(key));
    return this;
  }

  Cluster release(String version) {
    return put(
        RESOURCES + "clusterinformations/default",
        resource(
            "ClusterInformation",
            "default",
            "{\"clusterGUID\":\"g\",\"clusterType\":\"bgp\",\"calicoVersion\":\""
                + version
                + "\",\"datastoreReady\":true}"));
  }

  Cluster noMesh() {
    return put(
        RESOURCES + "bgpconfigurations/default",
        resource("BGPConfiguration", "default", "{\"nodeToNodeMeshEnabled\":false}"));
  }

  /** An IPIP pool with blocks of /30, unless {@code more} members say otherwise. */
  Cluster pool(String name, String cidr, String more) {
    String members = "\"cidr\":\"" + cidr + "\"";
    members += more.contains("blockSize") ? "" : ",\"blockSize\":30";
    members += more.contains("Mode") ? "" : ",\"ipipMode\":\"Always\"";
    return put(
        RESOURCES + "ippools/" + name,
        resource("IPPool", name, "{" + members + (more.isEmpty() ? "" : "," + more) + "}"));
  }

  Cluster node(String name) {
    return put(
        RESOURCES + "nodes/" + name,
        resource(
            "Node",
            name,
            "{\"orchRefs\":[{\"nodeName\":\"" + name + "\",\"orchestrator\":\"k8s\"}]}"));
  }

  static String resource(String kind, String name, String spec) {
    return "{\"kind\":\""
        + kind
        + "\",\"apiVersion\":\"projectcalico.org/v3\",\"metadata\":{\"name\":\""
        + name
        + "\",\"uid\":\"u-"
        + name
        + "\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},\"spec\":"
        + spec
        + "}";
  }

  Cluster affinity(String node, String cidr, String state) {
    return put(affinityKey("host", node, cidr), "{\"state\":\"" + state + "\",\"deleted\":false}");
  }

  static String affinityKey(String type, String name, String cidr) {
    return IPAM + type + "/" + name + "/" + family(cidr) + "/block/" + cidr.replace('/', '-');
  }

  static String blockKey(String cidr) {
    return IPAM + "assignment/" + family(cidr) + "/block/" + cidr.replace('/', '-');
  }

  private static String family(String cidr) {
    return cidr.contains(":") ? "ipv6" : "ipv4";
  }

  Cluster handle(String id, String cidr, int count) {
    return put(
        IPAM + "handle/" + id, "{\"block\":{\"" + cidr + "\":" + count + "},\"deleted\":false}");
  }

  /** A block of a node that confirms it, with these addresses, their handles included. */
  Cluster owned(String cidr, String node, String... attributes) {
    affinity(node, cidr, "confirmed");
    return block(cidr, "\"host:" + node + "\"", attributes);
  }

  /** A block with the attributes of ordinals 0, 1…; a handle for each that names one. */
  Cluster block(String cidr, String owner, String... attributes) {
    for (String attribute : attributes) {
      int from = attribute.indexOf("\"handle_id\":\"");
      if (from >= 0) {
        String id = attribute.substring(from + 13, attribute.indexOf('"', from + 13));
        handle(id, cidr, 1);
      }
    }
    return put(blockKey(cidr), blockValue(cidr, owner, List.of(attributes), ""));
  }

  static String blockValue(String cidr, String owner, List<String> attributes, String more) {
    Cidr network = CidrText.read(cidr).orElseThrow().network();
    List<String> allocations = new ArrayList<>();
    List<String> free = new ArrayList<>();
    for (int ordinal = 0; ordinal < network.ordinals(); ordinal++) {
      allocations.add(ordinal < attributes.size() ? Integer.toString(ordinal) : "null");
      if (ordinal >= attributes.size()) {
        free.add(Integer.toString(ordinal));
      }
    }
    return "{\"cidr\":\""
        + cidr
        + "\",\"affinity\":"
        + owner
        + ",\"allocations\":["
        + String.join(",", allocations)
        + "],\"unallocated\":["
        + String.join(",", free)
        + "],\"attributes\":["
        + String.join(",", attributes)
        + "],\"sequenceNumber\":7"
        + more
        + ",\"deleted\":false}";
  }

  /** The attribute of a pod's address. */
  static String pod(String handle, String node) {
    return "{\"handle_id\":\""
        + handle
        + "\",\"secondary\":{\"namespace\":\"default\",\"node\":\""
        + node
        + "\",\"pod\":\""
        + handle
        + "\"}}";
  }

  static String coolingDown() {
    return "{\"releasedAt\":\"2026-01-01T00:00:00Z\"}";
  }

  /** The endpoint of {@link #pod} of that handle. */
  Cluster endpoint(String pod, String node, String address) {
    return endpoint(pod, node, address, "");
  }

  Cluster endpoint(String pod, String node, String address, String containerId) {
    String name = node.replace("-", "--") + "-k8s-" + pod.replace("-", "--") + "-eth0";
    String spec =
        "{\"orchestrator\":\"k8s\",\"node\":\"NODE\",\"pod\":\"POD\",\"containerID\":\"CONTAINER\","
            + "\"endpoint\":\"eth0\",\"ipNetworks\":[\"ADDRESS/32\"]}";
    return put(
        RESOURCES + "workloadendpoints/default/" + name,
        resource(
                "WorkloadEndpoint",
                name,
                spec.replace("NODE", node)
                    .replace("POD", pod)
                    .replace("CONTAINER", containerId)
                    .replace("ADDRESS", address))
            .replace("\"uid\"", "\"namespace\":\"default\",\"uid\""));
  }

  /** Its keys, each of a revision of its own, from 2 on. */
  List<KeyValue> keyValues() {
    List<KeyValue> all = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          long revision = all.size() + 2L;
          all.add(new KeyValue(key, value, revision, revision, 1));
        });
    return all;
  }

  IpamState state() {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    keyValues().forEach(builder::add);
    return builder.build(values.size() + 1L);
  }

  List<Finding> findings() {
    return Check.of(state());
  }

  /** The findings of {@code rules}, each as {@code A3 error affinity:host:n1:10.0.0.0/30 …}. */
  List<String> found(String... rules) {
    Set<String> wanted = Set.of(rules);
    return findings().stream()
        .filter(finding -> wanted.contains(finding.rule()))
        .map(Cluster::line)
        .toList();
  }

  private static String line(Finding finding) {
    StringBuilder line = new StringBuilder(finding.rule() + " " + finding.severity().text());
    finding.objects().forEach(object -> line.append(' ').append(object));
    return line.toString();
  }

  Finding only(String rule) {
    List<Finding> findings =
        findings().stream().filter(finding -> finding.rule().equals(rule)).toList();
    if (findings.size() != 1) {
      throw new AssertionError("not one finding of " + rule + ": " + findings);
    }
    return findings.get(0);
  }

  /** The remedy of the only finding of {@code rule}, as a command line, or why there is none. */
  String remedy(String rule) {
    Remedy remedy = only(rule).remedy();
    return remedy instanceof Remedy.Command command
        ? String.join(" ", command.arguments())
        : ((Remedy.None) remedy).why();
  }
}
