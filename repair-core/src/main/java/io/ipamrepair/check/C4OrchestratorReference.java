package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** C4: in a Kubernetes cluster each node is known to Kubernetes. */
final class C4OrchestratorReference implements Rule {
  private static final About ABOUT =
      About.rule("C4")
          .demands("In a Kubernetes cluster each node has an orchRef of Kubernetes.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: Calico's clean-up passes over the node.")
          .because(
              "Without it Calico's garbage collection passes over the node, and its leaked"
                  + " addresses and empty blocks stay.")
          .repair(
              "No command. calico-node writes it when it starts with CALICO_K8S_NODE_REF set to the"
                  + " node's name in Kubernetes.")
          .source("calico-ipam.md 3.6, 6 C4")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
                                finding(
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
