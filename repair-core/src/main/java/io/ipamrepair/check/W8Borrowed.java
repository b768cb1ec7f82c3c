package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** W8: with strict affinity no address is borrowed. */
final class W8Borrowed implements Rule {
  @Override
  public About about() {
    return new About(
        "W8",
        "With strict affinity every address is used on the node that owns its block.",
        "Strict affinity was turned on while addresses were borrowed. Where nodes do not exchange"
            + " /32 routes, such an address and the owner's pods cannot talk.",
        "calico-ipam.md 6 W8; routing.md 4");
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
    return new Finding(
        id(),
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
