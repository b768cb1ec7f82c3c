package io.ipamrepair.check;

import static io.ipamrepair.check.Wording.count;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which command repairs a state. A command is named only where it does something about it: what it
 * refuses or leaves alone is said instead.
 */
final class Remedies {
  private final Evidence evidence;
  private final SparePools spare;
  private final Map<Owner, Map<IpFamily, Long>> blocksOf = new HashMap<>();

  Remedies(Evidence evidence) {
    this.evidence = evidence;
    this.spare = new SparePools(evidence);
    evidence.state().blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .forEach(
            block ->
                block
                    .owner()
                    .ifPresent(
                        owner ->
                            blocksOf
                                .computeIfAbsent(owner, none -> new TreeMap<>())
                                .merge(block.cidr().family(), 1L, Long::sum)));
  }

  // Pools.

  /** For pools that overlap. */
  Remedy overlap(Collection<NamedPool> pools) {
    return spare
        .among(pools)
        .<Remedy>map(pool -> Remedy.Command.of("remove-pool", pool.name()))
        .orElseGet(
            () ->
                new Remedy.None(
                    "No command: whichever pool goes, addresses in use would lie in no pool or in"
                        + " blocks of the wrong size. Move the workloads of one of them first."));
  }

  /** For a pool whose CIDR has host bits. */
  Remedy hostBits(NamedPool pool) {
    List<NamedPool> overlapping =
        evidence.pools().known().stream()
            .filter(other -> !other.name().equals(pool.name()))
            .filter(other -> other.network().overlaps(pool.network()))
            .toList();
    int depending = spare.onlyUnder(pool).size();
    if (!overlapping.isEmpty() && spare.among(List.of(pool)).isPresent()) {
      return Remedy.Command.of("remove-pool", pool.name());
    }
    if (depending > 0) {
      return new Remedy.None(
          "Do not remove it: it is the only pool over "
              + count(depending, "address")
              + " in use, and keeps "
              + (depending == 1 ? "it" : "them")
              + " reachable.");
    }
    return new Remedy.None(
        "Which network was meant only an operator knows; remove-pool "
            + pool.name()
            + " takes it away if it is not wanted.");
  }

  // Orphans.

  private static Remedy release(Cidr cidr) {
    return Remedy.Command.of("release-orphan-blocks", "--block", cidr.toString());
  }

  private static Remedy reassign(Cidr cidr, String node) {
    return Remedy.Command.of("reassign-affinity", "--block", cidr.toString(), "--to", node);
  }

  /** For a block that is an orphan in one way or other: what its release does about it. */
  Remedy orphan(Stored<Block> stored) {
    Cidr cidr = Evidence.cidr(stored);
    if (stored.value().isEmpty()) {
      return new Remedy.None("No command touches a block that cannot be read.");
    }
    Block block = stored.value().get();
    Optional<Owner> owner = block.owner();
    if (owner.isEmpty() && !block.hasNoOwner()) {
      return new Remedy.None("No command touches a block whose owner Calico does not know.");
    }
    if (owner.filter(each -> !each.isNode()).isPresent()) {
      return new Remedy.None("No command touches a block of a virtual owner.");
    }
    boolean dead = owner.filter(evidence::isGone).isPresent();
    if (dead || block.isVacant() && (owner.isEmpty() || evidence.liesInNoPool(cidr))) {
      return release(cidr);
    }
    if (evidence.liesInNoPool(cidr)) {
      return poolAgain(block);
    }
    if (owner.isPresent() && !evidence.hasAffinityKey(owner.get(), cidr)) {
      if (evidence.state().nodes().get(owner.get().name()).value().isEmpty()) {
        return new Remedy.None("No command gives a node a key while the node cannot be read.");
      }
      return rivalOf(owner.get(), cidr)
          ? reassignIfPossible(cidr, owner.get().name())
              .orElseGet(() -> noPoolSuits(cidr, owner.map(Owner::name)))
          : release(cidr);
    }
    return Remedy.None.YET;
  }

  private static Remedy poolAgain(Block block) {
    int inUse = BlockUse.of(block).count();
    return new Remedy.None(
        "No command moves addresses in use: put a pool over "
            + block.cidr()
            + " again"
            + (inUse == 0
                ? "."
                : " (" + count(inUse, "address") + " in use), or move its workloads."));
  }

  private boolean rivalOf(Owner owner, Cidr cidr) {
    return evidence.claimsOn(cidr).stream()
        .anyMatch(claim -> !claim.owner().equals(owner) && claim.is(Affinity.State.CONFIRMED));
  }

  /** For a block without owner that is in use: back to the node that uses most of it. */
  Remedy adoption(Block block) {
    Cidr cidr = block.cidr();
    if (evidence.liesInNoPool(cidr)) {
      return poolAgain(block);
    }
    List<String> nodes = BlockUse.of(block).nodes();
    if (nodes.isEmpty()) {
      return new Remedy.None(
          "Its addresses name no node; reassign-affinity --block "
              + cidr
              + " --to NODE gives it to one.");
    }
    if (!evidence.nodeExists(nodes.get(0))) {
      return new Remedy.None(
          "Its last node, "
              + nodes.get(0)
              + ", does not exist; the block goes with its last address.");
    }
    return reassignIfPossible(cidr, nodes.get(0))
        .orElseGet(() -> noPoolSuits(cidr, Optional.of(nodes.get(0))));
  }

  /** For an address that nothing uses: freed only where everything speaks for a leak. */
  Remedy leak(Usage.Holding holding, Attribute attribute) {
    Optional<String> namespace = attribute.secondary("namespace");
    Optional<String> pod = attribute.secondary("pod");
    boolean ofAPod =
        attribute.handle().isPresent()
            && namespace.isPresent()
            && pod.isPresent()
            && attribute.node().isPresent()
            && attribute.secondary("timestamp").isPresent()
            && !attribute.isTunnel()
            && !attribute.isVirtualMachine();
    if (!ofAPod) {
      return new Remedy.None(
          "No command frees it: what holds it may be alive without leaving a trace in etcd.");
    }
    return Remedy.Command.of(
        "release-orphan-blocks",
        "--block",
        holding.block().cidr().toString(),
        "--free-leaked",
        "--older-than",
        "15m");
  }

  // Affinities.

  /**
   * For an affinity that does not fit its block: the block gets one owner, or the affinity goes.
   */
  Remedy claim(Claim claim) {
    Cidr cidr = claim.cidr();
    boolean gone = evidence.isGone(claim.owner());
    if (claim.standing() == Standing.ABSENT) {
      return withoutBlock(claim);
    }
    if (claim.standing() == Standing.UNREADABLE) {
      return new Remedy.None("No command touches a block that cannot be read.");
    }
    Block block = claim.block().orElseThrow();
    Optional<Owner> owner = block.owner();
    boolean untouchable =
        owner.isEmpty() && !block.hasNoOwner() || owner.filter(each -> !each.isNode()).isPresent();
    if (untouchable) {
      return gone
          ? release(cidr)
          : new Remedy.None("No command touches a block whose owner is no node.");
    }
    if (owner.filter(evidence::isGone).isPresent() && gone) {
      return release(cidr);
    }
    return owner
        .map(Owner::name)
        .or(() -> claimant(claim, block))
        .flatMap(node -> reassignIfPossible(cidr, node))
        .or(() -> gone ? Optional.of(release(cidr)) : Optional.empty())
        .or(() -> claimant(claim, block).flatMap(node -> reassignIfPossible(cidr, node)))
        .orElseGet(
            () -> {
              Remedy release = releaseIfVacant(block);
              return release instanceof Remedy.Command
                  ? release
                  : noPoolSuits(cidr, owner.map(Owner::name).or(() -> claimant(claim, block)));
            });
  }

  /**
   * Who gets a block that is nobody's: of several confirmed claimants the one that uses most of it,
   * so that all of them are told the same; else the node of the affinity.
   */
  private Optional<String> claimant(Claim claim, Block block) {
    List<String> confirmed =
        evidence.claimsOn(claim.cidr()).stream()
            .filter(other -> other.owner().isNode() && other.is(Affinity.State.CONFIRMED))
            .map(other -> other.owner().name())
            .filter(evidence::nodeExists)
            .toList();
    if (confirmed.size() > 1) {
      List<String> users = BlockUse.of(block).nodes();
      return users.stream()
          .filter(confirmed::contains)
          .findFirst()
          .or(() -> Optional.of(confirmed.get(0)));
    }
    return Optional.of(claim.owner()).filter(Owner::isNode).map(Owner::name);
  }

  private Remedy releaseIfVacant(Block block) {
    boolean released =
        block.isVacant()
            && (block.hasNoOwner()
                || block.owner().isPresent() && evidence.liesInNoPool(block.cidr()));
    return released ? release(block.cidr()) : Remedy.None.YET;
  }

  /** For an affinity without a block. */
  private Remedy withoutBlock(Claim claim) {
    if (!claim.owner().isNode()) {
      return new Remedy.None("No command touches an affinity of a virtual owner.");
    }
    if (!claim.is(Affinity.State.PENDING) || evidence.isGone(claim.owner())) {
      return release(claim.cidr());
    }
    return evidence.liesInNoPool(claim.cidr())
        ? new Remedy.None(
            "No command: a pending affinity of a living node is left alone. With a pool over "
                + claim.cidr()
                + " again, its node's next allocation completes it.")
        : new Remedy.None(
            "It heals by itself: the next allocation of "
                + claim.owner().name()
                + " completes it.");
  }

  /** For an affinity that no pool of its size contains. */
  Remedy outsidePools(Claim claim) {
    if (claim.standing() == Standing.ABSENT) {
      return withoutBlock(claim);
    }
    if (evidence.isGone(claim.owner()) && claim.standing() != Standing.UNREADABLE) {
      return release(claim.cidr());
    }
    if (claim.block().isEmpty()) {
      return new Remedy.None("No command touches a block that cannot be read.");
    }
    Block block = claim.block().get();
    if (releaseIfVacant(block) instanceof Remedy.Command command) {
      return command;
    }
    return evidence.liesInNoPool(claim.cidr()) ? poolAgain(block) : otherSize(claim.cidr());
  }

  /** For a block or affinity of another size than its pool's. */
  Remedy otherSize(Cidr cidr) {
    return new Remedy.None(
        "No command of this tool repairs this yet: move the workloads out of " + cidr + ".");
  }

  /** For an affinity whose node does not exist. */
  Remedy lostNode(Claim claim) {
    if (!claim.owner().isNode()) {
      return new Remedy.None("No command touches an affinity of a virtual owner.");
    }
    return claim.standing() == Standing.UNREADABLE
        ? new Remedy.None("No command touches a block that cannot be read.")
        : release(claim.cidr());
  }

  private Remedy noPoolSuits(Cidr cidr, Optional<String> node) {
    return new Remedy.None(
        evidence.liesInNoPool(cidr)
            ? "Put a pool over "
                + cidr
                + " again first; then reassign-affinity --block "
                + cidr
                + " --to "
                + node.orElse("NODE")
                + " gives it one owner."
            : "No command: no enabled pool with blocks of /"
                + cidr.prefixLength()
                + " that selects the node contains "
                + cidr
                + ".");
  }

  /** To {@code node}, unless reassign-affinity would refuse it. */
  private Optional<Remedy> reassignIfPossible(Cidr cidr, String node) {
    Optional<Node> found =
        Optional.ofNullable(evidence.state().nodes().get(node)).flatMap(Stored::value);
    boolean fits =
        found.isPresent()
            && evidence.poolsOver(cidr).stream()
                .filter(pool -> !pool.pool().disabled())
                .filter(pool -> pool.pool().blockSize() == cidr.prefixLength())
                .anyMatch(pool -> NodeSelection.of(pool.pool()).selects(found.get()));
    boolean canonical =
        Optional.ofNullable(evidence.state().blocks().get(cidr))
            .filter(stored -> stored.at() instanceof CalicoKey.BlockKey key && key.canonical())
            .isPresent();
    return fits && canonical && hasRoom(cidr, node)
        ? Optional.of(reassign(cidr, node))
        : Optional.empty();
  }

  private boolean hasRoom(Cidr cidr, String node) {
    Owner owner = Owner.node(node);
    boolean owns = evidence.block(cidr).flatMap(Block::owner).equals(Optional.of(owner));
    long now = blocksOf.getOrDefault(owner, Map.of()).getOrDefault(cidr.family(), 0L);
    return owns || now < evidence.state().effectiveConfig().blockLimit();
  }
}
