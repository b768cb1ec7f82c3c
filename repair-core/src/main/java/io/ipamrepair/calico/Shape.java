package io.ipamrepair.calico;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which members a value of Calico's has, and which of them are names. It names what the decoders of
 * this package read and nothing else: what no rule reads need not be shown.
 */
sealed interface Shape {
  /** Members without members of their own. */
  enum Leaf implements Shape {
    /** Says nothing of whose it is: stays as it is, numbers, lists and all. */
    KEPT,
    /** A name, or names joined. */
    NAME,
    /** The name of a workload endpoint. */
    ENDPOINT_NAME,
    /** A selector of labels. */
    SELECTOR,
    /** A map with CIDRs as names of its members. */
    BY_CIDR
  }

  /**
   * An object, or a list of such objects.
   *
   * @param known the members that are kept
   * @param others whether others are kept too, name and value hidden; else they are left out
   */
  record Members(Map<String, Shape> known, boolean others) implements Shape {}

  private static Members members(Object... namesAndShapes) {
    Map<String, Shape> known = new LinkedHashMap<>();
    for (int i = 0; i < namesAndShapes.length; i += 2) {
      known.put((String) namesAndShapes[i], (Shape) namesAndShapes[i + 1]);
    }
    return new Members(known, false);
  }

  /** What a resource says of itself, with what its kind has in {@code spec}. */
  private static Members resource(Shape name, Members spec) {
    return members(
        "kind",
        Leaf.KEPT,
        "apiVersion",
        Leaf.KEPT,
        "metadata",
        members(
            "name", name,
            "generateName", Leaf.NAME,
            "namespace", Leaf.NAME,
            "uid", Leaf.NAME,
            "creationTimestamp", Leaf.KEPT),
        "spec",
        spec);
  }

  /** Who holds an address; there may be members that no release knows. */
  Members OWNER =
      new Members(
          members(
                  "pod", Leaf.NAME,
                  "namespace", Leaf.NAME,
                  "node", Leaf.NAME,
                  "type", Leaf.KEPT,
                  "timestamp", Leaf.KEPT,
                  "service", Leaf.NAME,
                  "vmi-name", Leaf.NAME,
                  "vmi-uid", Leaf.NAME,
                  "vm-uid", Leaf.NAME,
                  "vmim-uid", Leaf.NAME,
                  "note", Leaf.NAME)
              .known(),
          true);

  /** A block. */
  Members BLOCK =
      members(
          "cidr", Leaf.KEPT,
          "affinity", Leaf.NAME,
          "affinity_claim_time", Leaf.KEPT,
          "allocations", Leaf.KEPT,
          "unallocated", Leaf.KEPT,
          "attributes",
              members(
                  "handle_id",
                  Leaf.NAME,
                  "secondary",
                  OWNER,
                  "alternateOwnerAttrs",
                  OWNER,
                  "releasedAt",
                  Leaf.KEPT),
          "sequenceNumber", Leaf.KEPT,
          "sequenceNumberForAllocation", Leaf.KEPT,
          "deleted", Leaf.KEPT,
          "hostAffinity", Leaf.NAME);

  /** An affinity. */
  Members AFFINITY = members("state", Leaf.KEPT, "deleted", Leaf.KEPT);

  /** A handle. */
  Members HANDLE = members("block", Leaf.BY_CIDR, "deleted", Leaf.KEPT);

  /** The IPAM configuration in use. */
  Members CONFIG =
      members(
          "strict_affinity", Leaf.KEPT,
          "auto_allocate_blocks", Leaf.KEPT,
          "maxBlocksPerHost", Leaf.KEPT,
          "kubeVirtVMAddressPersistence", Leaf.KEPT,
          "ipCooldownSeconds", Leaf.KEPT);

  /** A pool, whose name stays: pools are what a report is about. */
  Members POOL =
      resource(
          Leaf.KEPT,
          members(
              "cidr", Leaf.KEPT,
              "vxlanMode", Leaf.KEPT,
              "ipipMode", Leaf.KEPT,
              "natOutgoing", Leaf.KEPT,
              "disabled", Leaf.KEPT,
              "disableBGPExport", Leaf.KEPT,
              "blockSize", Leaf.KEPT,
              "nodeSelector", Leaf.SELECTOR,
              "namespaceSelector", Leaf.SELECTOR,
              "allowedUses", Leaf.KEPT,
              "assignmentMode", Leaf.KEPT));

  /** A node; its labels are another matter. */
  Members NODE =
      resource(
          Leaf.NAME,
          members(
              "bgp",
                  members(
                      "asNumber", Leaf.KEPT,
                      "ipv4Address", Leaf.KEPT,
                      "ipv6Address", Leaf.KEPT,
                      "ipv4IPIPTunnelAddr", Leaf.KEPT,
                      "routeReflectorClusterID", Leaf.KEPT),
              "ipv4VXLANTunnelAddr", Leaf.KEPT,
              "ipv6VXLANTunnelAddr", Leaf.KEPT,
              "wireguard",
                  members("interfaceIPv4Address", Leaf.KEPT, "interfaceIPv6Address", Leaf.KEPT),
              "orchRefs", members("nodeName", Leaf.NAME, "orchestrator", Leaf.NAME)));

  /** A workload endpoint. Its interface's name on the node is a hash of namespace and pod. */
  Members ENDPOINT =
      resource(
          Leaf.ENDPOINT_NAME,
          members(
              "orchestrator", Leaf.NAME,
              "workload", Leaf.NAME,
              "node", Leaf.NAME,
              "containerID", Leaf.NAME,
              "pod", Leaf.NAME,
              "endpoint", Leaf.NAME,
              "serviceAccountName", Leaf.NAME,
              "ipNetworks", Leaf.KEPT,
              "ipNATs", members("internalIP", Leaf.KEPT, "externalIP", Leaf.KEPT),
              "ipv4Gateway", Leaf.KEPT,
              "ipv6Gateway", Leaf.KEPT,
              "profiles", Leaf.NAME,
              "interfaceName", Leaf.NAME,
              "mac", Leaf.NAME));

  /** The cluster information. */
  Members CLUSTER_INFORMATION =
      resource(
          Leaf.NAME,
          members(
              "clusterGUID", Leaf.NAME,
              "clusterType", Leaf.KEPT,
              "calicoVersion", Leaf.KEPT,
              "datastoreReady", Leaf.KEPT,
              "variant", Leaf.KEPT));

  /** Another resource: reservations, the IPAM configuration that etcd's IPAM ignores, BGP. */
  Members OTHER =
      resource(
          Leaf.NAME,
          members(
              "reservedCIDRs", Leaf.KEPT,
              "strictAffinity", Leaf.KEPT,
              "autoAllocateBlocks", Leaf.KEPT,
              "maxBlocksPerHost", Leaf.KEPT,
              "kubeVirtVMAddressPersistence", Leaf.KEPT,
              "ipCooldownSeconds", Leaf.KEPT,
              "nodeToNodeMeshEnabled", Leaf.KEPT));

  /** An object of which nothing is read. */
  Members NOTHING = members();
}
