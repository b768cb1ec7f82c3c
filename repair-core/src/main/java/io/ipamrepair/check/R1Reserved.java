package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.IpAddress;
import java.util.HashSet;
import java.util.List;
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
    Reservations reserved = Reservations.of(evidence.state());
    if (reserved.isEmpty()) {
      return;
    }
    NetworkIndex index = reserved.index();
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
