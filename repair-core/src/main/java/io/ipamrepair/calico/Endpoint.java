package io.ipamrepair.calico;

import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * A workload endpoint: an interface of a pod, container or virtual machine (reference, section
 * 3.7).
 *
 * @param metadata names and times
 * @param node the node it runs on
 * @param orchestrator {@code k8s}, {@code openstack}…
 * @param workload the workload, for orchestrators other than Kubernetes
 * @param pod the pod; empty when absent
 * @param containerId the container; empty when absent
 * @param endpoint the interface's name in the workload
 * @param ipNetworks its addresses, /32 or /128, as written
 * @param ipNats internal addresses that are translated, as written
 */
public record Endpoint(
    Metadata metadata,
    String node,
    String orchestrator,
    String workload,
    String pod,
    String containerId,
    String endpoint,
    List<String> ipNetworks,
    List<String> ipNats) {
  static Endpoint read(Json.Obj json) {
    Fields resource = Fields.of(json);
    resource.object("status");
    Fields spec = resource.object("spec");
    for (String text :
        List.of("serviceAccountName", "ipv4Gateway", "ipv6Gateway", "interfaceName", "mac")) {
      spec.text(text);
    }
    spec.texts("profiles");
    spec.texts("allowSpoofedSourcePrefixes");
    spec.list("ports", (item, path) -> item);
    spec.object("qosControls");
    Metadata metadata = Metadata.read(resource);
    return new Endpoint(
        // A million endpoints: their labels serve no rule.
        new Metadata(
            metadata.kind(),
            metadata.apiVersion(),
            metadata.name(),
            metadata.namespace(),
            metadata.generateName(),
            metadata.uid(),
            metadata.created(),
            java.util.Map.of()),
        spec.text("node"),
        spec.text("orchestrator"),
        spec.text("workload"),
        spec.text("pod"),
        spec.text("containerID"),
        spec.text("endpoint"),
        spec.texts("ipNetworks"),
        spec.objects(
            "ipNATs",
            nat -> {
              nat.text("externalIP");
              return nat.text("internalIP");
            }));
  }

  /** Its addresses; entries that are not one address are left out. */
  public List<IpAddress> addresses() {
    return ipNetworks.stream()
        .map(CidrText::read)
        .flatMap(Optional::stream)
        .filter(text -> text.prefixLength() == text.address().family().bits())
        .map(CidrText::address)
        .toList();
  }

  /**
   * {@code NAMESPACE/NAME} of what the pod was made from, which its replicas share: the name that
   * theirs were generated from, or the pod's own, or the workload's.
   */
  public String template() {
    String generated = metadata.generateName();
    String name =
        generated.isEmpty() ? (pod.isEmpty() ? workload : pod) : generated.replaceFirst("-$", "");
    return metadata.namespace() + "/" + name;
  }

  /** The internal addresses of its translations; entries that are not addresses are left out. */
  public List<IpAddress> natAddresses() {
    return ipNats.stream().map(IpAddress::read).flatMap(Optional::stream).toList();
  }
}
