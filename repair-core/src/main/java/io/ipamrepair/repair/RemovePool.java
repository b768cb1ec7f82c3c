package io.ipamrepair.repair;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Change;
import io.ipamrepair.change.Change.Stage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * {@code remove-pool NAME}: takes a pool away. By resource name only, because a CIDR may mean two
 * pools, and that is how the incident began. Blocks that another pool contains stay as they are;
 * empty ones that no pool would contain go first; ones in use stop the repair, unless {@code
 * --keep-blocks}.
 *
 * @param poolName the resource's name, exactly
 * @param keepBlocks whether the operator accepts that addresses in use end up in no pool
 */
public record RemovePool(String poolName, boolean keepBlocks) implements Repair {
  /** The flag that names the risk. */
  public static final String KEEP_BLOCKS = "--keep-blocks";

  /** How many addresses a refusal names. */
  private static final int NAMED = 5;

  @Override
  public String name() {
    return "remove-pool";
  }

  @Override
  public Change judge(IpamState state) throws RefusedException {
    refuseCidr(state);
    NamedPool pool = find(state);
    return new Judgement(state, pool).change();
  }

  /**
   * Beside what it writes: the blocks of the addresses that come under another pool or none, for
   * the plan names who uses them; where it is refused because of these, those of the few that it
   * names.
   */
  @Override
  public Focus focus(IpamState state) {
    Optional<NamedPool> found = state.knownPools().byName(poolName);
    if (found.isEmpty()) {
      return Focus.NOTHING;
    }
    NamedPool pool = found.get();
    Judgement judgement = new Judgement(state, pool);
    Set<IpAddress> named = new HashSet<>();
    if (!keepBlocks) {
      judgement.losing.keySet().stream().limit(NAMED).forEach(named::add);
    }
    Predicate<IpAddress> moves =
        named.isEmpty()
            ? address ->
                state
                    .knownPools()
                    .governing(address)
                    .filter(governing -> governing.name().equals(poolName))
                    .isPresent()
            : named::contains;
    Focus blocks =
        Focus.blocks(
            state.blocks().values().stream()
                .flatMap(stored -> stored.value().stream())
                .filter(block -> block.cidr().overlaps(pool.network()))
                .filter(block -> block.held().stream().map(block::address).anyMatch(moves))
                .map(Block::cidr)
                .toList());
    try {
      return blocks.and(Focus.keys(state.layout(), judgement.change().keys()));
    } catch (RefusedException refused) {
      return blocks;
    }
  }

  private void refuseCidr(IpamState state) throws RefusedException {
    if (state.pools().containsKey(poolName)) {
      return;
    }
    Optional<CidrText> cidr = CidrText.read(poolName);
    if (cidr.isEmpty()) {
      return;
    }
    List<String> reasons = new ArrayList<>();
    List<NamedPool> meant =
        state.knownPools().known().stream()
            .filter(pool -> pool.network().overlaps(cidr.get().network()))
            .toList();
    reasons.add(
        switch (meant.size()) {
          case 0 ->
              "remove-pool takes a pool's name, and no pool covers " + cidr.get().network() + ".";
          case 1 ->
              "remove-pool takes a pool's name. One pool covers " + cidr.get().network() + ":";
          default ->
              "remove-pool takes a pool's name, because "
                  + meant.size()
                  + " pools cover "
                  + cidr.get().network()
                  + ":";
        });
    AddressUsers users = AddressUsers.of(state);
    meant.forEach(pool -> reasons.add("  " + describe(state, users, pool)));
    throw new RefusedException(RefusedException.Fault.ARGUMENTS, reasons);
  }

  private static String describe(IpamState state, AddressUsers users, NamedPool pool) {
    long blocks = state.blocks().keySet().stream().filter(pool.network()::contains).count();
    String text = pool.pool().cidrText().orElseThrow();
    String note =
        pool.pool().cidr().orElseThrow().hasHostBits()
            ? "  (" + pool.network() + ", entered with host bits)"
            : "";
    return pool.name()
        + "  "
        + text
        + "  "
        + Words.count(blocks, "block")
        + ", "
        + Words.count(inUse(state, users, pool.network()).size(), "address")
        + " in use"
        + note;
  }

  /**
   * Addresses inside {@code network} that a block holds, Windows' reservations aside, or that
   * anybody uses.
   */
  private static SortedMap<IpAddress, List<ObjectName>> inUse(
      IpamState state, AddressUsers users, Cidr network) {
    SortedMap<IpAddress, List<ObjectName>> inUse = new TreeMap<>();
    users.inside(network).forEach(address -> inUse.put(address, users.of(address)));
    state
        .addressesIn(network, Block::inUse)
        .forEach(address -> inUse.putIfAbsent(address, users.of(address)));
    return inUse;
  }

  private NamedPool find(IpamState state) throws RefusedException {
    if (!state.pools().containsKey(poolName)) {
      throw RefusedException.data(
          "There is no pool "
              + poolName
              + ". Pools: "
              + (state.pools().isEmpty() ? "none" : String.join(", ", state.pools().keySet()))
              + ".");
    }
    return state
        .knownPools()
        .byName(poolName)
        .orElseThrow(
            () ->
                RefusedException.data(
                    "Pool "
                        + poolName
                        + " cannot be read, or has no CIDR: what lies in it is not known."));
  }

  /** What is true of one pool in one state, and what follows from it. */
  private final class Judgement {
    private final IpamState state;
    private final NamedPool pool;
    private final Stored<?> stored;
    private final Pools others;
    private final AddressUsers users;
    private final HandleCounts handles;
    private final SortedMap<Cidr, Stored<Block>> uncovered = new TreeMap<>();

    /** Of the whole pool, which may be a million: counted once. */
    private final SortedMap<IpAddress, List<ObjectName>> used;

    /** Of those in use, the addresses that no pool covers any more once this one is gone. */
    private final SortedMap<IpAddress, List<ObjectName>> losing;

    Judgement(IpamState state, NamedPool pool) {
      this.state = state;
      this.pool = pool;
      this.stored = state.pools().get(pool.name());
      this.others = state.knownPools().without(pool.name());
      this.users = AddressUsers.of(state);
      this.handles = new HandleCounts(state);
      state
          .blocks()
          .forEach(
              (cidr, block) -> {
                if (pool.network().contains(cidr) && !isCovered(cidr)) {
                  uncovered.put(cidr, block);
                }
              });
      this.used = inUse(state, users, pool.network());
      this.losing = new TreeMap<>(used);
      losing.keySet().removeIf(address -> others.governing(address).isPresent());
    }

    private boolean isCovered(Cidr cidr) {
      return !others.containing(cidr).isEmpty();
    }

    Change change() throws RefusedException {
      List<Stored<Block>> unclear =
          uncovered.values().stream()
              .filter(block -> block.value().isEmpty() || !isCanonical(block))
              .toList();
      if (!keepBlocks) {
        refuse(unclear);
      }
      List<Stage> stages = new ArrayList<>();
      boolean atOnce = pool.pool().disabled() || coveredByTwin().isPresent();
      if (!atOnce) {
        stages.add(new Stage(List.of(disable()), false));
      }
      boolean quiet = !atOnce;
      for (List<Unit> units : emptyUnits()) {
        stages.add(new Stage(units, quiet));
        quiet = false;
      }
      stages.add(new Stage(List.of(delete()), quiet));
      List<String> impact = impact();
      return new Change(
          "Remove pool " + pool.name() + " (" + pool.pool().cidrText().orElseThrow() + ")",
          stages,
          impact,
          left(unclear),
          keepBlocks ? List.of("B10", "A6", "B16") : List.of(),
          keepBlocks ? KEEP_BLOCKS : "");
    }

    private boolean isCanonical(Stored<Block> block) {
      return block.at() instanceof CalicoKey.BlockKey key && key.canonical();
    }

    private void refuse(List<Stored<Block>> unclear) throws RefusedException {
      List<String> reasons = new ArrayList<>();
      if (!losing.isEmpty()) {
        reasons.add(
            "Pool "
                + pool.name()
                + " is the only pool over "
                + Words.count(losing.size(), "address")
                + " in use: "
                + Words.some(
                    losing.keySet().stream()
                        .map(address -> address + who(losing.get(address)))
                        .toList(),
                    NAMED)
                + ".");
        reasons.add(
            "Without a pool these are cut off from other nodes; masquerading and encapsulation of their traffic end.");
        reasons.add(
            "Put another pool over them first, move the workloads, or accept it: remove-pool "
                + pool.name()
                + " "
                + KEEP_BLOCKS);
      }
      unclear.forEach(
          block ->
              reasons.add(
                  block.object()
                      + " inside the pool cannot be judged ("
                      + (block.value().isEmpty()
                          ? "its value is unreadable"
                          : "its key is not canonical: " + block.key())
                      + "): it may hold addresses in use."));
      uncovered.values().stream()
          .flatMap(stored -> stored.value().stream())
          .filter(block -> !block.isVacant() && losesNobody(block))
          .forEach(
              block ->
                  reasons.add(
                      block.held().isEmpty()
                          ? "Block "
                              + block.cidr()
                              + " holds addresses that are cooling down: wait until Calico has freed"
                              + " them."
                          : "Block "
                              + block.cidr()
                              + " would lie in no pool: smaller pools hold its addresses in use, and"
                              + " not the whole of it."));
      if (!reasons.isEmpty()) {
        throw new RefusedException(RefusedException.Fault.DATA, reasons);
      }
    }

    private boolean losesNobody(Block block) {
      return block.held().stream().map(block::address).noneMatch(losing::containsKey);
    }

    private String who(List<ObjectName> using) {
      return using.isEmpty() ? "" : " (" + using.get(0) + ")";
    }

    /**
     * An enabled pool that takes over everything at once: over all of it, with the same block size
     * and selectors.
     */
    private Optional<NamedPool> coveredByTwin() {
      return others.known().stream()
          .filter(other -> other.network().contains(pool.network()))
          .filter(other -> !other.pool().disabled())
          .filter(other -> other.pool().blockSize() == pool.pool().blockSize())
          .filter(other -> other.pool().nodeSelector().equals(pool.pool().nodeSelector()))
          .findFirst();
    }

    private Unit disable() {
      return new Unit(
          "Disable pool " + pool.name(),
          List.of(
              new Write(
                  stored.key(),
                  "nothing new may come into being in it while it goes",
                  new Edit.DisablePool())),
          List.of());
    }

    /** Whether a block that no other pool contains goes with this one: nobody uses it. */
    private boolean goes(Stored<Block> block) {
      return isCanonical(block)
          && block
              .value()
              .filter(value -> value.isVacant() && users.inside(value.cidr()).isEmpty())
              .isPresent();
    }

    /** What must be done one after the other of one block, by place. */
    private List<List<Unit>> emptyUnits() {
      BlockRemoval removal = new BlockRemoval(state, handles);
      List<List<Unit>> places = new ArrayList<>(List.of(new ArrayList<>()));
      uncovered.values().stream()
          .filter(this::goes)
          .map(
              block ->
                  removal.delete(
                      block,
                      new TreeMap<>(),
                      affinity -> true,
                      "empty, and no pool would contain it",
                      List.of()))
          .forEach(
              parts -> {
                for (int place = 0; place < parts.size(); place++) {
                  if (places.size() == place) {
                    places.add(new ArrayList<>());
                  }
                  places.get(place).add(parts.get(place));
                }
              });
      List<Unit> units = places.get(0);
      state
          .affinities()
          .forEach(
              (id, affinity) -> {
                boolean lingering =
                    pool.network().contains(id.cidr())
                        && !isCovered(id.cidr())
                        && !state.blocks().containsKey(id.cidr());
                if (lingering) {
                  units.add(lingering(id, affinity.key()));
                }
              });
      return places;
    }

    private Unit lingering(AffinityId id, io.ipamrepair.kv.Bytes key) {
      return new Unit(
          "Delete the affinity of " + id.owner().name() + " for " + id.cidr(),
          List.of(
              new Write(
                  key,
                  "it has no block, and would bring one back outside every pool",
                  new Edit.DeleteKey())),
          List.of(new Requirement.KeyAbsent(state.layout().key(id.cidr()))));
    }

    private Unit delete() {
      List<Requirement> requires = new ArrayList<>();
      SortedSet<Cidr> known = new TreeSet<>();
      boolean whollyCovered = isCovered(pool.network());
      // The pools that keep blocks must keep them.
      overlapping().stream()
          .filter(
              other ->
                  whollyCovered
                      ? other.network().contains(pool.network())
                      : !coveredBlocksBy(other).isEmpty())
          .map(other -> state.pools().get(other.name()))
          .forEach(
              other ->
                  requires.add(new Requirement.KeyIs(other.key(), other.bytes().orElseThrow())));
      if (!whollyCovered) {
        state
            .blocks()
            .forEach(
                (cidr, block) -> {
                  boolean goes = uncovered.containsKey(cidr) && goes(block);
                  if (pool.network().contains(cidr) && !goes) {
                    known.add(cidr);
                  }
                });
        requires.add(new Requirement.NoOtherBlocks(pool.network(), known));
      }
      return new Unit(
          "Delete pool " + pool.name(),
          List.of(new Write(stored.key(), "this is the pool to remove", new Edit.DeleteKey())),
          requires);
    }

    private List<NamedPool> overlapping() {
      return others.known().stream()
          .filter(other -> other.network().overlaps(pool.network()))
          .toList();
    }

    private List<Cidr> coveredBlocksBy(NamedPool other) {
      return state.blocks().keySet().stream()
          .filter(cidr -> pool.network().contains(cidr) && other.network().contains(cidr))
          .toList();
    }

    private List<String> impact() {
      List<String> lines = new ArrayList<>();
      long staying =
          state.blocks().keySet().stream()
              .filter(cidr -> pool.network().contains(cidr) && isCovered(cidr))
              .count();
      if (staying > 0) {
        lines.add(
            Words.count(staying, "block")
                + " with "
                + Words.count(used.size() - losing.size(), "address")
                + " in use "
                + (staying == 1 ? "stays" : "stay")
                + " with "
                + Words.some(
                    overlapping().stream().map(other -> "pool " + other.name()).toList(), 5)
                + " and "
                + (staying == 1 ? "its node" : "their nodes")
                + ".");
      }
      lines.addAll(new PoolHandover(state, pool, others, users).lines());
      if (!losing.isEmpty()) {
        lines.addAll(lossLines());
      }
      boolean lastEncapsulating =
          pool.pool().isIpip() && others.known().stream().noneMatch(other -> other.pool().isIpip())
              || pool.pool().isVxlan()
                  && others.known().stream().noneMatch(other -> other.pool().isVxlan());
      if (lastEncapsulating) {
        lines.add(
            "It is the last pool with "
                + (pool.pool().isIpip() ? "IPIP" : "VXLAN")
                + ": Felix restarts on every node.");
      }
      return lines;
    }

    private List<String> lossLines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          Words.count(losing.size(), "address")
              + " in use will lie in no pool: cut off from other nodes, except a node's own pods under"
              + " its confirmed affinity. Pods on the same node still reach them.");
      if (pool.pool().natOutgoing()) {
        lines.add(
            "Their traffic to the outside is no longer masqueraded; traffic to them from masqueraded pools is.");
      }
      if (pool.pool().isIpip() || pool.pool().isVxlan()) {
        lines.add("What still reaches them goes without encapsulation.");
      }
      losing.forEach(
          (address, using) ->
              lines.add(
                  "  loses: "
                      + address
                      + (using.isEmpty()
                          ? " (no known user)"
                          : " "
                              + Words.some(using.stream().map(ObjectName::toString).toList(), 3))));
      return lines;
    }

    private List<String> left(List<Stored<Block>> unclear) {
      List<String> left = new ArrayList<>();
      uncovered.forEach(
          (cidr, block) ->
              block
                  .value()
                  .filter(value -> !goes(block))
                  .ifPresent(
                      value ->
                          left.add(
                              "block "
                                  + cidr
                                  + " with "
                                  + Words.count(value.held().size(), "address")
                                  + ": kept as it is, in no pool")));
      unclear.forEach(block -> left.add(block.object() + ": kept as it is, it cannot be judged"));
      return left;
    }
  }
}
