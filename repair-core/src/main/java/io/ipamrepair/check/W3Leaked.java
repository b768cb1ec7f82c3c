package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** W3: every held address is used. */
final class W3Leaked implements Rule {
  @Override
  public About about() {
    return new About(
        "W3",
        "Every address that a block holds is used by an endpoint, a tunnel or a translation.",
        "S13: a crash between IPAM and the CNI plugin's answer, a deletion that failed, a restore."
            + " The address is lost, and its block and node cannot be cleaned up. What services"
            + " hold is not seen in etcd and not judged.",
        "calico-ipam.md 5.8 S13, 6 W3, 10.3 item 23, 10.6, 10.7 item 41");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Usage usage = evidence.usage();
    Set<IpAddress> told = new HashSet<>();
    usage
        .allHoldings()
        .filter(holding -> !usage.isUsed(holding.address()))
        .forEach(
            holding ->
                holding
                    .attribute()
                    .filter(attribute -> isJudged(holding, attribute))
                    .filter(attribute -> !usage.mightBeUsed(attribute))
                    .filter(attribute -> told.add(holding.address()))
                    .ifPresent(attribute -> found.accept(finding(evidence, holding, attribute))));
  }

  private static boolean isJudged(Usage.Holding holding, Attribute attribute) {
    boolean virtual =
        holding.block().owner().filter(owner -> owner.type() == Owner.Type.VIRTUAL).isPresent();
    return !virtual
        && !attribute.settled()
        && !attribute.isService()
        && !attribute.isWindowsReserved();
  }

  private Finding finding(Evidence evidence, Usage.Holding holding, Attribute attribute) {
    return new Finding(
        id(),
        attribute.isVirtualMachine() ? Severity.INFO : Severity.WARNING,
        List.of(ObjectName.address(holding.address())),
        "Address "
            + holding.address()
            + " is held"
            + attribute
                .secondary("pod")
                .map(pod -> " for pod " + attribute.secondary("namespace").orElse("?") + "/" + pod)
                .or(() -> attribute.handle().map(handle -> " by handle " + Wording.id(handle)))
                .orElse("")
            + attribute.node().map(node -> " on " + node).orElse("")
            + ", but nothing uses it.",
        evidence.traffic().administrative("The address is missing for others."),
        evidence.remedies().leak(holding, attribute));
  }
}
