package io.ipamrepair.check;

import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** W6: an endpoint has the name that Calico computes for it, and a node that exists. */
final class W6EndpointName implements Rule {
  private static final About ABOUT =
      About.rule("W6")
          .demands(
              "A workload endpoint has the name that Calico computes for it, and its node exists.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.ANY_TIME)
          .traffic("Not measured. Policy still counts the endpoint.")
          .because(
              "The node went while its endpoints stayed; they hide leaked addresses, and"
                  + " policy still counts them. An endpoint of another name was made by hand.")
          .repair(
              "No command. Delete the endpoint with calicoctl once its pod is known to be gone.")
          .threads("calico", 1115, 6997, 5093)
          .threads("calicoctl", 1034)
          .source("calico-ipam.md 2.3, 5.8 S16, 6 W6")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .endpoints()
        .forEach(
            (id, stored) ->
                stored.value().ifPresent(endpoint -> judge(evidence, id, endpoint, found)));
  }

  private void judge(Evidence evidence, EndpointId id, Endpoint endpoint, Consumer<Finding> found) {
    Optional<String> computed = EndpointName.of(endpoint);
    String title = "Workload endpoint " + id;
    if (computed.isEmpty()) {
      report(
          evidence, Severity.ERROR, id, title + " lacks a part of its name in its value.", found);
    } else if (!computed.get().equals(id.name())) {
      report(
          evidence, Severity.ERROR, id, title + " should be called " + computed.get() + ".", found);
    } else if (!evidence.nodeExists(endpoint.node())) {
      report(
          evidence,
          Severity.WARNING,
          id,
          Wording.endpoint(id, endpoint) + ": its node does not exist.",
          found);
    }
  }

  private void report(
      Evidence evidence,
      Severity severity,
      EndpointId id,
      String problem,
      Consumer<Finding> found) {
    found.accept(
        finding(
            severity,
            List.of(ObjectName.endpoint(id)),
            problem,
            evidence.traffic().notMeasured("Policy still counts the endpoint."),
            Remedy.None.YET));
  }
}
