package io.ipamrepair.fuzz;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which of the rules K1 to K4 a key breaks, decided a second time and from the bytes alone: no key
 * is passed over in silence, and none is blamed that is in order.
 */
final class KeyOracle {
  private static final String IPAM = "/calico/ipam/v2/";
  private static final String RESOURCES = "/calico/resources/v3/projectcalico.org/";

  /** A kind of resource: the name of its objects in findings, its kind, its shape. */
  private record Kind(String object, String kind, Shape shape) {}

  private static final Map<String, Kind> KINDS =
      Map.of(
          "ippools", new Kind("pool:", "IPPool", Shape.POOL),
          "nodes", new Kind("node:", "Node", Shape.NODE),
          "workloadendpoints", new Kind("wep:", "WorkloadEndpoint", Shape.ENDPOINT),
          "clusterinformations", new Kind("", "ClusterInformation", Shape.CLUSTER),
          "ipreservations", new Kind("", "IPReservation", Shape.RESERVATION),
          "ipamconfigurations", new Kind("", "IPAMConfiguration", Shape.IPAM_CONFIGURATION));

  private KeyOracle() {}

  /** Rule, severity and first object of every finding of K1 to K4, sorted. */
  static SortedSet<String> findings(List<KeyValue> state) {
    SortedSet<String> findings = new TreeSet<>();
    state.forEach(each -> finding(each).ifPresent(findings::add));
    return findings;
  }

  private static Optional<String> finding(KeyValue each) {
    byte[] key = each.key().toArray();
    if (startsWith(key, IPAM)) {
      return ipam(each.key(), each.value());
    }
    return startsWith(key, RESOURCES) ? resource(each.key(), each.value()) : Optional.empty();
  }

  private static boolean startsWith(byte[] key, String text) {
    byte[] prefix = Bytes.utf8(text).toArray();
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static Optional<String> ipam(Bytes key, Bytes value) {
    Optional<String> text = key.text();
    String object = "key:" + label(key);
    String unknown = "K1 warning " + object;
    if (text.isEmpty()) {
      return Optional.of(unknown);
    }
    String[] parts = text.get().substring(IPAM.length()).split("/", -1);
    if (Arrays.asList(parts).contains("")) {
      return Optional.of(unknown);
    }
    if (parts.length == 1 && parts[0].equals("config")) {
      return unreadable("config", Shape.CONFIG, value);
    } else if (parts.length == 2 && parts[0].equals("handle")) {
      return unreadable("handle:" + parts[1], Shape.HANDLE, value);
    } else if (parts.length == 2 && parts[0].equals("host")) {
      boolean record = StrictJson.read(value.toArray()).orElse("") instanceof Map;
      return Optional.of(record ? "K1 info " + object : "K2 error " + object);
    } else if (parts.length == 4 && parts[0].equals("assignment") && parts[2].equals("block")) {
      return network(parts[1], parts[3])
          .map(cidr -> block(cidr, isCanonical(cidr, parts[1], parts[3]), object, value))
          .orElse(Optional.of(unknown));
    } else if (parts.length == 5
        && (parts[0].equals("host") || parts[0].equals("virtual"))
        && parts[3].equals("block")) {
      String name = "affinity:" + parts[0] + ":" + parts[1] + ":";
      return network(parts[2], parts[4])
          .map(cidr -> affinity(name + cidr, isCanonical(cidr, parts[2], parts[4]), object, value))
          .orElse(Optional.of(unknown));
    }
    return Optional.of(unknown);
  }

  private static Optional<String> block(Cidr cidr, boolean canonical, String key, Bytes value) {
    return canonical
        ? unreadable("block:" + cidr, Shape.BLOCK, value)
        : Optional.of("K3 error " + key);
  }

  private static Optional<String> affinity(
      String object, boolean canonical, String key, Bytes value) {
    if (!canonical) {
      return Optional.of("K3 error " + key);
    }
    return value.isEmpty() ? Optional.empty() : unreadable(object, Shape.AFFINITY, value);
  }

  private static Optional<Cidr> network(String family, String segment) {
    boolean known = family.equals("ipv4") || family.equals("ipv6");
    int dash = segment.indexOf('-');
    String text =
        dash < 0 ? segment : segment.substring(0, dash) + "/" + segment.substring(dash + 1);
    return known ? CidrText.read(text).map(CidrText::network) : Optional.empty();
  }

  private static boolean isCanonical(Cidr cidr, String family, String segment) {
    boolean v6 = cidr.toString().contains(":");
    return family.equals(v6 ? "ipv6" : "ipv4") && segment.equals(cidr.toString().replace('/', '-'));
  }

  private static Optional<String> unreadable(String object, Shape shape, Bytes value) {
    return content(shape, value).isPresent() ? Optional.empty() : Optional.of("K2 error " + object);
  }

  /** The object that {@code value} is, if it is one of this shape. */
  private static Optional<Map<?, ?>> content(Shape shape, Bytes value) {
    return StrictJson.read(value.toArray())
        .filter(read -> read instanceof Map && shape.fits(read))
        .map(read -> (Map<?, ?>) read);
  }

  private static Optional<String> resource(Bytes key, Bytes value) {
    String name = label(key);
    String[] parts = key.display().substring(RESOURCES.length()).split("/", -1);
    Kind kind = KINDS.get(parts[0]);
    if (kind == null) {
      return Optional.empty();
    }
    boolean namespaced = parts[0].equals("workloadendpoints");
    boolean misplaced =
        key.text().isEmpty()
            || Arrays.asList(parts).contains("")
            || parts.length != (namespaced ? 3 : 2);
    if (misplaced) {
      return Optional.of("K4 error key:" + name);
    }
    String object = object(kind, parts, name);
    Optional<Map<?, ?>> content = content(kind.shape(), value);
    return content.isEmpty()
        ? Optional.of("K2 error " + object)
        : identity(content.get(), kind, parts).map(severity -> "K4 " + severity + " " + object);
  }

  private static String object(Kind kind, String[] parts, String key) {
    if (parts[0].equals("clusterinformations") && parts[1].equals("default")) {
      return "cluster";
    }
    return kind.object().isEmpty()
        ? "key:" + key
        : kind.object() + String.join("/", Arrays.asList(parts).subList(1, parts.length));
  }

  private static Optional<String> identity(Map<?, ?> resource, Kind kind, String[] parts) {
    Map<?, ?> metadata = resource.get("metadata") instanceof Map<?, ?> object ? object : Map.of();
    boolean right =
        text(resource, "kind").equals(kind.kind())
            && text(resource, "apiVersion").equals("projectcalico.org/v3")
            && text(metadata, "name").equals(parts[parts.length - 1])
            && text(metadata, "namespace").equals(parts.length == 3 ? parts[1] : "");
    if (!right) {
      return Optional.of("error");
    }
    boolean known =
        !text(metadata, "uid").isEmpty()
            && metadata.containsKey("creationTimestamp")
            && metadata.get("creationTimestamp") != StrictJson.NULL;
    return known ? Optional.empty() : Optional.of("warning");
  }

  /** A key as text; two keys never have the same. */
  private static String label(Bytes key) {
    return key.text()
        .map(text -> text.contains("\\x") ? text.replace("\\", "\\x5c") : text)
        .orElseGet(key::display);
  }

  private static String text(Map<?, ?> object, String member) {
    return object.get(member) instanceof String text ? text : "";
  }
}
