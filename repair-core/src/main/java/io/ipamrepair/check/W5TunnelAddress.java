package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** W5: the tunnel addresses of a node are held for it. */
final class W5TunnelAddress implements Rule {
  private static final About ABOUT =
      About.rule("W5")
          .demands(
              "A node's tunnel addresses are addresses of their family and held for that tunnel.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(
              Urgency.NOW,
              "Today where the text is no address of the tunnel's family; any time where the"
                  + " address is held, but without a handle or for another node or type.")
          .traffic("Not measured. A pod can get an address of a tunnel that is not held for it.")
          .because(
              "IPv6 tunnel addresses are taken for leaks by calicoctl ipam check, and freed"
                  + " by the release that follows it. A pod can get the address of a tunnel. Very"
                  + " old allocations have no handle.")
          .repair(
              "No command. Restart calico-node on that node: it takes an address for its tunnel"
                  + " again.")
          .threads("calico", 3589, 6244, 5287, 7192)
          .source("calico-ipam.md 5.8 S14, 6 W5, 10.6 item 35")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  /** What is wrong with one tunnel. */
  private record Fault(
      Severity severity, Urgency urgency, Optional<IpAddress> address, String problem) {}

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .nodes()
        .forEach(
            (name, stored) -> stored.value().ifPresent(node -> judge(evidence, name, node, found)));
  }

  private void judge(Evidence evidence, String name, Node node, Consumer<Finding> found) {
    List<Fault> faults = new ArrayList<>();
    node.tunnelAddresses()
        .forEach(
            (tunnel, text) -> fault(evidence.usage(), name, tunnel, text).ifPresent(faults::add));
    if (faults.isEmpty()) {
      return;
    }
    List<ObjectName> objects = new ArrayList<>(List.of(ObjectName.node(name)));
    faults.stream()
        .flatMap(fault -> fault.address().stream())
        .map(ObjectName::address)
        .distinct()
        .forEach(objects::add);
    boolean damage = faults.stream().anyMatch(fault -> fault.severity() == Severity.ERROR);
    Effect effect =
        damage
            ? evidence
                .traffic()
                .notMeasured("A pod can get an address of a tunnel that is not held for it.")
            : evidence.traffic().administrative("The address is held.");
    Urgency worst =
        faults.stream().map(Fault::urgency).max(Comparator.naturalOrder()).orElseThrow();
    found.accept(
        finding(
            damage ? Severity.ERROR : Severity.WARNING,
            objects,
            "Node "
                + name
                + ": "
                + Wording.some(faults.stream().map(Fault::problem).toList(), 2)
                + ".",
            effect.judged(worst),
            Remedy.None.YET));
  }

  private static Optional<Fault> fault(Usage usage, String node, Node.Tunnel tunnel, String text) {
    String title = title(tunnel) + " address " + Wording.reason(text);
    Optional<IpAddress> address = IpAddress.read(text);
    if (address.isEmpty()) {
      return Optional.of(
          new Fault(Severity.ERROR, Urgency.TODAY, address, title + " is no address"));
    }
    if (address.get().family() != family(tunnel)) {
      return Optional.of(
          new Fault(Severity.ERROR, Urgency.TODAY, address, title + " is of the wrong family"));
    }
    List<Usage.Holding> holding = usage.holding(address.get());
    boolean unknown =
        usage.mightBeHeld(address.get())
            || holding.stream().anyMatch(each -> each.attribute().isEmpty());
    if (unknown) {
      return Optional.empty();
    }
    if (holding.isEmpty()) {
      return usage.isInPool(address.get())
          ? Optional.of(
              new Fault(Severity.ERROR, Urgency.NOW, address, title + " is held by no block"))
          : Optional.empty();
    }
    // With several ordinals the mildest counts.
    Map<Severity, String> judged = new EnumMap<>(Severity.class);
    holding.stream()
        .flatMap(each -> each.attribute().stream())
        .forEach(attribute -> judge(judged, attribute, node, tunnel));
    Severity mildest = judged.keySet().iterator().next();
    Urgency urgency = mildest == Severity.ERROR ? Urgency.NOW : Urgency.ANY_TIME;
    return mildest == Severity.INFO
        ? Optional.empty()
        : Optional.of(new Fault(mildest, urgency, address, title + judged.get(mildest)));
  }

  private static void judge(
      Map<Severity, String> judged, Attribute attribute, String node, Node.Tunnel tunnel) {
    if (attribute.handle().isEmpty()) {
      judged.put(Severity.WARNING, " is held without a handle");
    } else if (!attribute.handle().get().equals(tunnel.handle(node))) {
      judged.put(Severity.ERROR, " is held by " + Wording.id(attribute.handle().get()));
    } else if (differs(attribute, "node", node)
        || differs(attribute, "type", tunnel.attributeType())) {
      judged.put(Severity.WARNING, " is held for another node or type");
    } else {
      judged.put(Severity.INFO, "");
    }
  }

  private static boolean differs(Attribute attribute, String member, String value) {
    return attribute.secondary().containsKey(member)
        && !attribute.secondary().get(member).equals(value);
  }

  private static IpFamily family(Node.Tunnel tunnel) {
    return switch (tunnel) {
      case IPIP, VXLAN, WIREGUARD -> IpFamily.IPV4;
      case VXLAN_V6, WIREGUARD_V6 -> IpFamily.IPV6;
    };
  }

  private static String title(Node.Tunnel tunnel) {
    return switch (tunnel) {
      case IPIP -> "IPIP";
      case VXLAN -> "VXLAN";
      case VXLAN_V6 -> "IPv6 VXLAN";
      case WIREGUARD -> "WireGuard";
      case WIREGUARD_V6 -> "IPv6 WireGuard";
    };
  }
}
