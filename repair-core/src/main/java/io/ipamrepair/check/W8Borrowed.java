package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** W8: with strict affinity no address is borrowed. */
final class W8Borrowed implements Rule {
  private static final About ABOUT =
      About.rule("W8")
          .demands("With strict affinity every address is used on the node that owns its block.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic(
              "Reached by its /32 route where nodes exchange routes; elsewhere it and pods on the"
                  + " owner's node cannot talk.")
          .because(
              "Strict affinity was turned on while addresses were borrowed. Where nodes do not"
                  + " exchange /32 routes, such an address and the owner's pods cannot talk.")
          .repair(
              "Nothing needs to be done where nodes exchange routes. Elsewhere restart the pod: it"
                  + " gets an address of its own node.")
          .thread("https://phabricator.wikimedia.org/T296303")
          .source("calico-ipam.md 6 W8; routing.md 4")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    if (!evidence.state().effectiveConfig().strictAffinity()) {
      return;
    }
    evidence
        .usage()
        .allHoldings()
        .forEach(
            holding -> {
              Optional<String> node = holding.attribute().flatMap(Attribute::node);
              Optional<Owner> owner = holding.block().owner().filter(Owner::isNode);
              if (node.isPresent() && owner.filter(o -> !o.name().equals(node.get())).isPresent()) {
                found.accept(finding(evidence, holding, node.get(), owner.get().name()));
              }
            });
  }

  private Finding finding(Evidence evidence, Usage.Holding holding, String node, String owner) {
    return finding(
        Severity.INFO,
        List.of(ObjectName.address(holding.address())),
        "Address "
            + holding.address()
            + " is used on "
            + node
            + ", but its block belongs to "
            + owner
            + ", and affinity is strict.",
        evidence.traffic().borrowed(owner),
        Remedy.None.NEEDED);
  }
}
