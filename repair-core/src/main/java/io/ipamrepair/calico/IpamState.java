package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that was read of Calico's IPAM data, at one revision. Immutable; all maps are sorted.
 */
public final class IpamState {
  private final KeyLayout layout;
  private final long revision;
  private final NavigableMap<Bytes, Stored<?>> byKey;

  private final SortedMap<String, Stored<Pool>> pools = new TreeMap<>();
  private final SortedMap<Cidr, Stored<Block>> blocks = new TreeMap<>();
  private final List<Stored<Block>> nonCanonicalBlocks = new ArrayList<>();
  private final SortedMap<AffinityId, Stored<Affinity>> affinities = new TreeMap<>();
  private final List<Stored<Affinity>> nonCanonicalAffinities = new ArrayList<>();
  private final SortedMap<String, Stored<Handle>> handles = new TreeMap<>();
  private final SortedMap<String, Stored<Node>> nodes = new TreeMap<>();
  private final SortedMap<EndpointId, Stored<Endpoint>> endpoints = new TreeMap<>();
  private final List<Stored<ClusterInformation>> clusterInformation = new ArrayList<>();
  private final List<Stored<IpamConfig>> config = new ArrayList<>();
  private final List<Stored<Json.Obj>> hostRecords = new ArrayList<>();
  private final List<Stored<Resource>> resources = new ArrayList<>();
  private final List<Stored<?>> unknownKeys = new ArrayList<>();
  private final List<Stored<?>> misplacedResources = new ArrayList<>();
  private final Pools knownPools;
  private final int settledWorkloads;
  private final long keysLetGo;
  private final Replicas replicasLetGo;

  private IpamState(
      KeyLayout layout,
      long revision,
      NavigableMap<Bytes, Stored<?>> byKey,
      int settledWorkloads,
      long keysLetGo,
      Replicas replicasLetGo) {
    this.layout = layout;
    this.revision = revision;
    this.byKey = byKey;
    this.settledWorkloads = settledWorkloads;
    this.keysLetGo = keysLetGo;
    this.replicasLetGo = replicasLetGo;
    byKey.values().forEach(this::sort);
    this.knownPools = knowPools();
  }

  // The reading was made by ValueReader for this very key, so its type is the key's.
  @SuppressWarnings("unchecked")
  private void sort(Stored<?> stored) {
    CalicoKey at = stored.at();
    if (at instanceof CalicoKey.BlockKey key) {
      Stored<Block> block = (Stored<Block>) stored;
      if (key.canonical()) {
        blocks.put(key.cidr(), block);
      } else {
        nonCanonicalBlocks.add(block);
        // Calico lists it at its masked CIDR; keys come in order, and the canonical one, if there
        // is one, wins.
        blocks.putIfAbsent(key.cidr(), block);
      }
    } else if (at instanceof CalicoKey.AffinityKey key) {
      Stored<Affinity> affinity = (Stored<Affinity>) stored;
      if (key.canonical()) {
        affinities.put(new AffinityId(key.owner(), key.cidr()), affinity);
      } else {
        nonCanonicalAffinities.add(affinity);
      }
    } else if (at instanceof CalicoKey.HandleKey key) {
      handles.put(key.id(), (Stored<Handle>) stored);
    } else if (at instanceof CalicoKey.PoolKey key) {
      pools.put(key.name(), (Stored<Pool>) stored);
    } else if (at instanceof CalicoKey.NodeKey key) {
      nodes.put(key.name(), (Stored<Node>) stored);
    } else if (at instanceof CalicoKey.EndpointKey key) {
      endpoints.put(key.id(), (Stored<Endpoint>) stored);
    } else if (at instanceof CalicoKey.ClusterInformationKey) {
      clusterInformation.add((Stored<ClusterInformation>) stored);
    } else if (at instanceof CalicoKey.ConfigKey) {
      config.add((Stored<IpamConfig>) stored);
    } else if (at instanceof CalicoKey.HostRecordKey) {
      hostRecords.add((Stored<Json.Obj>) stored);
    } else if (at instanceof CalicoKey.ResourceKey) {
      resources.add((Stored<Resource>) stored);
    } else if (at instanceof CalicoKey.UnknownIpamKey) {
      unknownKeys.add(stored);
    } else if (at instanceof CalicoKey.MisplacedResourceKey) {
      misplacedResources.add(stored);
    }
  }

  private Pools knowPools() {
    List<Pools.NamedPool> known = new ArrayList<>();
    pools.forEach(
        (name, stored) ->
            stored
                .value()
                .flatMap(
                    pool -> pool.network().map(network -> new Pools.NamedPool(name, network, pool)))
                .ifPresent(known::add));
    return new Pools(known, known.size() == pools.size() && !hasPoolOfNoText());
  }

  /** Calico, to which names are bytes, lists a pool whose name is not UTF-8. */
  private boolean hasPoolOfNoText() {
    return misplacedResources.stream()
        .anyMatch(
            stored ->
                stored.key().text().isEmpty()
                    && stored.at() instanceof CalicoKey.MisplacedResourceKey key
                    && key.plural().equals("ippools"));
  }

  /** Gathers what is read; values are decoded as they arrive. */
  public static final class Builder {
    private final KeyLayout layout;
    private final ValueReader reader = new ValueReader();
    private final NavigableMap<Bytes, Stored<?>> byKey = new TreeMap<>();
    private int settledWorkloads;
    private long keysLetGo;
    private Replicas replicasLetGo = new Replicas();
    private boolean endpointBytes = true;

    public Builder(KeyLayout layout) {
      this.layout = layout;
    }

    /** Adds a key; one that is none of Calico's IPAM is passed over. */
    public Builder add(KeyValue read) {
      decode(read).ifPresent(this::add);
      return this;
    }

    /** What {@link #add} would add. This alone is for several threads. */
    Optional<Stored<?>> decode(KeyValue read) {
      CalicoKey at = layout.classify(read.key());
      if (at instanceof CalicoKey.ForeignKey) {
        return Optional.empty();
      }
      Optional<Bytes> bytes =
          at instanceof CalicoKey.EndpointKey && !endpointBytes
              ? Optional.empty()
              : Optional.of(read.value());
      return Optional.of(
          new Stored<>(
              at,
              read.key(),
              bytes,
              read.createRevision(),
              read.modRevision(),
              reader.read(at, read.value())));
    }

    /**
     * Lets the bytes of endpoints go: they are the bulk of a cluster, no rule asks for them, and no
     * repair writes one.
     */
    Builder withoutEndpointBytes() {
      endpointBytes = false;
      return this;
    }

    Builder add(Stored<?> stored) {
      byKey.put(stored.key(), stored);
      return this;
    }

    /** How many keys were added. */
    public int keys() {
      return byKey.size();
    }

    boolean has(Bytes key) {
      return byKey.containsKey(key);
    }

    /** What the value at {@code key} says; nothing when it is absent or unreadable. */
    Optional<?> value(Bytes key) {
      return Optional.ofNullable(byKey.get(key)).flatMap(Stored::value);
    }

    /** The nodes so far, readable or not. */
    Set<String> nodeNames() {
      return at(CalicoKey.NodeKey.class).map(CalicoKey.NodeKey::name).collect(Collectors.toSet());
    }

    /** The addresses that tunnels of the nodes so far have. */
    List<IpAddress> tunnelAddresses() {
      return values(Node.class).flatMap(node -> node.tunnelIps().stream()).toList();
    }

    /** The keys of the nodes that the affinities so far are of, if they exist. */
    public List<Bytes> claimingNodes() {
      return at(CalicoKey.AffinityKey.class)
          .filter(affinity -> affinity.owner().isNode())
          .map(affinity -> layout.nodeKey(affinity.owner().name()))
          .distinct()
          .toList();
    }

    /** The keys that the blocks of the affinities so far have, if they exist. */
    public List<Bytes> claimedBlocks() {
      return at(CalicoKey.AffinityKey.class).map(affinity -> layout.key(affinity.cidr())).toList();
    }

    /** The masked CIDRs of the blocks so far, readable or not, canonical or not. */
    List<Cidr> blockCidrs() {
      return at(CalicoKey.BlockKey.class).map(CalicoKey.BlockKey::cidr).toList();
    }

    /** The blocks so far that can be read. */
    List<Block> readableBlocks() {
      return values(Block.class).toList();
    }

    private <K extends CalicoKey> Stream<K> at(Class<K> kind) {
      return byKey.values().stream().map(Stored::at).filter(kind::isInstance).map(kind::cast);
    }

    private <T> Stream<T> values(Class<T> type) {
      return byKey.values().stream()
          .flatMap(stored -> stored.value().stream())
          .filter(type::isInstance)
          .map(type::cast);
    }

    /** Says what was let go of settled workloads. */
    Builder settled(int workloads, long keys, Replicas replicas) {
      settledWorkloads = workloads;
      keysLetGo = keys;
      replicasLetGo = replicas;
      return this;
    }

    /**
     * Says that there are endpoints of a template ({@link Endpoint#template}) besides those that
     * are added.
     */
    public Builder othersOf(String template) {
      replicasLetGo.add(template);
      return this;
    }

    /** The state, as read at {@code revision}. */
    public IpamState build(long revision) {
      return new IpamState(
          layout, revision, new TreeMap<>(byKey), settledWorkloads, keysLetGo, replicasLetGo);
    }
  }

  /**
   * This state after some writes, which is how a change is judged before it is made.
   *
   * @param writes new bytes by key; nothing for a key that is deleted
   */
  public IpamState with(Map<Bytes, Optional<Bytes>> writes) {
    Builder after = new Builder(layout);
    after.byKey.putAll(byKey);
    after.settled(settledWorkloads, keysLetGo, replicasLetGo);
    writes.forEach(
        (key, bytes) -> {
          long created = at(key).map(Stored::createRevision).orElse(revision);
          after.byKey.remove(key);
          bytes.ifPresent(value -> after.add(new KeyValue(key, value, created, revision, 1)));
        });
    return after.build(revision);
  }

  /**
   * This state with some keys as they were read later: what rests on them is judged on the newest
   * there is, and everything else on this state, whose revision stays.
   *
   * @param found the keys that were there, of those that were {@code asked} for
   */
  public IpamState refreshed(Collection<Bytes> asked, Collection<KeyValue> found) {
    Builder after = new Builder(layout);
    after.byKey.putAll(byKey);
    after.settled(settledWorkloads, keysLetGo, replicasLetGo);
    asked.forEach(after.byKey::remove);
    found.forEach(after::add);
    return after.build(revision);
  }

  public KeyLayout layout() {
    return layout;
  }

  /** The etcd revision of the read. */
  public long revision() {
    return revision;
  }

  /** Everything that was read, in key order. */
  public Iterable<Stored<?>> all() {
    return Collections.unmodifiableCollection(byKey.values());
  }

  /** How many keys were read, those of settled workloads included. */
  public long keys() {
    return byKey.size() + keysLetGo;
  }

  /**
   * How many allocations belong to workloads that were found healthy and let go while reading
   * ({@link Screening}); 0 where everything was kept.
   */
  public int settledWorkloads() {
    return settledWorkloads;
  }

  /**
   * How many endpoints of a template ({@link Endpoint#template}) were let go while reading; 0 where
   * everything was kept.
   */
  public int replicasLetGo(String template) {
    return replicasLetGo.of(template);
  }

  /** Whatever stands at {@code key}. */
  public Optional<Stored<?>> at(Bytes key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** The keys in {@code range}, in order. */
  public List<Bytes> keysIn(KeyRange range) {
    return List.copyOf(byKey.subMap(range.from(), true, range.to(), false).keySet());
  }

  /** Pools by name. */
  public SortedMap<String, Stored<Pool>> pools() {
    return Collections.unmodifiableSortedMap(pools);
  }

  /** The pools whose network is known. */
  public Pools knownPools() {
    return knownPools;
  }

  /**
   * Blocks, each at its masked CIDR; where several keys mean one CIDR, the one that Calico uses.
   */
  public SortedMap<Cidr, Stored<Block>> blocks() {
    return Collections.unmodifiableSortedMap(blocks);
  }

  /**
   * The addresses inside {@code network} that blocks have, block by block, at the ordinals that
   * {@code ordinals} names of each.
   */
  public Stream<IpAddress> addressesIn(Cidr network, Function<Block, List<Integer>> ordinals) {
    return blocks.values().stream()
        .flatMap(stored -> stored.value().stream())
        .filter(block -> block.cidr().overlaps(network))
        .flatMap(block -> ordinals.apply(block).stream().map(block::address))
        .filter(network::contains);
  }

  /** Blocks whose key is not canonical (rule K3), in key order. */
  public List<Stored<Block>> nonCanonicalBlocks() {
    return Collections.unmodifiableList(nonCanonicalBlocks);
  }

  /** Affinities whose key is canonical. */
  public SortedMap<AffinityId, Stored<Affinity>> affinities() {
    return Collections.unmodifiableSortedMap(affinities);
  }

  /** Affinities whose key is not canonical (rule K3), in key order. */
  public List<Stored<Affinity>> nonCanonicalAffinities() {
    return Collections.unmodifiableList(nonCanonicalAffinities);
  }

  /** The canonical affinities on {@code block}, sorted by owner. */
  public List<Stored<Affinity>> affinitiesOn(Cidr block) {
    // No owner sorts in front of this one, and affinities sort by block first.
    // Not as a stream: a view of a tree map counts its entries before it streams them.
    AffinityId first = new AffinityId(new Owner(Owner.Type.HOST, "\0"), block);
    List<Stored<Affinity>> found = new ArrayList<>();
    for (Map.Entry<AffinityId, Stored<Affinity>> entry : affinities.tailMap(first).entrySet()) {
      if (!entry.getKey().cidr().equals(block)) {
        break;
      }
      found.add(entry.getValue());
    }
    return found;
  }

  /** Handles by ID. */
  public SortedMap<String, Stored<Handle>> handles() {
    return Collections.unmodifiableSortedMap(handles);
  }

  /** Nodes by name. */
  public SortedMap<String, Stored<Node>> nodes() {
    return Collections.unmodifiableSortedMap(nodes);
  }

  /** Workload endpoints by namespace and name. */
  public SortedMap<EndpointId, Stored<Endpoint>> endpoints() {
    return Collections.unmodifiableSortedMap(endpoints);
  }

  /** The cluster information that Calico uses. */
  public Optional<Stored<ClusterInformation>> cluster() {
    return clusterInformation.stream()
        .filter(stored -> stored.object().equals(ObjectName.CLUSTER))
        .findFirst();
  }

  /** Every cluster information, legal name or not. */
  public List<Stored<ClusterInformation>> clusterInformation() {
    return Collections.unmodifiableList(clusterInformation);
  }

  /** The cluster's GUID; nothing when it is absent or unreadable. */
  public Optional<String> guid() {
    return cluster().flatMap(Stored::value).flatMap(ClusterInformation::guid);
  }

  /** The IPAM configuration, if there is one. */
  public Optional<Stored<IpamConfig>> config() {
    return config.stream().findFirst();
  }

  /**
   * The configuration that Calico's IPAM works with; the defaults where there is none or none can
   * be read.
   */
  public IpamConfig effectiveConfig() {
    return config().flatMap(Stored::value).orElse(IpamConfig.whenAbsent());
  }

  /** Legacy bare host keys. */
  public List<Stored<Json.Obj>> hostRecords() {
    return Collections.unmodifiableList(hostRecords);
  }

  /** Reservations, BGP settings and the like. */
  public List<Stored<Resource>> resources() {
    return Collections.unmodifiableList(resources);
  }

  /** Keys below Calico's IPAM prefix of no known form. */
  public List<Stored<?>> unknownKeys() {
    return Collections.unmodifiableList(unknownKeys);
  }

  /** Resource keys with the wrong number of segments, or a name that is not UTF-8. */
  public List<Stored<?>> misplacedResources() {
    return Collections.unmodifiableList(misplacedResources);
  }

  /**
   * Whether every user of an address that etcd knows could be read: an endpoint, a node, or a
   * resource under a key of a wrong form that cannot be read might use any address.
   */
  public boolean knowsEveryUser() {
    return endpoints.values().stream().noneMatch(endpoint -> endpoint.value().isEmpty())
        && nodes.values().stream().noneMatch(node -> node.value().isEmpty())
        && misplacedResources.isEmpty();
  }

  /**
   * The networks that reservations keep new addresses out of, in key order; entries that are no
   * CIDR are left out.
   */
  public List<Cidr> reserved() {
    return resources.stream()
        .filter(
            stored ->
                stored.at() instanceof CalicoKey.ResourceKey key
                    && key.plural().equals("ipreservations"))
        .map(Stored::value)
        .flatMap(Optional::stream)
        .flatMap(resource -> resource.spec().get("reservedCIDRs").stream())
        .filter(Json.Array.class::isInstance)
        .flatMap(list -> ((Json.Array) list).items().stream())
        .filter(Json.Text.class::isInstance)
        .flatMap(text -> CidrText.read(((Json.Text) text).value()).stream())
        .map(CidrText::network)
        .toList();
  }

  /**
   * Whether nodes peer with each other over BGP: known to be off only where the BGP configuration
   * says so.
   */
  public boolean meshIsOff() {
    return resources.stream()
        .filter(
            stored ->
                stored.at() instanceof CalicoKey.ResourceKey key
                    && key.plural().equals("bgpconfigurations")
                    && key.name().equals("default"))
        .map(Stored::value)
        .flatMap(Optional::stream)
        .anyMatch(
            resource ->
                resource
                    .spec()
                    .get("nodeToNodeMeshEnabled")
                    .filter(Json.Bool.FALSE::equals)
                    .isPresent());
  }
}
