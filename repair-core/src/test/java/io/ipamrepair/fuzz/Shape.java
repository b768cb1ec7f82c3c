package io.ipamrepair.fuzz;

import io.ipamrepair.cidr.CidrText;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a value of Calico's looks like, member by member, for tests to compare decoding with. {@code
 * null} has every shape but a CIDR's; unknown members are free.
 */
interface Shape {
  /** Whether a value, as {@link StrictJson} reads it, has this shape. */
  boolean fits(Object value);

  Pattern INTEGER = Pattern.compile("-?(?:0|[1-9][0-9]{0,19})");
  Pattern TIME =
      Pattern.compile(
          "([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:[.][0-9]+)?"
              + "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])");
  BigInteger MAX_UINT64 = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
  BigInteger MAX_INT64 = BigInteger.valueOf(Long.MAX_VALUE);
  BigInteger MIN_INT64 = BigInteger.valueOf(Long.MIN_VALUE);

  Shape ANY = value -> true;
  Shape TEXT = orNull(value -> value instanceof String);
  Shape BOOL = orNull(value -> value instanceof Boolean);
  Shape INT64 = orNull(value -> isInteger(value, MIN_INT64, MAX_INT64));
  Shape UINT64 = orNull(value -> !isMinus(value) && isInteger(value, BigInteger.ZERO, MAX_UINT64));
  Shape RFC3339 = orNull(value -> value instanceof String text && isTime(text));
  Shape CIDR = value -> value instanceof String text && CidrText.read(text).isPresent();
  Shape OBJECT = object(Map.of());
  Shape LIST = list(ANY);
  Shape TEXTS = list(TEXT);

  /** Of a member that is an address, a network, or nothing. */
  Shape ATTRIBUTE =
      object(
          Map.of(
              "handle_id",
              TEXT,
              "secondary",
              map(TEXT),
              "alternateOwnerAttrs",
              map(TEXT),
              "releasedAt",
              RFC3339));

  Shape BLOCK =
      object(
          Map.of(
              "cidr", CIDR,
              "affinity", TEXT,
              "affinity_claim_time", RFC3339,
              "allocations", list(INT64),
              "unallocated", list(INT64),
              "attributes", list(ATTRIBUTE),
              "sequenceNumber", UINT64,
              "sequenceNumberForAllocation", map(UINT64),
              "deleted", BOOL,
              "hostAffinity", TEXT));

  Shape AFFINITY = object(Map.of("state", TEXT, "deleted", BOOL));

  Shape HANDLE = object(Map.of("block", map(INT64), "deleted", BOOL));

  Shape CONFIG =
      object(
          Map.of(
              "strict_affinity", BOOL,
              "auto_allocate_blocks", BOOL,
              "maxBlocksPerHost", INT64,
              "kubeVirtVMAddressPersistence", TEXT,
              "ipCooldownSeconds", INT64));

  Shape POOL =
      resource(
          shapes(
              TEXT,
              "cidr,vxlanMode,ipipMode,nodeSelector,namespaceSelector,assignmentMode",
              BOOL,
              "natOutgoing,disabled,disableBGPExport",
              INT64,
              "blockSize",
              TEXTS,
              "allowedUses"));

  Shape NODE =
      resource(
          Map.of(
              "bgp",
              object(
                  Map.of(
                      "ipv4Address", TEXT,
                      "ipv6Address", TEXT,
                      "ipv4IPIPTunnelAddr", TEXT,
                      "routeReflectorClusterID", TEXT,
                      "asNumber", value -> TEXT.fits(value) || UINT64.fits(value))),
              "wireguard",
              object(Map.of("interfaceIPv4Address", TEXT, "interfaceIPv6Address", TEXT)),
              "ipv4VXLANTunnelAddr",
              TEXT,
              "ipv6VXLANTunnelAddr",
              TEXT,
              "orchRefs",
              list(object(Map.of("nodeName", TEXT, "orchestrator", TEXT)))));

  Shape ENDPOINT =
      resource(
          shapes(
              TEXT,
              "orchestrator,workload,node,containerID,pod,endpoint,serviceAccountName,ipv4Gateway,"
                  + "ipv6Gateway,interfaceName,mac",
              TEXTS,
              "ipNetworks,profiles,allowSpoofedSourcePrefixes",
              list(object(Map.of("internalIP", TEXT, "externalIP", TEXT))),
              "ipNATs",
              LIST,
              "ports",
              OBJECT,
              "qosControls"));

  Shape CLUSTER =
      resource(
          shapes(TEXT, "clusterGUID,clusterType,calicoVersion,variant", BOOL, "datastoreReady"));

  Shape RESERVATION = resource(Map.of("reservedCIDRs", TEXTS));

  Shape IPAM_CONFIGURATION =
      resource(
          shapes(
              BOOL,
              "strictAffinity,autoAllocateBlocks",
              INT64,
              "maxBlocksPerHost,ipCooldownSeconds",
              TEXT,
              "kubeVirtVMAddressPersistence"));

  /** The shapes of many members: a shape, then the names of those that have it. */
  private static Map<String, Shape> shapes(Object... shapesAndNames) {
    Map<String, Shape> shapes = new HashMap<>();
    for (int i = 0; i < shapesAndNames.length; i += 2) {
      for (String name : ((String) shapesAndNames[i + 1]).split(",")) {
        shapes.put(name, (Shape) shapesAndNames[i]);
      }
    }
    return shapes;
  }

  private static Shape resource(Map<String, Shape> spec) {
    Shape metadata =
        object(
            Map.of(
                "name", TEXT,
                "generateName", TEXT,
                "namespace", TEXT,
                "uid", TEXT,
                "creationTimestamp", RFC3339,
                "labels", map(TEXT),
                "annotations", map(TEXT)));
    return object(
        Map.of(
            "kind", TEXT,
            "apiVersion", TEXT,
            "metadata", metadata,
            "spec", object(spec),
            "status", OBJECT));
  }

  private static Shape orNull(Shape shape) {
    return value -> value == StrictJson.NULL || shape.fits(value);
  }

  private static Shape list(Shape item) {
    return orNull(value -> value instanceof List<?> items && items.stream().allMatch(item::fits));
  }

  private static Shape map(Shape item) {
    return orNull(
        value -> value instanceof Map<?, ?> map && map.values().stream().allMatch(item::fits));
  }

  private static Shape object(Map<String, Shape> members) {
    return orNull(
        value ->
            value instanceof Map<?, ?> object
                && members.entrySet().stream()
                    .allMatch(
                        member ->
                            !object.containsKey(member.getKey())
                                || member.getValue().fits(object.get(member.getKey()))));
  }

  private static boolean isMinus(Object value) {
    return value instanceof StrictJson.Literal number && number.text().startsWith("-");
  }

  private static boolean isInteger(Object value, BigInteger least, BigInteger most) {
    if (!(value instanceof StrictJson.Literal number)
        || !INTEGER.matcher(number.text()).matches()) {
      return false;
    }
    BigInteger integer = new BigInteger(number.text());
    return integer.compareTo(least) >= 0 && integer.compareTo(most) <= 0;
  }

  private static boolean isTime(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    try {
      return LocalDate.of(
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Integer.parseInt(matcher.group(3)))
          .isBefore(LocalDate.MAX);
    } catch (DateTimeException noDay) {
      return false;
    }
  }
}
