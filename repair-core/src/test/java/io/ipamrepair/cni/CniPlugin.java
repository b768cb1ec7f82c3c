package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cni.KeyStore.Stored;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One call of Calico's plugin on one node: a process that lives for one operation, reads what it
 * needs, writes one key after the other, and begins a write again when it lost its compare
 * (reference, sections 5.1 to 5.5). IPv4 only, one address for a pod; every pool selects every
 * node.
 */
public final class CniPlugin {
  /** As often as Calico's clients try. */
  private static final int TRIES = 100;

  /** How many blocks a node may have when the configuration does not say. */
  private static final int BLOCKS_PER_NODE = 20;

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS '+0000 UTC'")
          .withZone(ZoneOffset.UTC);

  private static final String PENDING = "{\"state\":\"pending\",\"deleted\":false}";
  private static final String CONFIRMED = "{\"state\":\"confirmed\",\"deleted\":false}";
  private static final String PENDING_DELETION =
      "{\"state\":\"pendingDeletion\",\"deleted\":false}";

  private final String node;
  private final KeyStore store;
  private final Site site;
  private final Draws draws;
  private final Pauses pauses;

  /**
   * What the plugins of a cluster have in common.
   *
   * @param dialect the release that is installed
   * @param book where they write down what they hold
   */
  public record Site(Dialect dialect, BlockOrder order, Book book) {}

  /** A plugin on {@code node}. */
  public CniPlugin(String node, KeyStore store, Site site, Draws draws, Pauses pauses) {
    this.node = node;
    this.store = store;
    this.site = site;
    this.draws = draws;
    this.pauses = pauses;
  }

  /** A block as it was read or written, and its affinity's key where that matters. */
  private record Held(Stored stored, BlockValue value) {}

  /** Who gets an address, and what the block says of them. */
  private record Claimant(String handle, Json.Obj attribute) {}

  private Hand hand(String operation) {
    return new Hand(store, pauses, operation);
  }

  /**
   * Starts a pod: an address of a block of this node, else of a block that it claims, else a
   * borrowed one; at last the endpoint.
   *
   * @return the address; nothing when there is none, and the pod does not start
   */
  public Optional<IpAddress> start(Pod pod) {
    Hand hand = hand("start");
    try {
      Optional<IpAddress> address = new Assignment(hand, claimant(pod)).anywhere();
      address.ifPresent(found -> createEndpoint(hand, pod, found));
      return address;
    } catch (PluginDied died) {
      site.book().abandoned(pod.handle(), hand.last());
      throw died;
    }
  }

  /** Starts a pod with an address of one block, whosever it is; nothing when that is full. */
  public Optional<IpAddress> startIn(Cidr block, Pod pod) {
    Hand hand = hand("borrow");
    Optional<IpAddress> address = new Assignment(hand, claimant(pod)).borrow(block);
    address.ifPresent(found -> createEndpoint(hand, pod, found));
    return address;
  }

  private Claimant claimant(Pod pod) {
    return new Claimant(
        pod.handle(),
        Json.Obj.of(
            "handle_id",
            new Json.Text(pod.handle()),
            "secondary",
            Json.Obj.of(
                "namespace", new Json.Text(pod.namespace()),
                "node", new Json.Text(node),
                "pod", new Json.Text(pod.name()),
                "timestamp", new Json.Text(TIMESTAMP.format(draws.assignedAt())))));
  }

  private void createEndpoint(Hand hand, Pod pod, IpAddress address) {
    String value = new EndpointValue(pod, address, draws.uid(), draws.createdAt()).encode();
    if (hand.create(Keys.endpoint(pod), value).isEmpty()) {
      throw new IllegalStateException("two endpoints of one name: " + Keys.endpoint(pod));
    }
  }

  /** Stops a pod: its endpoint goes first, then what its handle has. */
  public void stop(Pod pod) {
    Hand hand = hand("stop");
    try {
      store.get(Keys.endpoint(pod)).ifPresent(hand::delete);
      release(hand, pod.handle());
    } catch (PluginDied died) {
      site.book().abandoned(pod.handle(), hand.last());
      throw died;
    }
  }

  /** Gives this node a tunnel address, and says so in its Node. */
  public Optional<IpAddress> assignTunnelAddress() {
    Hand hand = hand("tunnel");
    Json.Obj attribute =
        Json.Obj.of(
            "handle_id",
            new Json.Text(tunnelHandle()),
            "secondary",
            Json.Obj.of("node", new Json.Text(node), "type", new Json.Text("ipipTunnelAddress")));
    try {
      Optional<IpAddress> address =
          new Assignment(hand, new Claimant(tunnelHandle(), attribute)).anywhere();
      address.ifPresent(found -> setTunnelAddress(hand, Optional.of(found)));
      return address;
    } catch (PluginDied died) {
      site.book().abandoned(tunnelHandle(), hand.last());
      throw died;
    }
  }

  /** Takes this node's tunnel address away, from its Node first. */
  public void releaseTunnelAddress() {
    Hand hand = hand("tunnel");
    try {
      setTunnelAddress(hand, Optional.empty());
      release(hand, tunnelHandle());
    } catch (PluginDied died) {
      site.book().abandoned(tunnelHandle(), hand.last());
      throw died;
    }
  }

  private String tunnelHandle() {
    return "ipip-tunnel-addr-" + node;
  }

  /** A Node that is gone meanwhile keeps nothing. */
  private void setTunnelAddress(Hand hand, Optional<IpAddress> address) {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<Stored> found = store.get(Keys.NODES + node);
      if (found.isEmpty()
          || hand.update(found.get(), withTunnel(found.get(), address)).isPresent()) {
        return;
      }
    }
    throw new IllegalStateException("node " + node + " is written all the time");
  }

  private static String withTunnel(Stored stored, Optional<IpAddress> address) {
    Json.Obj object = json(stored);
    Json.Obj spec = (Json.Obj) object.get("spec").orElseThrow();
    Json.Obj bgp = (Json.Obj) spec.get("bgp").orElseThrow();
    Json.Obj changed =
        address
            .map(
                at ->
                    bgp.withBehind(
                        "ipv4Address", "ipv4IPIPTunnelAddr", new Json.Text(at.toString())))
            .orElseGet(() -> bgp.without("ipv4IPIPTunnelAddr"));
    return object.with("spec", spec.with("bgp", changed)).encode().display();
  }

  private static Json.Obj json(Stored stored) {
    try {
      return new JsonReader().readObject(Bytes.utf8(stored.value()));
    } catch (JsonFormatException broken) {
      throw new IllegalStateException(stored.toString(), broken);
    }
  }

  /**
   * Gives up a block of this node (reference, 5.5): an empty one goes, another loses its owner.
   *
   * @param mustBeEmpty whether to leave a block that holds addresses
   */
  public void releaseBlock(Cidr cidr, boolean mustBeEmpty) {
    releaseBlock(hand("release block"), node, cidr, mustBeEmpty);
  }

  private void releaseBlock(Hand hand, String owner, Cidr cidr, boolean mustBeEmpty) {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<Stored> affinity = store.get(Keys.affinity(owner, cidr));
      Optional<Held> block = affinity.flatMap(key -> block(cidr));
      if (block.isEmpty()) {
        return;
      }
      if (!block.get().value().isOf(owner) && block.get().value().affinity().isPresent()) {
        hand.delete(affinity.get());
        return;
      }
      if (mustBeEmpty && !block.get().value().isEmpty()) {
        return;
      }
      Optional<Stored> leaving = hand.update(affinity.get(), PENDING_DELETION);
      if (leaving.isEmpty()) {
        continue;
      }
      boolean gone =
          block.get().value().isEmpty()
              ? hand.delete(block.get().stored()).isPresent()
              : hand.update(block.get().stored(), block.get().value().withoutOwner().encode())
                  .isPresent();
      if (gone) {
        hand.delete(leaving.get());
        return;
      }
    }
  }

  /** The block, if it exists; one that Calico cannot read fails whatever needs it. */
  private Optional<Held> block(Cidr cidr) {
    return store.get(Keys.block(cidr)).map(CniPlugin::held);
  }

  private static Held held(Stored stored) {
    try {
      return new Held(stored, BlockValue.read(stored.value()));
    } catch (BrokenBlockException broken) {
      throw new IllegalStateException(stored.key(), broken);
    }
  }

  private static Optional<Held> rewritten(Hand hand, Held block, BlockValue value) {
    return hand.update(block.stored(), value.encode()).map(stored -> new Held(stored, value));
  }

  /** How an address is found and assigned. */
  private final class Assignment {
    private final Hand hand;
    private final Claimant claimant;

    Assignment(Hand hand, Claimant claimant) {
      this.hand = hand;
      this.claimant = claimant;
    }

    Optional<IpAddress> anywhere() {
      List<PoolValue> pools =
          store.list(Keys.POOLS).stream()
              .map(PoolValue::read)
              .filter(pool -> !pool.disabled())
              .toList();
      Configuration configuration = Configuration.of(store.get(Keys.CONFIG));
      for (int attempt = 1; attempt <= TRIES; attempt++) {
        List<Stored> affinities = store.list(Keys.affinities(node));
        for (Stored affinity : affinities) {
          Cidr cidr = Keys.cidr(affinity.key());
          boolean allowed = pools.stream().anyMatch(pool -> pool.network().contains(cidr.base()));
          Optional<IpAddress> address =
              allowed
                  ? ownBlock(affinity, cidr).flatMap(block -> from(block, true))
                  : Optional.empty();
          if (address.isPresent()) {
            return address;
          }
        }
        if (!configuration.claims() || affinities.size() >= configuration.most()) {
          break;
        }
        Optional<Cidr> usable = usable(pools);
        if (usable.isEmpty()) {
          break;
        }
        // What it claims, the next round finds among its affinities.
        Optional<IpAddress> address = claim(usable.get()).flatMap(block -> from(block, true));
        if (address.isPresent()) {
          return address;
        }
      }
      return configuration.strict() ? Optional.empty() : borrow(pools);
    }

    /** The block of one of this node's affinities, made or confirmed where it is not yet. */
    private Optional<Held> ownBlock(Stored affinity, Cidr cidr) {
      Optional<Held> block = block(cidr);
      if (block.isEmpty()) {
        return hand.update(affinity, PENDING).flatMap(pending -> create(pending, cidr));
      }
      if (!block.get().value().isOf(node)) {
        hand.delete(affinity);
        return Optional.empty();
      }
      if (isConfirmed(affinity)) {
        return block;
      }
      Optional<Stored> pending = hand.update(affinity, PENDING);
      Optional<Held> again =
          pending.flatMap(key -> rewritten(hand, block.get(), block.get().value().rewritten()));
      return again.filter(rewritten -> confirm(pending.get()));
    }

    private static boolean isConfirmed(Stored affinity) {
      return affinity.value().isEmpty()
          || json(affinity)
              .text("state")
              .filter(state -> !state.isEmpty())
              .orElse("confirmed")
              .equals("confirmed");
    }

    /** Claims a CIDR that looked free (reference, 5.1). */
    private Optional<Held> claim(Cidr cidr) {
      String key = Keys.affinity(node, cidr);
      Optional<Stored> pending = hand.create(key, PENDING);
      if (pending.isEmpty()) {
        pending =
            store
                .get(key)
                .flatMap(
                    found -> isConfirmed(found) ? Optional.of(found) : hand.update(found, PENDING));
      }
      if (pending.isEmpty()) {
        return Optional.empty();
      }
      Optional<Held> block = block(cidr);
      if (block.isEmpty()) {
        return hand.update(pending.get(), PENDING).flatMap(again -> create(again, cidr));
      }
      return settle(pending.get(), block.get());
    }

    private Optional<Held> create(Stored pending, Cidr cidr) {
      BlockValue fresh = BlockValue.claimed(cidr, node, site.dialect(), draws);
      Optional<Held> created =
          hand.create(Keys.block(cidr), fresh.encode()).map(stored -> new Held(stored, fresh));
      if (created.isPresent()) {
        return created.filter(block -> confirm(pending));
      }
      return block(cidr).flatMap(block -> settle(pending, block));
    }

    /** Somebody made the block first: this node, in another process, or another one. */
    private Optional<Held> settle(Stored pending, Held block) {
      if (block.value().isOf(node)) {
        return Optional.of(block).filter(ours -> confirm(pending));
      }
      hand.delete(pending);
      return Optional.empty();
    }

    private boolean confirm(Stored pending) {
      return hand.update(pending, CONFIRMED).isPresent()
          || store.get(pending.key()).filter(Assignment::isConfirmed).isPresent();
    }

    /**
     * A CIDR without a block, or with one of this node's, in the order of the pools' names; else
     * one that an owner leaves empty.
     */
    private Optional<Cidr> usable(List<PoolValue> pools) {
      Map<Cidr, BlockValue> blocks = new TreeMap<>();
      store
          .list(Keys.BLOCKS)
          .forEach(each -> blocks.put(Keys.cidr(each.key()), held(each).value()));
      Optional<Cidr> free =
          candidates(pools).stream()
              .filter(
                  cidr ->
                      !blocks.containsKey(cidr)
                          || blocks.get(cidr).isOf(node) && !blocks.get(cidr).isFull())
              .findFirst();
      if (free.isPresent() || !site.dialect().stampsClaims()) {
        return free;
      }
      for (Cidr cidr : candidates(pools)) {
        BlockValue block = blocks.get(cidr);
        if (block.isEmpty() && block.owner().isPresent() && block.isOldEnough(draws.claimedAt())) {
          releaseBlock(hand, block.owner().get(), cidr, true);
          return Optional.of(cidr);
        }
      }
      return Optional.empty();
    }

    private List<Cidr> candidates(List<PoolValue> pools) {
      List<Cidr> candidates = new ArrayList<>();
      for (PoolValue pool : pools) {
        int first = site.order().first(node, pool.blocks());
        IntStream.range(0, pool.blocks())
            .map(step -> (first + step) % pool.blocks())
            .mapToObj(pool::block)
            .forEach(candidates::add);
      }
      return candidates;
    }

    private Optional<IpAddress> borrow(List<PoolValue> pools) {
      return candidates(pools).stream().map(this::borrow).flatMap(Optional::stream).findFirst();
    }

    /** An address of a block, whosever it is. */
    Optional<IpAddress> borrow(Cidr cidr) {
      return block(cidr).flatMap(block -> from(block, false));
    }

    /** The handle first, then the block; when the block was lost the handle is put back. */
    private Optional<IpAddress> from(Held first, boolean onlyOwn) {
      Held block = first;
      for (int attempt = 1; attempt <= TRIES; attempt++) {
        BlockValue value = block.value();
        if (value.isFull() || onlyOwn && !value.isOf(node)) {
          return Optional.empty();
        }
        Cidr cidr = value.cidr();
        count(hand, claimant.handle(), cidr, 1);
        Optional<Held> written = rewritten(hand, block, value.assigned(claimant.attribute()));
        if (written.isPresent()) {
          IpAddress address = cidr.address(value.next());
          site.book().assigned(cidr, address, claimant.handle(), written.get().stored().revision());
          return Optional.of(address);
        }
        count(hand, claimant.handle(), cidr, -1);
        Optional<Held> again = block(cidr);
        if (again.isEmpty()) {
          return Optional.empty();
        }
        block = again.get();
      }
      return Optional.empty();
    }
  }

  /**
   * Changes a handle's count; a handle of which nothing is left goes. One that is gone when it is
   * to be lowered is only noted in a log by Calico.
   */
  private void count(Hand hand, String handle, Cidr cidr, int more) {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<Stored> found = store.get(Keys.handle(handle));
      if (found.isEmpty() && more < 0) {
        return;
      }
      HandleValue before =
          found
              .map(each -> HandleValue.read(each.value()))
              .orElse(new HandleValue(new TreeMap<>()));
      HandleValue after = before.plus(cidr.toString(), more);
      boolean written;
      if (found.isEmpty()) {
        written = hand.create(Keys.handle(handle), after.encode()).isPresent();
      } else if (after.counts().isEmpty()) {
        written = hand.delete(found.get()).isPresent();
      } else {
        written = hand.update(found.get(), after.encode()).isPresent();
      }
      if (written) {
        return;
      }
    }
    throw new IllegalStateException("handle " + handle + " is written all the time");
  }

  /** Frees all that a handle has (reference, 5.4, ReleaseByHandle): each block, then its count. */
  private void release(Hand hand, String handle) {
    Optional<Stored> found = store.get(Keys.handle(handle));
    if (found.isEmpty()) {
      site.book().missed(handle, "its handle is gone");
      return;
    }
    for (String text : HandleValue.read(found.get().value()).counts().keySet()) {
      free(hand, handle, Cidr.of(text));
    }
    site.book().missed(handle, "its handle does not name its block");
  }

  private void free(Hand hand, String handle, Cidr cidr) {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Optional<Held> block = block(cidr);
      List<Integer> ordinals =
          block.map(found -> found.value().ordinalsOf(handle)).orElse(List.of());
      if (ordinals.isEmpty()) {
        return;
      }
      BlockValue after = block.get().value().freed(ordinals, site.dialect());
      Optional<Long> at =
          after.isEmpty() && after.affinity().isEmpty()
              ? hand.delete(block.get().stored())
              : rewritten(hand, block.get(), after).map(held -> held.stored().revision());
      if (at.isPresent()) {
        site.book().freed(handle, cidr, at.get());
        count(hand, handle, cidr, -site.dialect().counted(ordinals.size()));
        return;
      }
    }
    throw new IllegalStateException("block " + cidr + " is written all the time");
  }

  /** What IPAM's configuration says, or its defaults. */
  private record Configuration(boolean strict, boolean claims, int most) {
    static Configuration of(Optional<Stored> stored) {
      if (stored.isEmpty()) {
        return new Configuration(false, true, BLOCKS_PER_NODE);
      }
      Json.Obj object = json(stored.get());
      int most =
          object
              .get("maxBlocksPerHost")
              .map(number -> Integer.parseInt(((Json.Num) number).literal()))
              .orElse(0);
      return new Configuration(
          object.get("strict_affinity").orElse(Json.Bool.FALSE) == Json.Bool.TRUE,
          object.get("auto_allocate_blocks").orElse(Json.Bool.FALSE) == Json.Bool.TRUE,
          most > 0 ? most : BLOCKS_PER_NODE);
    }
  }
}
