package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** W4: no two endpoints or nodes use one address, but for a live migration. */
final class W4UsedTwice implements Rule {
  private static final About ABOUT =
      About.rule("W4")
          .demands("No two endpoints or nodes use one address.")
          .severities(Severity.ERROR)
          .urgency(Urgency.NOW)
          .traffic(
              "Each connection reaches only one of the users: on their own nodes each node's own,"
                  + " from other nodes one or the other.")
          .because(
              "The address looked free after a restore, or two blocks overlap. While a"
                  + " virtual machine moves, its two pods share one address on purpose.")
          .repair("No command. Restart the one that the address is not held for.")
          .threads("calico", 4374, 12257, 5044, 13858)
          .source("calico-ipam.md 5.8 S15, 6 W4, 10.7 items 40 and 46")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .usage()
        .users()
        .forEach(
            (address, users) -> {
              if (users.size() > 1 && !isMigration(evidence, address, users)) {
                found.accept(finding(evidence, address, users));
              }
            });
  }

  private Finding finding(Evidence evidence, IpAddress address, List<ObjectName> users) {
    List<ObjectName> sorted = users.stream().sorted().toList();
    List<ObjectName> objects = new ArrayList<>(List.of(ObjectName.address(address)));
    objects.addAll(sorted);
    List<String> names = sorted.stream().map(user -> Wording.user(evidence.state(), user)).toList();
    return finding(
        Severity.ERROR,
        objects,
        "Address "
            + address
            + " is used by "
            + (users.size() == 2 ? "both " : users.size() + " at once: ")
            + (users.size() == 2 ? names.get(0) + " and " + names.get(1) : Wording.some(names, 2))
            + ".",
        evidence.traffic().usedTwice(),
        Remedy.None.YET);
  }

  private static boolean isMigration(Evidence evidence, IpAddress address, List<ObjectName> users) {
    return evidence.usage().holding(address).stream()
        .flatMap(holding -> holding.attribute().stream())
        .filter(attribute -> !attribute.alternateOwner().isEmpty())
        .anyMatch(attribute -> users.stream().allMatch(user -> isPodOf(evidence, attribute, user)));
  }

  private static boolean isPodOf(Evidence evidence, Attribute attribute, ObjectName user) {
    return endpoint(evidence.state(), user)
        .filter(
            endpoint ->
                isPod(attribute.secondary(), user, endpoint)
                    || isPod(attribute.alternateOwner(), user, endpoint))
        .isPresent();
  }

  private static boolean isPod(Map<String, String> owner, ObjectName user, Endpoint endpoint) {
    String namespace = owner.getOrDefault("namespace", "");
    return !endpoint.pod().isEmpty()
        && endpoint.pod().equals(owner.get("pod"))
        && user.text().startsWith("wep:" + namespace + "/");
  }

  static Optional<Endpoint> endpoint(IpamState state, ObjectName user) {
    String text = user.text();
    if (!text.startsWith("wep:")) {
      return Optional.empty();
    }
    int slash = text.indexOf('/');
    EndpointId id = new EndpointId(text.substring(4, slash), text.substring(slash + 1));
    return Optional.ofNullable(state.endpoints().get(id)).flatMap(Stored::value);
  }
}
