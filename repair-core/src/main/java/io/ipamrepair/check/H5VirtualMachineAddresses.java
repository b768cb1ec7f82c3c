package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.IpFamily;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** H5: a virtual machine's handle has one address of a family. */
final class H5VirtualMachineAddresses implements Rule {
  private static final About ABOUT =
      About.rule("H5")
          .demands("A virtual machine's handle has at most one address of a family.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: one of the addresses may be a leftover.")
          .because(
              "A virtual machine keeps its address through restarts and migrations; a second one is"
                  + " left from an assignment that was not found again.")
          .repair("No command. The addresses go with the virtual machine.")
          .source("calico-ipam.md 6 H5")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (String handle : evidence.namedHandles()) {
      Map<IpFamily, Integer> counts = new EnumMap<>(IpFamily.class);
      for (Evidence.HandleUse use : evidence.usesOf(handle)) {
        counts.merge(use.block().cidr().family(), use.machines(), Integer::sum);
      }
      if (counts.values().stream().anyMatch(count -> count > 1)) {
        found.accept(
            finding(
                Severity.INFO,
                List.of(ObjectName.handle(handle)),
                "Handle "
                    + Wording.id(handle)
                    + " of a virtual machine has more than one address of a family.",
                evidence.traffic().administrative("One of the addresses may be a leftover."),
                Remedy.None.YET));
      }
    }
  }
}
