package io.ipamrepair.check;

import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.EndpointId;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Pieces of sentences that several rules share. */
final class Wording {
  private static final int LONGEST_ID = 40;
  private static final int LONGEST_REASON = 90;

  private Wording() {}

  /** {@code 1 block}, {@code 2 blocks}, {@code 3 addresses}. */
  static String count(long number, String noun) {
    return number + " " + (number == 1 ? noun : noun.endsWith("s") ? noun + "es" : noun + "s");
  }

  /** At most {@code most} items, and how many more there are. */
  static String some(List<?> items, int most) {
    String shown = String.join(", ", items.stream().limit(most).map(Object::toString).toList());
    int more = items.size() - most;
    return more <= 0 ? shown : shown + " and " + more + " more";
  }

  /** {@code a and b}, {@code a, b and c}. */
  static String all(List<String> items) {
    int last = items.size() - 1;
    return last < 1
        ? String.join("", items)
        : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
  }

  /** The beginning of an ID of a handle, which is a container's of 64 digits in most cases. */
  static String id(String id) {
    return id.length() <= LONGEST_ID ? id : id.substring(0, LONGEST_ID - 8) + "…";
  }

  /** The beginning of a reason why a value is unreadable. */
  static String reason(String reason) {
    return reason.length() <= LONGEST_REASON
        ? reason
        : reason.substring(0, LONGEST_REASON - 1) + "…";
  }

  /** A node's name; what is virtual says so. */
  static String owner(Owner owner) {
    return owner.isNode() ? owner.name() : "virtual " + owner.name();
  }

  /** {@code Pod default/nginx on node-1}; an endpoint that is no pod's by its own name. */
  static String endpoint(EndpointId id, Endpoint endpoint) {
    String what =
        endpoint.pod().isEmpty()
            ? "Workload endpoint " + id
            : "Pod " + id.namespace() + "/" + endpoint.pod();
    return what + (endpoint.node().isEmpty() ? "" : " on " + endpoint.node());
  }

  /** A user of an address: a pod, another endpoint, or a node. */
  static String user(IpamState state, ObjectName user) {
    String name = user.text().substring(user.text().indexOf(':') + 1);
    if (!user.kind().equals("wep")) {
      return "node " + name;
    }
    int slash = name.indexOf('/');
    EndpointId id = new EndpointId(name.substring(0, slash), name.substring(slash + 1));
    return Optional.ofNullable(state.endpoints().get(id))
        .flatMap(Stored::value)
        .map(endpoint -> endpoint(id, endpoint))
        .map(text -> text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1))
        .orElse(name);
  }
}
