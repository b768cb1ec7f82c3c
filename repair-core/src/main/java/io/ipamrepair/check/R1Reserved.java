package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** R1: no held address lies in a reservation; legal for those that were held before. */
final class R1Reserved implements Rule {
  @Override
  public About about() {
    return new About(
        "R1",
        "No held address lies in a reservation.",
        "A reservation keeps new addresses out; those that were held before stay, and are legal.",
        "calico-ipam.md 3.9, 6 R1");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    List<Cidr> reserved = evidence.state().reserved();
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
                    new Finding(
                        id(),
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
