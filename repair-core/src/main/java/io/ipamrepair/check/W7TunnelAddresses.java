package io.ipamrepair.check;

import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** W7: a tunnel's handle has one address. */
final class W7TunnelAddresses implements Rule {
  private static final About ABOUT =
      About.rule("W7")
          .demands("A tunnel's handle has one address.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: all but one of the addresses are missing for others.")
          .because(
              "A node that could not find the address of its tunnel took another one; the first is"
                  + " leaked.")
          .repair(
              "No command. Free those that its node does not name: calicoctl ipam release --ip.")
          .threads("calico", 5287)
          .source("calico-ipam.md 6 W7")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (String handle : evidence.namedHandles()) {
      int ordinals = evidence.usesOf(handle).stream().mapToInt(Evidence.HandleUse::ordinals).sum();
      if (ordinals > 1 && isTunnel(handle)) {
        found.accept(
            finding(
                Severity.WARNING,
                List.of(ObjectName.handle(handle)),
                "Handle " + Wording.id(handle) + " of a tunnel has " + ordinals + " addresses.",
                evidence.traffic().administrative("All but one are missing for others."),
                Remedy.None.YET));
      }
    }
  }

  private static boolean isTunnel(String handle) {
    return Arrays.stream(Node.Tunnel.values())
        .map(tunnel -> tunnel.handle(""))
        .anyMatch(handle::startsWith);
  }
}
