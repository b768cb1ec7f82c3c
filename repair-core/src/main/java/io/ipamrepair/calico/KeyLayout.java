package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where Calico keeps what in etcd (reference, section 2): the only type that knows a key's text.
 * Kubernetes' custom resources would be another layout behind the same methods.
 */
public final class KeyLayout {
  /** Everything that Calico keeps lies below this. */
  public static final String ROOT = "/calico/";

  private static final String IPAM = "/calico/ipam/v2/";
  private static final String CONFIG = IPAM + "config";
  private static final String HANDLE = IPAM + "handle/";
  private static final String RESOURCES = "/calico/resources/v3/projectcalico.org/";
  private static final String POOLS = "ippools";
  private static final String NODES = "nodes";
  private static final String ENDPOINTS = "workloadendpoints";
  private static final String CLUSTER_INFORMATION = "clusterinformations";
  private static final Set<String> RESOURCES_READ =
      Set.of(
          POOLS,
          NODES,
          ENDPOINTS,
          CLUSTER_INFORMATION,
          "ipreservations",
          "ipamconfigurations",
          "bgpconfigurations");

  private static final byte[] NODE_PREFIX =
      (RESOURCES + NODES + "/").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HANDLE_PREFIX = HANDLE.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENDPOINT_PREFIX =
      (RESOURCES + ENDPOINTS + "/").getBytes(StandardCharsets.US_ASCII);

  private static final Pattern BLOCK =
      Pattern.compile(IPAM + "assignment/(ipv4|ipv6)/block/([^/]+)", Pattern.DOTALL);
  private static final Pattern AFFINITY =
      Pattern.compile(IPAM + "(host|virtual)/([^/]+)/(ipv4|ipv6)/block/([^/]+)", Pattern.DOTALL);
  private static final Pattern HOST_RECORD = Pattern.compile(IPAM + "host/([^/]+)", Pattern.DOTALL);

  /** Words of Calico's in keys, which name nobody. */
  private static final Set<String> SEGMENTS =
      Stream.concat(
              RESOURCES_READ.stream(),
              Stream.of(
                  "assignment", "host", "virtual", "handle", "config", "ipv4", "ipv6", "block"))
          .collect(Collectors.toUnmodifiableSet());

  /** The key ranges that a scan reads. */
  public List<KeyRange> ranges() {
    return List.of(
        KeyRange.prefix(IPAM),
        KeyRange.prefix(RESOURCES + "bgpconfigurations/"),
        KeyRange.prefix(RESOURCES + CLUSTER_INFORMATION + "/"),
        KeyRange.prefix(RESOURCES + "ipamconfigurations/"),
        KeyRange.prefix(RESOURCES + POOLS + "/"),
        KeyRange.prefix(RESOURCES + "ipreservations/"),
        KeyRange.prefix(RESOURCES + NODES + "/"),
        KeyRange.prefix(RESOURCES + ENDPOINTS + "/"));
  }

  /** The prefixes that repairs may write below: IPAM's own keys, and pools. */
  public List<Bytes> writable() {
    return List.of(Bytes.utf8(IPAM), Bytes.utf8(RESOURCES + POOLS + "/"));
  }

  /** What {@code key} stands for. */
  public CalicoKey classify(Bytes key) {
    String raw = key.display();
    boolean isText = key.text().isPresent();
    if (raw.startsWith(IPAM)) {
      return isText ? classifyIpam(raw, key) : new CalicoKey.UnknownIpamKey(key.label());
    }
    return raw.startsWith(RESOURCES)
        ? classifyResource(raw, key, isText)
        : new CalicoKey.ForeignKey(key.label());
  }

  private CalicoKey classifyIpam(String raw, Bytes key) {
    if (raw.equals(CONFIG)) {
      return new CalicoKey.ConfigKey();
    }
    String handle = raw.startsWith(HANDLE) ? raw.substring(HANDLE.length()) : "";
    if (!handle.isEmpty() && handle.indexOf('/') < 0) {
      return new CalicoKey.HandleKey(handle);
    }
    Matcher block = BLOCK.matcher(raw);
    if (block.matches()) {
      return cidrOfSegment(block.group(2))
          .<CalicoKey>map(cidr -> new CalicoKey.BlockKey(cidr, key(cidr).display().equals(raw)))
          .orElseGet(() -> new CalicoKey.UnknownIpamKey(key.label()));
    }
    Matcher affinity = AFFINITY.matcher(raw);
    if (affinity.matches()) {
      Owner.Type type = affinity.group(1).equals("host") ? Owner.Type.HOST : Owner.Type.VIRTUAL;
      Owner owner = new Owner(type, affinity.group(2));
      return cidrOfSegment(affinity.group(4))
          .<CalicoKey>map(
              cidr ->
                  new CalicoKey.AffinityKey(
                      owner, cidr, key(new AffinityId(owner, cidr)).display().equals(raw)))
          .orElseGet(() -> new CalicoKey.UnknownIpamKey(key.label()));
    }
    Matcher host = HOST_RECORD.matcher(raw);
    return host.matches()
        ? new CalicoKey.HostRecordKey(host.group(1), key.label())
        : new CalicoKey.UnknownIpamKey(key.label());
  }

  private static CalicoKey classifyResource(String raw, Bytes key, boolean isText) {
    String[] segments = raw.substring(RESOURCES.length()).split("/", -1);
    String plural = segments[0];
    boolean filled = isText && List.of(segments).stream().noneMatch(String::isEmpty);
    boolean placed = filled && segments.length == (plural.equals(ENDPOINTS) ? 3 : 2);
    if (!RESOURCES_READ.contains(plural)) {
      return new CalicoKey.ForeignKey(key.label());
    } else if (!placed) {
      return new CalicoKey.MisplacedResourceKey(plural, key.label());
    }
    return switch (plural) {
      case POOLS -> new CalicoKey.PoolKey(segments[1]);
      case NODES -> new CalicoKey.NodeKey(segments[1]);
      case ENDPOINTS -> new CalicoKey.EndpointKey(new EndpointId(segments[1], segments[2]));
      case CLUSTER_INFORMATION -> new CalicoKey.ClusterInformationKey(segments[1], key.label());
      default -> new CalicoKey.ResourceKey(plural, segments[1], key.label());
    };
  }

  /** The last segment of a block's or affinity's key: its first {@code -} stands for {@code /}. */
  private static Optional<Cidr> cidrOfSegment(String segment) {
    int dash = segment.indexOf('-');
    String text =
        dash < 0 ? segment : segment.substring(0, dash) + "/" + segment.substring(dash + 1);
    return CidrText.read(text).map(CidrText::network);
  }

  private static String segment(Cidr cidr) {
    return cidr.toString().replace('/', '-');
  }

  /** The key of a block. */
  public Bytes key(Cidr block) {
    return Bytes.utf8(blockPrefix(block) + segment(block));
  }

  private static String blockPrefix(Cidr cidr) {
    return IPAM + "assignment/" + cidr.family().pathSegment() + "/block/";
  }

  /** The key of an affinity. */
  public Bytes key(AffinityId affinity) {
    Owner owner = affinity.owner();
    Cidr cidr = affinity.cidr();
    return Bytes.utf8(
        IPAM
            + owner.type().text()
            + "/"
            + owner.name()
            + "/"
            + cidr.family().pathSegment()
            + "/block/"
            + segment(cidr));
  }

  /**
   * The key ranges of {@link #ranges} without {@link #nodes}, {@link #blocks}, {@link #handles} and
   * {@link #endpoints}, which are the bulk of a cluster.
   */
  public List<KeyRange> smallRanges() {
    List<KeyRange> ranges = new ArrayList<>();
    for (KeyRange range : ranges()) {
      Bytes from = range.from();
      for (KeyRange bulk : List.of(blocks(), handles(), nodes(), endpoints())) {
        if (range.contains(bulk.from())) {
          addUnlessEmpty(ranges, from, bulk.from());
          from = bulk.to();
        }
      }
      addUnlessEmpty(ranges, from, range.to());
    }
    return ranges;
  }

  /** The key ranges of {@link #ranges} that repairs write in, and what those rest on. */
  public List<KeyRange> rangesWithoutEndpoints() {
    return ranges().stream().filter(range -> !range.equals(endpoints())).toList();
  }

  private static void addUnlessEmpty(List<KeyRange> ranges, Bytes from, Bytes to) {
    if (from.compareTo(to) < 0) {
      ranges.add(new KeyRange(from, to));
    }
  }

  /** All nodes. */
  public KeyRange nodes() {
    return KeyRange.prefix(RESOURCES + NODES + "/");
  }

  /** All blocks. */
  public KeyRange blocks() {
    return KeyRange.prefix(IPAM + "assignment/");
  }

  /** All handles. */
  public KeyRange handles() {
    return KeyRange.prefix(HANDLE);
  }

  /** All endpoints. */
  public KeyRange endpoints() {
    return KeyRange.prefix(RESOURCES + ENDPOINTS + "/");
  }

  /** What every node's key begins with. */
  byte[] nodePrefix() {
    return NODE_PREFIX.clone();
  }

  /** What every handle's key begins with. */
  byte[] handlePrefix() {
    return HANDLE_PREFIX.clone();
  }

  /** What every endpoint's key begins with. */
  byte[] endpointPrefix() {
    return ENDPOINT_PREFIX.clone();
  }

  /** The key of a handle. */
  public Bytes handleKey(String id) {
    return Bytes.utf8(HANDLE + id);
  }

  /** The key of a pool. */
  public Bytes poolKey(String name) {
    return Bytes.utf8(RESOURCES + POOLS + "/" + name);
  }

  /** All pools. */
  public KeyRange pools() {
    return KeyRange.prefix(RESOURCES + POOLS + "/");
  }

  /** The affinities of one owner on blocks of one family. */
  public KeyRange affinitiesOf(Owner owner, IpFamily family) {
    return KeyRange.prefix(
        IPAM + owner.type().text() + "/" + owner.name() + "/" + family.pathSegment() + "/block/");
  }

  /** The key of a node. */
  public Bytes nodeKey(String name) {
    return Bytes.utf8(RESOURCES + NODES + "/" + name);
  }

  /** The key of the cluster information. */
  public Bytes clusterInformationKey() {
    return Bytes.utf8(RESOURCES + CLUSTER_INFORMATION + "/default");
  }

  /** The key of the IPAM configuration. */
  public Bytes configKey() {
    return Bytes.utf8(CONFIG);
  }

  /** The key of a workload endpoint. */
  public Bytes key(EndpointId endpoint) {
    return Bytes.utf8(RESOURCES + ENDPOINTS + "/" + endpoint);
  }

  /** The keys of the endpoints of the pod that an attribute names; nothing when it names none. */
  public Optional<KeyRange> endpointsOf(Attribute attribute) {
    Optional<String> namespace = attribute.secondary("namespace");
    Optional<String> node = attribute.node();
    Optional<String> pod = attribute.secondary("pod");
    return namespace.isPresent() && node.isPresent() && pod.isPresent()
        ? Optional.of(endpointsOfPod(namespace.get(), node.get(), pod.get()))
        : Optional.empty();
  }

  /**
   * The keys of all endpoints that a Kubernetes pod on a node can have, whatever its interfaces are
   * called: exact and tiny (design, section 5). A name that goes on with {@code --} is that of
   * another pod, whose name begins alike.
   */
  public KeyRange endpointsOfPod(String namespace, String node, String pod) {
    Bytes prefix =
        Bytes.utf8(
            RESOURCES
                + ENDPOINTS
                + "/"
                + namespace
                + "/"
                + EndpointNames.escape(node)
                + "-k8s-"
                + EndpointNames.escape(pod)
                + "-");
    // '.' comes right behind '-'.
    return new KeyRange(prefix.plus(Bytes.utf8(".")), prefix.endOfPrefix().orElseThrow());
  }

  /** More ranges than this cost a step too many compares; then fewer and wider ones must do. */
  private static final int MOST_RANGES = 16;

  /**
   * The same key with pseudonyms for the names in it; what it stands for is of the same kind as
   * before. Names of pools stay.
   */
  Bytes redacted(Bytes key, Pseudonyms pseudonyms) {
    CalicoKey at = classify(key);
    if (at instanceof CalicoKey.HandleKey handle) {
      return handleKey(pseudonyms.of(handle.id()));
    } else if (at instanceof CalicoKey.NodeKey node) {
      return nodeKey(pseudonyms.of(node.name()));
    } else if (at instanceof CalicoKey.EndpointKey endpoint) {
      return key(
          new EndpointId(
              pseudonyms.of(endpoint.id().namespace()),
              EndpointNames.redacted(endpoint.id().name(), pseudonyms)));
    } else if (at instanceof CalicoKey.AffinityKey || at instanceof CalicoKey.HostRecordKey) {
      return named(IPAM, key, pseudonyms);
    } else if (at instanceof CalicoKey.ClusterInformationKey
        || at instanceof CalicoKey.ResourceKey) {
      return named(RESOURCES, key, pseudonyms);
    } else if (at instanceof CalicoKey.MisplacedResourceKey) {
      return Bytes.utf8(redacted(key.display(), pseudonyms));
    } else if (at instanceof CalicoKey.UnknownIpamKey) {
      Bytes hidden = Bytes.utf8(redacted(key.display(), pseudonyms));
      // Without what made it unknown it might be a key that Calico knows.
      return classify(hidden) instanceof CalicoKey.UnknownIpamKey
          ? hidden
          : Bytes.utf8(IPAM + "unknown/" + pseudonyms.of(key.display()));
    }
    return key;
  }

  /** Hides the second segment behind {@code root}, which is the name; the first is its kind. */
  private static Bytes named(String root, Bytes key, Pseudonyms pseudonyms) {
    String[] segments = key.display().substring(root.length()).split("/", -1);
    segments[1] = pseudonyms.of(segments[1]);
    return Bytes.utf8(root + String.join("/", segments));
  }

  /** Each segment that is neither a word of Calico's keys nor a CIDR is hidden. */
  private static String redacted(String raw, Pseudonyms pseudonyms) {
    String root = raw.startsWith(IPAM) ? IPAM : RESOURCES;
    return root
        + Arrays.stream(raw.substring(root.length()).split("/", -1))
            .map(
                segment ->
                    SEGMENTS.contains(segment) || cidrOfSegment(segment).isPresent()
                        ? segment
                        : pseudonyms.of(segment))
            .collect(Collectors.joining("/"));
  }

  /**
   * Key ranges that hold every block inside {@code network}, and few others beside them: block keys
   * are text, so a range ends where a whole part of the address does.
   */
  public List<KeyRange> blocksAround(Cidr network) {
    String prefix = blockPrefix(network);
    return network.family() == IpFamily.IPV4
        ? v4BlocksAround(prefix, network)
        : List.of(v6BlocksAround(prefix, network));
  }

  private static List<KeyRange> v4BlocksAround(String prefix, Cidr network) {
    String[] parts = network.base().toString().split("\\.");
    int whole = Math.min(network.prefixLength() / 8, 3);
    String shared = prefix;
    for (int i = 0; i < whole; i++) {
      shared += parts[i] + ".";
    }
    // The values that the next part takes inside the network.
    int values = whole == 3 ? 1 : 1 << (8 * (whole + 1) - network.prefixLength());
    if (whole == 3 || values > MOST_RANGES) {
      return List.of(KeyRange.prefix(shared));
    }
    int first = Integer.parseInt(parts[whole]);
    List<KeyRange> ranges = new ArrayList<>();
    for (int value = first; value < first + values; value++) {
      ranges.add(KeyRange.prefix(shared + value + "."));
    }
    return ranges;
  }

  private static KeyRange v6BlocksAround(String prefix, Cidr network) {
    String[] parts = network.base().toString().split(":");
    int whole = Math.min(network.prefixLength() / 16, 7);
    String shared = prefix;
    // Groups that are 0 may be swallowed by "::", so the shared text ends before the first of them.
    for (int i = 0;
        i < Math.min(whole, parts.length) && !parts[i].isEmpty() && !parts[i].equals("0");
        i++) {
      shared += parts[i] + ":";
    }
    return KeyRange.prefix(shared);
  }
}
