package io.ipamrepair.check;

import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** W7: a tunnel's handle has one address. */
final class W7TunnelAddresses implements Rule {
  @Override
  public About about() {
    return new About(
        "W7",
        "A tunnel's handle has one address.",
        "A node that could not find the address of its tunnel took another one; the first is"
            + " leaked.",
        "calico-ipam.md 6 W7");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (String handle : evidence.namedHandles()) {
      int ordinals = evidence.usesOf(handle).stream().mapToInt(Evidence.HandleUse::ordinals).sum();
      if (ordinals > 1 && isTunnel(handle)) {
        found.accept(
            new Finding(
                id(),
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
