package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** C4: in a Kubernetes cluster each node is known to Kubernetes. */
final class C4OrchestratorReference implements Rule {
  @Override
  public About about() {
    return new About(
        "C4",
        "In a Kubernetes cluster each node has an orchRef of Kubernetes.",
        "Without it Calico's garbage collection passes over the node, and its leaked addresses and"
            + " empty blocks stay.",
        "calico-ipam.md 3.6, 6 C4");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    if (!isKubernetes(evidence.state())) {
      return;
    }
    evidence
        .state()
        .nodes()
        .forEach(
            (name, stored) ->
                stored
                    .value()
                    .filter(node -> !node.orchestrators().contains("k8s"))
                    .ifPresent(
                        node ->
                            found.accept(
                                new Finding(
                                    id(),
                                    Severity.WARNING,
                                    List.of(ObjectName.node(name)),
                                    "Node " + name + " has no orchRef of Kubernetes.",
                                    evidence
                                        .traffic()
                                        .administrative("Calico's clean-up passes over the node."),
                                    Remedy.None.YET))));
  }

  private static boolean isKubernetes(IpamState state) {
    boolean says =
        state
            .cluster()
            .flatMap(Stored::value)
            .filter(cluster -> Arrays.asList(cluster.clusterType().split(",")).contains("k8s"))
            .isPresent();
    return says
        || state.settledWorkloads() > 0
        || state.endpoints().values().stream()
            .flatMap(stored -> stored.value().stream())
            .anyMatch(endpoint -> endpoint.orchestrator().equals("k8s"));
  }
}
