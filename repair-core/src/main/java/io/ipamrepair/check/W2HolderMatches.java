package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** W2: an address of a Kubernetes pod is held for that pod. */
final class W2HolderMatches implements Rule {
  private static final About ABOUT =
      About.rule("W2")
          .demands(
              "An address of a Kubernetes pod is held for that pod, on its node, by its handle.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.NOW, "Today where pod, namespace and node agree and only the handle differs.")
          .traffic(
              "Whoever the address is held for may use it too. It is released when that one ends,"
                  + " and then given out again.")
          .because(
              "An address that looked free was given to another pod. When either pod ends,"
                  + " the other one's address is released, or never is.")
          .repair("No command. Restart the pod: it gets an address that is held for it.")
          .threads("calico", 4374, 12257)
          .source("calico-ipam.md 5.8 S15, 6 W2, 10.7 item 40")
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
                stored
                    .value()
                    .filter(endpoint -> endpoint.orchestrator().equals("k8s"))
                    .ifPresent(endpoint -> judge(evidence, id, endpoint, found)));
  }

  private void judge(Evidence evidence, EndpointId id, Endpoint endpoint, Consumer<Finding> found) {
    Set<IpAddress> others = new LinkedHashSet<>();
    boolean onlyTheHandle = true;
    for (IpAddress address : endpoint.addresses()) {
      List<Usage.Holding> holding = evidence.usage().holding(address);
      boolean known =
          !evidence.usage().mightBeHeld(address)
              && holding.stream().allMatch(each -> each.attribute().isPresent());
      boolean matches =
          holding.stream()
              .flatMap(each -> each.attribute().stream())
              .anyMatch(attribute -> matches(attribute, id, endpoint));
      if (!holding.isEmpty() && known && !matches) {
        others.add(address);
        onlyTheHandle &=
            holding.stream()
                .flatMap(each -> each.attribute().stream())
                .anyMatch(attribute -> isOwner(attribute, id, endpoint));
      }
    }
    if (!others.isEmpty()) {
      List<ObjectName> objects = new ArrayList<>(List.of(ObjectName.endpoint(id)));
      others.stream().map(ObjectName::address).forEach(objects::add);
      found.accept(
          finding(
              Severity.ERROR,
              objects,
              Wording.endpoint(id, endpoint)
                  + " uses "
                  + Wording.some(List.copyOf(others), 2)
                  + ", which is held for another.",
              evidence
                  .traffic()
                  .heldForAnother()
                  .judged(onlyTheHandle ? Urgency.TODAY : Urgency.NOW),
              Remedy.None.YET));
    }
  }

  private static boolean matches(Attribute attribute, EndpointId id, Endpoint endpoint) {
    boolean handleIsCompared = !attribute.isVirtualMachine() && !endpoint.containerId().isEmpty();
    return isOwner(attribute, id, endpoint)
        && (!handleIsCompared || hasHandle(attribute, id, endpoint));
  }

  private static boolean isOwner(Attribute attribute, EndpointId id, Endpoint endpoint) {
    return isFor(attribute.secondary(), id, endpoint)
        || !attribute.alternateOwner().isEmpty() && isFor(attribute.alternateOwner(), id, endpoint);
  }

  private static boolean isFor(Map<String, String> owner, EndpointId id, Endpoint endpoint) {
    return agrees(owner, "pod", endpoint.pod())
        && agrees(owner, "namespace", id.namespace())
        && agrees(owner, "node", endpoint.node());
  }

  /** A member that is absent is not compared. */
  private static boolean agrees(Map<String, String> owner, String member, String value) {
    return !owner.containsKey(member) || owner.get(member).equals(value);
  }

  private static boolean hasHandle(Attribute attribute, EndpointId id, Endpoint endpoint) {
    return attribute
        .handle()
        .filter(
            handle ->
                handle.endsWith("." + endpoint.containerId())
                    || handle.equals(id.namespace() + "." + endpoint.pod()))
        .isPresent();
  }
}
