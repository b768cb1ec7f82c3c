package io.ipamrepair.calico;

import io.ipamrepair.json.Json;
import java.util.Optional;

/**
 * What the cluster says of itself (reference, section 3.8).
 *
 * @param metadata names and times
 * @param guid identifies the cluster; nothing when absent or empty
 * @param clusterType {@code k8s,bgp}…
 * @param calicoVersion the newest release that has run in it
 * @param datastoreReady the maintenance flag; nothing when absent, which some of Calico's
 *     components die of
 */
public record ClusterInformation(
    Metadata metadata,
    Optional<String> guid,
    String clusterType,
    String calicoVersion,
    Optional<Boolean> datastoreReady) {
  static ClusterInformation read(Json.Obj json) {
    Fields resource = Fields.of(json);
    resource.object("status");
    Fields spec = resource.object("spec");
    spec.text("variant");
    return new ClusterInformation(
        Metadata.read(resource),
        spec.optionalText("clusterGUID").filter(guid -> !guid.isEmpty()),
        spec.text("clusterType"),
        spec.text("calicoVersion"),
        spec.optionalBool("datastoreReady"));
  }
}
