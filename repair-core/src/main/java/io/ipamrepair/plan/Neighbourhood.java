package io.ipamrepair.plan;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.plan.Plan.Step;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What stands around the steps of a plan, narrowly and more widely: where their judgement is
 * repeated on less than the whole state. It is the same in a state that was read whole and in one
 * of which healthy workloads were let go ({@link Focus}).
 */
final class Neighbourhood {
  /** What a plan carries at most, in bytes of keys and values. */
  static final long MOST_BYTES = 8L << 20;

  /** So many addresses in use, each with an endpoint and a handle, come to about as much. */
  private static final long MOST_ADDRESSES = 4096;

  private final IpamState state;
  private final List<Step> steps;
  private final Networks pools;
  private final Focus narrow;
  private final Focus wide;

  /**
   * Around {@code steps}, on the state that they were made for.
   *
   * @param evidence what they rest on besides what they say themselves
   */
  Neighbourhood(IpamState state, List<Step> steps, Focus evidence) {
    this.state = state;
    this.steps = steps;
    SortedSet<Cidr> writtenPools = writtenPools();
    this.pools = new Networks(writtenPools);
    this.narrow = PlanFocus.of(steps, state);
    Focus wider = narrow.and(evidence).and(sharing(writtenPools)).and(tunnels());
    this.wide = wider.and(sharing(wider.blocks()));
  }

  /** The networks that the pools which the steps write have before or afterwards. */
  private SortedSet<Cidr> writtenPools() {
    Set<Bytes> written = new HashSet<>();
    steps.forEach(step -> step.writes().forEach(write -> written.add(write.key())));
    SortedSet<Cidr> networks = new TreeSet<>();
    for (IpamState each : List.of(state, Simulation.after(state, steps))) {
      each.knownPools().known().stream()
          .filter(pool -> written.contains(state.layout().poolKey(pool.name())))
          .forEach(pool -> networks.add(pool.network()));
    }
    return networks;
  }

  /**
   * The blocks of all tunnels of the nodes that have one in a pool that is written: what is wrong
   * with the tunnels of a node is one finding.
   */
  private Focus tunnels() {
    Networks all = new Networks(state.blocks().keySet());
    return Focus.blocks(
        state.nodes().values().stream()
            .flatMap(stored -> stored.value().stream())
            .map(Node::tunnelIps)
            .filter(tunnels -> tunnels.stream().anyMatch(pools::contain))
            .flatMap(List::stream)
            .flatMap(address -> all.allAround(new Cidr(address, address.family().bits())).stream())
            .toList());
  }

  /** The blocks that share addresses with some of these. */
  private Focus sharing(SortedSet<Cidr> some) {
    Networks networks = new Networks(some);
    Networks all = new Networks(state.blocks().keySet());
    SortedSet<Cidr> sharing = new TreeSet<>();
    state.blocks().keySet().stream().filter(networks::around).forEach(sharing::add);
    some.forEach(cidr -> sharing.addAll(all.allAround(cidr)));
    return Focus.blocks(sharing);
  }

  /** What must be known whole of the state; no more than for the steps where that is too much. */
  Focus focus() {
    return isTooLarge() ? narrow : wide;
  }

  /**
   * The smallest context for which {@code proof} holds; nothing when there is none, or it is more
   * than a plan carries.
   */
  Optional<Plan.Context> smallest(Predicate<Plan.Context> proof) {
    if (isTooLarge()) {
      return Optional.empty();
    }
    for (Level level : Level.values()) {
      Optional<Plan.Context> context = new Gathering(level).context();
      if (context.filter(proof).isPresent()) {
        return context;
      }
    }
    return Optional.empty();
  }

  /** By what every reading of a state knows alike: how many addresses the blocks hold. */
  private boolean isTooLarge() {
    return wide.blocks().stream()
            .flatMap(cidr -> block(cidr).stream())
            .mapToLong(block -> block.held().size())
            .sum()
        > MOST_ADDRESSES;
  }

  private Optional<Block> block(Cidr cidr) {
    return Optional.ofNullable(state.blocks().get(cidr)).flatMap(Stored::value);
  }

  /** From the smallest on. */
  private enum Level {
    /** What the steps write, rest on and name, and the pools and settings. */
    STEPS,
    /** With what the repair looked at besides. */
    REPAIR,
    /** With all nodes and affinities. */
    NODES
  }

  /** Networks in which an address, or another network, is looked up. */
  private static final class Networks {
    private final Set<Cidr> all;
    private final SortedSet<Integer> lengths = new TreeSet<>();

    Networks(Collection<Cidr> all) {
      this.all = new HashSet<>(all);
      all.forEach(cidr -> lengths.add(cidr.prefixLength()));
    }

    boolean contain(IpAddress address) {
      return lengths.stream()
          .filter(length -> length <= address.family().bits())
          .anyMatch(length -> all.contains(new Cidr(address.masked(length), length)));
    }

    boolean around(Cidr cidr) {
      return !allAround(cidr).isEmpty();
    }

    /** Those that contain all of {@code cidr}, itself among them. */
    List<Cidr> allAround(Cidr cidr) {
      return lengths.stream()
          .filter(length -> length <= cidr.prefixLength())
          .map(length -> new Cidr(cidr.base().masked(length), length))
          .filter(all::contains)
          .toList();
    }
  }

  /** Gathers what one level has. */
  private final class Gathering {
    private final Level level;
    private final Focus focus;
    private final Networks blocks;
    private final Networks everyBlock = new Networks(state.blocks().keySet());
    private final Map<Bytes, Stored<?>> found = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();
    private boolean whole = true;

    Gathering(Level level) {
      this.level = level;
      this.focus = level == Level.STEPS ? narrow : wide;
      this.blocks = new Networks(focus.blocks());
      settings();
      blocks();
      handles();
      affinities();
      endpoints();
      named();
      nodes();
    }

    private void settings() {
      state.pools().values().forEach(this::take);
      state.config().ifPresent(this::take);
      state.clusterInformation().forEach(this::take);
      state.resources().forEach(this::take);
      state.misplacedResources().forEach(this::take);
    }

    private void blocks() {
      for (Cidr cidr : focus.blocks()) {
        Optional.ofNullable(state.blocks().get(cidr)).ifPresent(this::take);
        block(cidr).flatMap(Block::owner).ifPresent(this::name);
        block(cidr)
            .ifPresent(
                block ->
                    block.attributes().stream()
                        .flatMap(attribute -> attribute.node().stream())
                        .forEach(nodes::add));
      }
      state.nonCanonicalBlocks().stream()
          .filter(
              stored -> stored.at() instanceof CalicoKey.BlockKey key && blocks.around(key.cidr()))
          .forEach(this::take);
    }

    private void name(Owner owner) {
      if (owner.isNode()) {
        nodes.add(owner.name());
      }
    }

    private void handles() {
      Set<String> named = new HashSet<>(focus.handles());
      for (Cidr cidr : focus.blocks()) {
        block(cidr)
            .ifPresent(
                block ->
                    block.attributes().stream()
                        .flatMap(attribute -> attribute.handle().stream())
                        .forEach(named::add));
      }
      state
          .handles()
          .forEach(
              (id, stored) -> {
                boolean counts =
                    stored.value().map(Handle::blocks).orElse(List.of()).stream()
                        .anyMatch(focus.blocks()::contains);
                if (counts || named.contains(id)) {
                  take(stored);
                }
              });
    }

    private void affinities() {
      state
          .affinities()
          .forEach(
              (id, stored) -> {
                if (level == Level.NODES || focus.blocks().contains(id.cidr())) {
                  take(stored);
                  name(id.owner());
                }
              });
      state.nonCanonicalAffinities().stream()
          .filter(
              stored ->
                  stored.at() instanceof CalicoKey.AffinityKey key
                      && (level == Level.NODES || focus.blocks().contains(key.cidr())))
          .forEach(this::take);
    }

    private void endpoints() {
      Set<Bytes> ofPods = new HashSet<>();
      focus.endpoints().forEach(range -> ofPods.addAll(state.keysIn(range)));
      for (Cidr cidr : focus.blocks()) {
        block(cidr)
            .ifPresent(block -> block.attributes().forEach(each -> ofPods.addAll(podOf(each))));
      }
      boolean blind = false;
      for (Stored<Endpoint> stored : state.endpoints().values()) {
        boolean firstUnreadable = !blind && stored.value().isEmpty();
        blind |= firstUnreadable;
        if (firstUnreadable || ofPods.contains(stored.key()) || uses(stored)) {
          take(stored);
          stored.value().map(Endpoint::node).ifPresent(nodes::add);
        }
      }
    }

    private List<Bytes> podOf(Attribute attribute) {
      Optional<KeyRange> range = state.layout().endpointsOf(attribute);
      return range.map(state::keysIn).orElse(List.of());
    }

    private boolean uses(Stored<Endpoint> stored) {
      return stored
          .value()
          .filter(
              endpoint ->
                  endpoint.addresses().stream().anyMatch(this::isNear)
                      || endpoint.natAddresses().stream().anyMatch(this::isNear))
          .isPresent();
    }

    /** Of a block here; or of a pool that is written, and of no block at all. */
    private boolean isNear(IpAddress address) {
      return blocks.contain(address) || pools.contain(address) && !everyBlock.contain(address);
    }

    /** The nodes that are named by requirements. */
    private void named() {
      steps.stream()
          .flatMap(step -> step.requires().stream())
          .forEach(
              requirement -> {
                if (requirement instanceof Requirement.NodeSelected selected) {
                  nodes.add(selected.node());
                } else if (requirement instanceof Requirement.BlocksAtMost most) {
                  nodes.add(most.node());
                } else if (requirement instanceof Requirement.KeyIs is) {
                  state.at(is.key()).ifPresent(this::take);
                }
              });
    }

    private void nodes() {
      boolean blind = false;
      for (Map.Entry<String, Stored<Node>> entry : state.nodes().entrySet()) {
        Stored<Node> stored = entry.getValue();
        boolean firstUnreadable = !blind && stored.value().isEmpty();
        blind |= firstUnreadable;
        boolean tunnel =
            stored.value().map(Node::tunnelIps).orElse(List.of()).stream().anyMatch(this::isNear);
        if (level == Level.NODES || firstUnreadable || tunnel || nodes.contains(entry.getKey())) {
          take(stored);
        }
      }
    }

    private void take(Stored<?> stored) {
      whole &= stored.bytes().isPresent();
      found.put(stored.key(), stored);
    }

    /** Nothing when it is more than a plan carries, or is not known whole. */
    Optional<Plan.Context> context() {
      steps.forEach(step -> step.writes().forEach(write -> found.remove(write.key())));
      TreeMap<Bytes, Bytes> keys = new TreeMap<>();
      long size = 0;
      for (Stored<?> stored : found.values()) {
        Bytes value = stored.bytes().orElse(Bytes.EMPTY);
        size += stored.key().length() + value.length();
        keys.put(stored.key(), value);
      }
      return whole && size <= MOST_BYTES
          ? Optional.of(new Plan.Context(keys, othersOf()))
          : Optional.empty();
    }

    /** The workloads of which one endpoint is here, and others are not. */
    private SortedSet<String> othersOf() {
      Map<String, Integer> here = new HashMap<>();
      Map<String, Integer> all = new HashMap<>();
      for (Stored<Endpoint> stored : state.endpoints().values()) {
        stored
            .value()
            .map(Endpoint::template)
            .ifPresent(
                template -> {
                  all.merge(template, 1, Integer::sum);
                  if (found.containsKey(stored.key())) {
                    here.merge(template, 1, Integer::sum);
                  }
                });
      }
      SortedSet<String> others = new TreeSet<>();
      here.forEach(
          (template, count) -> {
            if (count == 1 && all.get(template) + state.replicasLetGo(template) > 1) {
              others.add(template);
            }
          });
      return others;
    }
  }
}
