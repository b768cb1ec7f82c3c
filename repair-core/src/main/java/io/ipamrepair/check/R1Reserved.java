package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** R1: no held address lies in a reservation; legal for those that were held before. */
final class R1Reserved implements Rule {
  private static final About ABOUT =
      About.rule("R1")
          .demands("No held address lies in a reservation.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: it is legal.")
          .because(
              "A reservation keeps new addresses out; those that were held before stay, and are"
                  + " legal.")
          .repair("Nothing needs to be done.")
          .source("calico-ipam.md 3.9, 6 R1")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    List<Cidr> reserved =
        evidence.state().resources().stream()
            .filter(
                stored ->
                    stored.at() instanceof CalicoKey.ResourceKey key
                        && key.plural().equals("ipreservations"))
            .map(Stored::value)
            .flatMap(Optional::stream)
            .flatMap(resource -> resource.spec().get("reservedCIDRs").stream())
            .filter(Json.Array.class::isInstance)
            .flatMap(list -> ((Json.Array) list).items().stream())
            .filter(Json.Text.class::isInstance)
            .flatMap(text -> CidrText.read(((Json.Text) text).value()).stream())
            .map(CidrText::network)
            .toList();
    if (reserved.isEmpty()) {
      return;
    }
    NetworkIndex index = new NetworkIndex(reserved);
    Set<IpAddress> told = new HashSet<>();
    evidence
        .usage()
        .allHoldings()
        .map(Usage.Holding::address)
        .filter(index::covers)
        .filter(told::add)
        .forEach(
            address ->
                found.accept(
                    finding(
                        Severity.INFO,
                        List.of(ObjectName.address(address)),
                        "Address "
                            + address
                            + " is held, and lies in the reservation "
                            + index.containing(address).get(0)
                            + ".",
                        evidence.traffic().administrative("It is legal."),
                        Remedy.None.NEEDED)));
  }
}
