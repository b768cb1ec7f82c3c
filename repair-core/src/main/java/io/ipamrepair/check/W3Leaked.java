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
  private static final About ABOUT =
      About.rule("W3")
          .demands(
              "Every address that a block holds is used by an endpoint, a tunnel or a translation.")
          .severities(Severity.INFO, Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: the address is missing for others.")
          .because(
              "A crash between IPAM and the CNI plugin's answer, a deletion that failed, a"
                  + " restore. The address is lost, and its block and node cannot be cleaned up."
                  + " What services hold is not seen in etcd and not judged.")
          .repair(
              "release-orphan-blocks --free-leaked frees it where all evidence speaks for a leak of"
                  + " a pod; otherwise what holds it may be alive.")
          .threads("calico", 5339, 5004, 7382, 5203)
          .thread("https://github.com/rancher/rancher/issues/31646")
          .source("calico-ipam.md 5.8 S13, 6 W3, 10.3 item 23, 10.6, 10.7 item 41")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Usage usage = evidence.usage();
    Set<IpAddress> told = new HashSet<>();
    usage
        .allHoldings()
        .forEach(
            holding ->
                holding
                    .attribute()
                    // First what rules out nearly all.
                    .filter(attribute -> isJudged(holding, attribute))
                    .filter(attribute -> !usage.isUsed(holding.address()))
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
    return finding(
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
