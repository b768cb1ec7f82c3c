package io.ipamrepair.check;

import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.function.Consumer;

/** K1: every key below IPAM's prefix has a form that Calico knows. */
final class K1UnknownKey implements Rule {
  private static final About ABOUT =
      About.rule("K1")
          .demands("Every key below Calico's IPAM prefix has a form that Calico knows.")
          .severities(Severity.INFO, Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None on running traffic: Calico passes over the key.")
          .because(
              "Calico's lists pass over such a key in silence; somebody wrote it by hand or with"
                  + " another tool. A bare host key is a record of old releases.")
          .repair(
              "No command. Find out who wrote the key, then delete it by hand; a bare host key goes"
                  + " with its node.")
          .source("calico-ipam.md 2.1, 2.2")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Stored<?> stored : evidence.state().unknownKeys()) {
      found.accept(
          finding(
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
                    finding(
                        Severity.INFO,
                        List.of(stored.object()),
                        "Key " + stored.key() + " is a host record of old releases.",
                        evidence.traffic().administrative("Deleting the node removes it."),
                        Remedy.None.NEEDED)));
  }
}
