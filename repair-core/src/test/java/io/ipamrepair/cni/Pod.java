package io.ipamrepair.cni;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pod as the plugin is told of it.
 *
 * @param labels its own, without those that Calico adds
 * @param mac of its interface
 */
public record Pod(
    String namespace,
    String name,
    String node,
    String containerId,
    String serviceAccount,
    SortedMap<String, String> labels,
    String mac) {
  public Pod {
    labels = new TreeMap<>(labels);
  }

  /** Who holds its addresses. */
  public String handle() {
    return "k8s-pod-network." + containerId;
  }

  /** The name of its endpoint: segments joined by one dash, dashes in them doubled. */
  String endpointName() {
    return escaped(node) + "-k8s-" + escaped(name) + "-eth0";
  }

  private static String escaped(String segment) {
    return segment.replace("-", "--");
  }

  /** What the pod's owner names its pods. */
  String generateName() {
    return name.substring(0, name.lastIndexOf('-') + 1);
  }
}
