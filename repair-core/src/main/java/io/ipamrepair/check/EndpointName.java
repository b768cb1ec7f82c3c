package io.ipamrepair.check;

import io.ipamrepair.calico.Endpoint;
import java.util.List;
import java.util.Optional;

/** The name that Calico computes for a workload endpoint (calico-ipam.md, 2.3). */
final class EndpointName {
  private EndpointName() {}

  /** The name; nothing when a part of it is missing, or begins or ends with a dash. */
  static Optional<String> of(Endpoint endpoint) {
    String workload =
        switch (endpoint.orchestrator()) {
          case "k8s" -> endpoint.pod();
          case "cni" -> endpoint.containerId();
          case "libnetwork" -> "libnetwork";
          default -> endpoint.workload();
        };
    List<String> parts =
        List.of(endpoint.node(), endpoint.orchestrator(), workload, endpoint.endpoint());
    boolean complete =
        parts.stream()
            .noneMatch(part -> part.isEmpty() || part.startsWith("-") || part.endsWith("-"));
    return complete
        ? Optional.of(String.join("-", parts.stream().map(EndpointName::escape).toList()))
        : Optional.empty();
  }

  /** A dash inside a part is doubled. */
  static String escape(String part) {
    return part.replace("-", "--");
  }
}
