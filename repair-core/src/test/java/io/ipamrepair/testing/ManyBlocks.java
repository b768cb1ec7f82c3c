package io.ipamrepair.testing;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster with many blocks of /26 in one pool, two on each node, some of them nobody's: every
 * {@code vacant}th is empty and has no owner, every {@code orphaned}th has addresses in use and
 * none.
 */
public record ManyBlocks(int blocks, int vacant, int orphaned) {
  private static final String IPAM = "/calico/ipam/v2/";
  private static final String RESOURCES = "/calico/resources/v3/projectcalico.org/";
  private static final int SIZE = 64;
  private static final int MOST_PODS = 9;

  /** Its keys, in key order. */
  public List<KeyValue> keyValues() {
    Map<Bytes, String> values = new TreeMap<>();
    resource(
        values,
        "clusterinformations/default",
        "ClusterInformation",
        "default",
        "",
        "{\"clusterGUID\":\"many\",\"calicoVersion\":\"v3.32.1\",\"datastoreReady\":true}");
    resource(
        values,
        "ippools/workloads",
        "IPPool",
        "workloads",
        "",
        "{\"cidr\":\"10.0.0.0/15\",\"blockSize\":26,\"ipipMode\":\"Always\"}");
    for (int block = 0; block < blocks; block++) {
      put(values, block);
    }
    List<KeyValue> all = new ArrayList<>();
    values.forEach(
        (key, value) -> {
          long revision = all.size() + 2L;
          all.add(new KeyValue(key, Bytes.utf8(value), revision, revision, 1));
        });
    return all;
  }

  private void put(Map<Bytes, String> values, int number) {
    String node = "node-" + (number / 2 + 1);
    // Every third place of the pool is left free, so that there is room between blocks.
    Cidr cidr = new Cidr(Cidr.of("10.0.0.0/15").base().plus((number + number / 2L) * SIZE), 26);
    boolean isVacant = number % vacant == vacant - 1;
    boolean isOrphaned = !isVacant && number % orphaned == orphaned - 1;
    if (number % 2 == 0) {
      resource(
          values,
          "nodes/" + node,
          "Node",
          node,
          "",
          "{\"orchRefs\":[{\"nodeName\":\"" + node + "\",\"orchestrator\":\"k8s\"}]}");
    }
    int pods = isVacant ? 0 : number % MOST_PODS + (isOrphaned ? 1 : 0);
    List<String> attributes = new ArrayList<>();
    List<String> allocations = new ArrayList<>();
    List<String> free = new ArrayList<>();
    for (int ordinal = 0; ordinal < SIZE; ordinal++) {
      if (ordinal < pods) {
        allocations.add(Integer.toString(ordinal));
        attributes.add(pod(values, node, number, cidr, ordinal));
      } else {
        allocations.add("null");
        free.add(Integer.toString(ordinal));
      }
    }
    String owner = isVacant || isOrphaned ? "null" : "\"host:" + node + "\"";
    String path = cidr.toString().replace('/', '-');
    values.put(
        Bytes.utf8(IPAM + "assignment/ipv4/block/" + path),
        "{\"cidr\":\"%s\",\"affinity\":%s,\"allocations\":[%s],\"unallocated\":[%s],\"attributes\":[%s],\"sequenceNumber\":7,\"deleted\":false}"
            .formatted(
                cidr,
                owner,
                String.join(",", allocations),
                String.join(",", free),
                String.join(",", attributes)));
    if (!isVacant && !isOrphaned) {
      values.put(
          Bytes.utf8(IPAM + "host/" + node + "/ipv4/block/" + path),
          "{\"state\":\"confirmed\",\"deleted\":false}");
    }
  }

  private static String pod(
      Map<Bytes, String> values, String node, int number, Cidr cidr, int ordinal) {
    String pod = "pod-" + number + "-" + ordinal;
    String handle = "k8s-pod-network." + pod;
    values.put(
        Bytes.utf8(IPAM + "handle/" + handle),
        "{\"block\":{\"%s\":1},\"deleted\":false}".formatted(cidr));
    String name = node.replace("-", "--") + "-k8s-" + pod.replace("-", "--") + "-eth0";
    resource(
        values,
        "workloadendpoints/default/" + name,
        "WorkloadEndpoint",
        name,
        "\"namespace\":\"default\",",
        "{\"orchestrator\":\"k8s\",\"node\":\"%s\",\"pod\":\"%s\",\"containerID\":\"%s\",\"endpoint\":\"eth0\",\"ipNetworks\":[\"%s/32\"]}"
            .formatted(node, pod, pod, cidr.address(ordinal)));
    return "{\"handle_id\":\"%s\",\"secondary\":{\"namespace\":\"default\",\"node\":\"%s\",\"pod\":\"%s\"}}"
        .formatted(handle, node, pod);
  }

  private static void resource(
      Map<Bytes, String> values,
      String path,
      String kind,
      String name,
      String metadata,
      String spec) {
    values.put(
        Bytes.utf8(RESOURCES + path),
        "{\"kind\":\"%s\",\"apiVersion\":\"projectcalico.org/v3\",\"metadata\":{\"name\":\"%s\",%s\"uid\":\"u-%s\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},\"spec\":%s}"
            .formatted(kind, name, metadata, name, spec));
  }
}
