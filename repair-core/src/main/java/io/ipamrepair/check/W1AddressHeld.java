package io.ipamrepair.check;

import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** W1: every address of an endpoint that lies in a pool is held by a block. */
final class W1AddressHeld implements Rule {
  private static final About ABOUT =
      About.rule("W1")
          .demands(
              "Every address of a workload endpoint that lies in a pool is held by an ordinal.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(
              Urgency.NOW,
              "Today where no block contains the address yet; any time for an entry that is not one"
                  + " address.")
          .traffic(
              "None yet where BIRD programs the routes; where Felix does, unreachable unless the"
                  + " address lies in a block of its own node. It can be given to a second pod at"
                  + " any time.")
          .because(
              "A restore from a backup that is older than the pod, or an address that was"
                  + " released under a running pod. It will be handed out a second time.")
          .repair("No command. Restart the pod: it gets an address that is held for it.")
          .threads("calico", 4374, 12257, 5044, 3589)
          .thread("https://github.com/rancher/rancher/issues/31646")
          .source("calico-ipam.md 5.8 S14, 6 W1, 10.7 item 42")
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
    List<String> noAddress = new ArrayList<>();
    List<IpAddress> free = new ArrayList<>();
    for (String entry : endpoint.ipNetworks()) {
      Optional<IpAddress> address =
          CidrText.read(entry)
              .filter(text -> text.prefixLength() == text.address().family().bits())
              .map(CidrText::address);
      if (address.isEmpty()) {
        noAddress.add(Wording.reason(entry));
      } else if (isFree(evidence.usage(), address.get())
          && !endpoint.orchestrator().equals("openstack")) {
        free.add(address.get());
      }
    }
    if (!free.isEmpty()) {
      List<ObjectName> objects = new ArrayList<>(List.of(ObjectName.endpoint(id)));
      free.stream().map(ObjectName::address).distinct().forEach(objects::add);
      found.accept(
          finding(
              Severity.ERROR,
              objects,
              Wording.endpoint(id, endpoint)
                  + " uses "
                  + Wording.some(free, 2)
                  + ", which no block holds.",
              evidence.traffic().freeInUse(free.get(0)),
              Remedy.None.YET));
    } else if (!noAddress.isEmpty()) {
      found.accept(
          finding(
              Severity.WARNING,
              List.of(ObjectName.endpoint(id)),
              Wording.endpoint(id, endpoint)
                  + " has an entry that is not one address: "
                  + Wording.some(noAddress, 2)
                  + ".",
              evidence.traffic().notMeasured("").judged(Urgency.ANY_TIME),
              Remedy.None.YET));
    }
  }

  private static boolean isFree(Usage usage, IpAddress address) {
    return usage.isInPool(address)
        && usage.holding(address).isEmpty()
        && !usage.mightBeHeld(address);
  }
}
