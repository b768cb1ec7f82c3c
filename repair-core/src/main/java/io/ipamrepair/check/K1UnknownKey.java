package io.ipamrepair.check;

import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.function.Consumer;

/** K1: every key below IPAM's prefix has a form that Calico knows. */
final class K1UnknownKey implements Rule {
  @Override
  public About about() {
    return new About(
        "K1",
        "Every key below Calico's IPAM prefix has a form that Calico knows.",
        "Calico's lists pass over such a key in silence; somebody wrote it by hand or with another"
            + " tool. A bare host key is a record of old releases.",
        "calico-ipam.md 2.1, 2.2");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<?> stored : evidence.state().unknownKeys()) {
      found.accept(
          new Finding(
              id(),
              Severity.WARNING,
              List.of(stored.object()),
              "Key " + stored.key() + " has no form that Calico knows.",
              evidence.traffic().administrative("Calico passes over it."),
              Remedy.None.YET));
    }
    evidence.state().hostRecords().stream()
        .filter(stored -> stored.value().isPresent())
        .forEach(
            stored ->
                found.accept(
                    new Finding(
                        id(),
                        Severity.INFO,
                        List.of(stored.object()),
                        "Key " + stored.key() + " is a host record of old releases.",
                        evidence.traffic().administrative("Deleting the node removes it."),
                        Remedy.None.NEEDED)));
  }
}
