package io.ipamrepair.check;

import static io.ipamrepair.check.Wording.count;
import static io.ipamrepair.check.Wording.owner;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a state of IPAM's data does to traffic, in a network engineer's words, and how urgent that
 * makes it. Every sentence follows routing.md; docs/limits.md says which of them were run, read in
 * Calico's code, or inferred. The urgency follows the sentence: what fails, or fails with the next
 * pod, is repaired now; what an ordinary event can make fail, today.
 *
 * <p>What decides is who programs the routes between nodes. BIRD does for unencapsulated pools and,
 * up to v3.32, for IPIP: it reads affinities and pools, never blocks. Felix does for VXLAN and,
 * from v3.33, for IPIP: it reads blocks, never affinities. Outside every pool only a confirmed
 * affinity announces anything.
 */
final class Traffic {
  /** Who programs the routes to a range of addresses. */
  enum Routes {
    /** BIRD, from affinities and pools. */
    BIRD,
    /** Felix, from blocks. */
    FELIX,
    /** BIRD or Felix: pools disagree, or the release is not known. */
    EITHER,
    /** BIRD, which is told to announce nothing of it. */
    NOT_EXPORTED,
    /** No pool contains it. */
    NO_POOL,
    /** A pool that cannot be read may contain it. */
    UNKNOWN_POOL
  }

  private static final String NONE = "None on running traffic";
  private static final String ROUTED_BY_BLOCKS =
      "None between nodes: Felix routes this pool by its blocks and reads no affinity.";

  private final Evidence evidence;
  private final Optional<CalicoVersion> version;
  private final boolean meshIsOff;

  Traffic(Evidence evidence) {
    this.evidence = evidence;
    IpamState state = evidence.state();
    this.version =
        state
            .cluster()
            .flatMap(Stored::value)
            .map(ClusterInformation::calicoVersion)
            .flatMap(CalicoVersion::read);
    this.meshIsOff = state.meshIsOff();
  }

  Routes routesTo(Cidr cidr) {
    List<NamedPool> over = evidence.poolsOver(cidr);
    if (over.isEmpty()) {
      return evidence.pools().complete() ? Routes.NO_POOL : Routes.UNKNOWN_POOL;
    }
    List<Routes> kinds = over.stream().map(pool -> routesOf(pool.pool())).distinct().toList();
    if (kinds.equals(List.of(Routes.BIRD))
        && over.stream().anyMatch(pool -> pool.pool().disableBgpExport())) {
      return Routes.NOT_EXPORTED;
    }
    return kinds.size() == 1 ? kinds.get(0) : Routes.EITHER;
  }

  private Routes routesOf(Pool pool) {
    if (pool.isVxlan()) {
      return Routes.FELIX;
    }
    if (!pool.isIpip()) {
      return Routes.BIRD;
    }
    return version
        .map(release -> release.isBefore(3, 33) ? Routes.BIRD : Routes.FELIX)
        .orElse(Routes.EITHER);
  }

  /** Up to v3.23 a pending affinity is treated like one that is being given up. */
  private boolean pendingIsBlackholed() {
    return version.filter(release -> release.isBefore(3, 24)).isPresent();
  }

  /** Says {@code effect}, which supposes BIRD and a pool, under the condition that is not known. */
  private static Effect under(Routes routes, Effect effect) {
    return switch (routes) {
      case EITHER -> effect.saidAs("If BIRD programs these routes: " + effect.text());
      case UNKNOWN_POOL ->
          effect.saidAs("A pool cannot be read. If one covers it: " + effect.text());
      case BIRD, FELIX, NOT_EXPORTED, NO_POOL -> effect;
    };
  }

  /**
   * Where /32 routes reach: everywhere in the mesh that is assumed unless it is known to be off.
   */
  private String whereRoutesAreExchanged() {
    return meshIsOff
        ? "only where the routers pass /32 routes on (the mesh is off)"
        : "where nodes exchange routes";
  }

  // Affinities.

  /** What an affinity does, given whose its block is. */
  Effect claim(Claim claim) {
    if (!claim.owner().isNode()) {
      return ofUnknownVirtualOwner();
    }
    if (claim.affinity().isEmpty()) {
      return unreadableAffinity(claim.cidr());
    }
    if (evidence.isGone(claim.owner())) {
      return Effect.anyTime(
          "None while the machine is off: it announces and blackholes nothing. If it still runs,"
              + " it acts on this affinity as before.");
    }
    Affinity.State state = claim.affinity().get().state();
    boolean waiting = state == Affinity.State.PENDING && !pendingIsBlackholed();
    Routes routes = routesTo(claim.cidr());
    return switch (routes) {
      case FELIX -> Effect.anyTime(ROUTED_BY_BLOCKS);
      case NO_POOL ->
          state == Affinity.State.CONFIRMED
              ? confirmed(claim)
              : waiting ? waiting(claim, false) : leavingOutsidePools(claim);
      case NOT_EXPORTED ->
          waiting
              ? waiting(claim, true)
              : Effect.today(
                  claim.owner().name()
                      + " blackholes "
                      + claim.cidr()
                      + "; nothing of it is announced over BGP (disableBGPExport).");
      case BIRD, EITHER, UNKNOWN_POOL ->
          under(
              routes,
              state == Affinity.State.CONFIRMED
                  ? confirmed(claim)
                  : waiting ? waiting(claim, true) : leaving(claim));
    };
  }

  private Effect confirmed(Claim claim) {
    String node = claim.owner().name();
    Cidr cidr = claim.cidr();
    String announces = node + " announces " + cidr + " and blackholes it";
    return switch (claim.standing()) {
      case ABSENT -> harmlessUntilClaimed(claim, announces);
      case UNREADABLE ->
          Effect.today(announces + ", whatever its block says: routes to it do not change.");
      case OWN -> ownedByHolder(claim, announces);
      case ANOTHERS -> {
        Owner other = claim.block().flatMap(Block::owner).orElseThrow();
        yield announcesToo(other, cidr)
            ? doubleAnnouncement(List.of(node, owner(other)), cidr)
            : byTheirOwnRoutes(
                claim,
                announces
                    + "; the addresses in use in it on other nodes are reached by their /32 routes "
                    + whereRoutesAreExchanged()
                    + ".");
      }
      case NOBODYS -> ownedByHolder(claim, announces);
    };
  }

  private Effect ownedByHolder(Claim claim, String announces) {
    if (routesTo(claim.cidr()) == Routes.NO_POOL) {
      return Effect.nowIf(
          isInUse(claim.cidr()),
          claim.owner().name()
              + "'s own pods in it stay reachable, without encapsulation; addresses of it on other"
              + " nodes are dropped at "
              + claim.owner().name()
              + ". No pool: nothing is masqueraded.");
    }
    return Effect.nowIf(
        meshIsOff && isUsedElsewhere(claim),
        announces
            + ", as an owner does: its pods are reached through it, those on other nodes by their"
            + " /32 routes "
            + whereRoutesAreExchanged()
            + ".");
  }

  /** Addresses on other nodes that only their /32 routes reach, past the node's blackhole. */
  private Effect byTheirOwnRoutes(Claim claim, String text) {
    return meshIsOff && isUsedElsewhere(claim) ? Effect.now(text) : Effect.today(text);
  }

  /** Whether other nodes than the claim's are known to use addresses of its block. */
  private static boolean isUsedElsewhere(Claim claim) {
    return claim
        .block()
        .filter(block -> BlockUse.of(block).elsewhereThan(claim.owner().name()) > 0)
        .isPresent();
  }

  /** Whether an address of {@code cidr} is held or used, as far as can be read. */
  private boolean isInUse(Cidr cidr) {
    boolean held =
        evidence.blockExists(cidr)
            && evidence.block(cidr).filter(block -> BlockUse.of(block).count() == 0).isEmpty();
    return held || !evidence.users().inside(cidr).isEmpty();
  }

  private boolean announcesToo(Owner other, Cidr cidr) {
    return evidence.claimsOn(cidr).stream()
        .anyMatch(claim -> claim.owner().equals(other) && claim.is(Affinity.State.CONFIRMED));
  }

  private Effect harmlessUntilClaimed(Claim claim, String announces) {
    int inUse = evidence.users().inside(claim.cidr()).size();
    return Effect.today(
        announces
            + (inUse == 0
                ? ": unreachable. Nobody uses it yet; once another node claims it, about half of"
                    + " the"
                    + " connections to it fail."
                : ". The "
                    + count(inUse, "address")
                    + " of it in use "
                    + (inUse == 1 ? "has its own route" : "have their own routes")
                    + "; once another node claims it, about half of the connections to it fail."));
  }

  /**
   * {@code pendingDeletion}, a state that no release knows, and {@code pending} in old releases.
   */
  private Effect leaving(Claim claim) {
    String node = claim.owner().name();
    Cidr cidr = claim.cidr();
    return switch (claim.standing()) {
      case ABSENT ->
          harmlessUntilClaimed(claim, node + " announces " + cidr + " and blackholes it");
      case UNREADABLE ->
          Effect.today(
              node
                  + " announces "
                  + cidr
                  + " and the /32s of its pods in it, and blackholes the rest.");
      case OWN ->
          Effect.anyTime(
              node
                  + " announces "
                  + cidr
                  + " and the /32s of its pods, and blackholes the rest: no harm while a pool"
                  + " covers it.");
      case ANOTHERS -> {
        Owner other = claim.block().flatMap(Block::owner).orElseThrow();
        yield announcesToo(other, cidr)
            ? doubleAnnouncement(List.of(node, owner(other)), cidr)
            : byTheirOwnRoutes(
                claim,
                node
                    + " announces "
                    + cidr
                    + " and blackholes it; live pods in it are reached by their /32 routes "
                    + whereRoutesAreExchanged()
                    + ".");
      }
      case NOBODYS -> ownerless(claim);
    };
  }

  /** The measured state S7. */
  private Effect ownerless(Claim claim) {
    String node = claim.owner().name();
    BlockUse use = claim.block().map(BlockUse::of).orElseThrow();
    int elsewhere = use.elsewhereThan(node);
    List<String> others = use.nodes().stream().filter(other -> !other.equals(node)).toList();
    StringBuilder text = new StringBuilder();
    text.append(node)
        .append(" announces the /")
        .append(claim.cidr().prefixLength())
        .append(" and blackholes it.");
    if (use.count() == 0) {
      return Effect.today(text.append(" No address in it is in use.").toString());
    }
    String inUse = use.count() == 1 ? "The address" : "The " + count(use.count(), "address");
    if (!meshIsOff) {
      text.append(" ")
          .append(inUse)
          .append(" in use in it stay")
          .append(use.count() == 1 ? "s" : "")
          .append(" reachable while a pool covers it and nodes exchange routes");
    }
    if (elsewhere > 0) {
      text.append(meshIsOff ? " The mesh is off: where" : "; where")
          .append(" nodes peer only with a router, ")
          .append(node)
          .append(" and ")
          .append(elsewhere)
          .append(" of them on ")
          .append(others.size() == 1 ? others.get(0) : "other nodes")
          .append(" cannot talk");
    } else if (meshIsOff) {
      text.append(" ").append(inUse).append(" in use are its own pods', and work");
    }
    return byTheirOwnRoutes(claim, text.append(".").toString());
  }

  private Effect leavingOutsidePools(Claim claim) {
    String node = claim.owner().name();
    Cidr cidr = claim.cidr();
    if (claim.standing() == Standing.ABSENT) {
      return Effect.anyTime(node + " blackholes " + cidr + " and announces nothing of it.");
    }
    return Effect.nowIf(
        isInUse(cidr),
        node
            + " blackholes "
            + cidr
            + " and announces nothing of it, because no pool covers it: its addresses in use are"
            + " cut off from other nodes, and those on other nodes from "
            + node
            + ".");
  }

  private Effect waiting(Claim claim, boolean covered) {
    if (!covered && claim.standing() != Standing.ABSENT) {
      return Effect.nowIf(
          isInUse(claim.cidr()),
          "None by this affinity, which is pending; but no pool covers "
              + claim.cidr()
              + ", so its /32 routes are not announced.");
    }
    return Effect.anyTime(
        claim.standing() == Standing.OWN
            ? claim.cidr()
                + " is not announced as a whole, each pod's /32 is: no loss while a pool covers it."
            : "None: a pending affinity is neither announced nor blackholed.");
  }

  /** An affinity whose value is unreadable. */
  Effect unreadableAffinity(Cidr cidr) {
    return switch (routesTo(cidr)) {
      case FELIX -> Effect.today(ROUTED_BY_BLOCKS);
      case NO_POOL ->
          Effect.nowIf(
              isInUse(cidr),
              "BIRD ignores it, and no pool covers "
                  + cidr
                  + ": its addresses in use are cut off from other nodes.");
      case BIRD, EITHER, NOT_EXPORTED, UNKNOWN_POOL ->
          Effect.today(
              "BIRD ignores it: "
                  + cidr
                  + " is not announced as a whole, each pod's /32 is; no loss while a pool"
                  + " covers it.");
    };
  }

  /** A block whose value is unreadable. */
  Effect unreadableBlock(Cidr cidr) {
    String allocation =
        " It looks free to Calico: each node that picks it cannot start pods, even with other"
            + " blocks free.";
    return Effect.now(
        routesTo(cidr) == Routes.FELIX
            ? "Routes to it were not measured." + allocation
            : "None on BIRD's routes: they come from affinities." + allocation);
  }

  /** A block's key that Calico lists at its masked CIDR and cannot write. */
  Effect nonCanonicalBlock(Cidr cidr) {
    return notMeasured("Calico lists it as " + cidr + ", and can neither change nor delete it.");
  }

  /**
   * An affinity's key that BIRD takes for one of the masked CIDR and Calico cannot write.
   *
   * @param id the affinity that it is taken for
   */
  Effect nonCanonicalAffinity(AffinityId id, Optional<Affinity> affinity) {
    boolean announced =
        affinity.filter(value -> value.state() != Affinity.State.PENDING).isPresent();
    boolean anothers =
        evidence
            .block(id.cidr())
            .flatMap(Block::owner)
            .filter(owner -> !owner.equals(id.owner()) && announcesToo(owner, id.cidr()))
            .isPresent();
    String text =
        "BIRD takes it for an affinity for "
            + id.cidr()
            + "; Calico can neither change nor delete it.";
    return announced && anothers && routesTo(id.cidr()) != Routes.FELIX
        ? Effect.now(text)
        : Effect.asTheRuleSays(text);
  }

  /** Several confirmed affinities for one block. */
  Effect rivals(List<Claim> rivals) {
    Cidr cidr = rivals.get(0).cidr();
    List<String> nodes = rivals.stream().map(claim -> owner(claim.owner())).toList();
    Routes routes = routesTo(cidr);
    if (routes == Routes.FELIX) {
      return Effect.anyTime(ROUTED_BY_BLOCKS);
    }
    if (routes == Routes.NOT_EXPORTED) {
      return Effect.today(
          Wording.all(nodes)
              + " blackhole "
              + cidr
              + "; nothing of it is announced over BGP (disableBGPExport).");
    }
    return under(routes, doubleAnnouncement(nodes, cidr));
  }

  /** The measured state S4, and S6 taken over. */
  private static Effect doubleAnnouncement(List<String> nodes, Cidr cidr) {
    String text =
        nodes.size() == 2
            ? Wording.all(nodes)
                + " both announce "
                + cidr
                + ": about half of the connections to it from other nodes fail for good, and from"
                + " one"
                + " of the two all to the other's pods."
            : Wording.some(nodes, 4)
                + " all announce "
                + cidr
                + ": most connections to it from other nodes fail for good, and between them all.";
    return Effect.now(text);
  }

  // Blocks.

  /** A block whose owner has no affinity key for it. */
  Effect unannounced(Block block) {
    Routes routes = routesTo(block.cidr());
    return switch (routes) {
      case FELIX -> Effect.anyTime("None: the block names its owner, and Felix routes by blocks.");
      case NO_POOL -> cutOff(BlockUse.of(block));
      case NOT_EXPORTED -> notExported();
      case BIRD, EITHER, UNKNOWN_POOL ->
          under(
              routes,
              Effect.anyTime(
                  block.cidr()
                      + " is not announced as a whole, each pod's /32 is: no effect on live pods"
                      + " while a pool covers it."));
    };
  }

  private static Effect notExported() {
    return Effect.anyTime("Nothing of it is announced over BGP in any case (disableBGPExport).");
  }

  /** A block without owner that is in use. */
  Effect ownerlessInUse(Block block) {
    Routes routes = routesTo(block.cidr());
    return switch (routes) {
      case FELIX ->
          Effect.anyTime(
              "Works by a /32 route for each address in use; the block has no route as a whole.");
      case NO_POOL -> inNoPool(block);
      case NOT_EXPORTED -> notExported();
      case BIRD, EITHER, UNKNOWN_POOL ->
          under(
              routes,
              Effect.anyTime(
                  "No effect on live pods while a pool covers them: each is reached by its /32"
                      + " route "
                      + whereRoutesAreExchanged()
                      + "."));
    };
  }

  /** An empty block without owner. */
  Effect emptyAndNobodys() {
    return Effect.anyTime(NONE + ": nobody uses it, and nothing of it is announced.");
  }

  /** A block that no pool contains. */
  Effect inNoPool(Block block) {
    BlockUse use = BlockUse.of(block);
    Optional<Claim> announcer =
        evidence.claimsOn(block.cidr()).stream()
            .filter(claim -> claim.owner().isNode() && claim.is(Affinity.State.CONFIRMED))
            .filter(claim -> !evidence.isGone(claim.owner()))
            .findFirst();
    if (announcer.isEmpty() || use.count() == 0) {
      return cutOff(use);
    }
    String node = announcer.get().owner().name();
    int elsewhere = use.elsewhereThan(node);
    return Effect.now(
        node
            + " announces it: its own pods in it stay reachable, without encapsulation"
            + (elsewhere == 0
                ? ""
                : "; "
                    + count(elsewhere, "address")
                    + " of it on other nodes "
                    + (elsewhere == 1 ? "is" : "are")
                    + " dropped there")
            + ". Nothing from it is masqueraded.");
  }

  private static Effect cutOff(BlockUse use) {
    if (use.count() == 0) {
      return Effect.anyTime("None now: no address of it is in use.");
    }
    return Effect.now(
        (use.count() == 1 ? "The address" : "The " + count(use.count(), "address"))
            + " in use "
            + (use.count() == 1 ? "is" : "are")
            + " cut off from other nodes: nothing is announced outside every pool. "
            + (use.count() == 1 ? "Its" : "Their")
            + " outgoing traffic is no longer masqueraded.");
  }

  /** A block that no pool contains and whose value is unreadable. */
  Effect inNoPoolUnreadable() {
    return Effect.now(
        "Addresses in use in it, if any, are cut off from other nodes, except a node's own pods"
            + " under its confirmed affinity.");
  }

  /** A block that several pools contain. */
  Effect inSeveralPools(List<NamedPool> pools) {
    boolean encapsulationDiffers =
        pools.stream()
                .map(pool -> pool.pool().ipipMode() + pool.pool().vxlanMode())
                .distinct()
                .count()
            > 1;
    return Effect.today(
        "None by itself. Deleting one of the pools with Calico's tools can take the block from"
            + " its node."
            + (encapsulationDiffers
                ? " The pools differ in encapsulation, and BIRD and Felix may disagree on which"
                    + " counts."
                : ""));
  }

  /** Blocks that overlap: {@code larger} contains {@code smaller}. */
  Effect overlap(Cidr larger, Cidr smaller) {
    String text =
        "The smaller block wins: pods of "
            + larger
            + " inside "
            + smaller
            + " are unreachable from other nodes, and an address given out twice reaches the"
            + " smaller block's pod.";
    return isUsedInside(larger, smaller) || isUsedInside(smaller, smaller)
        ? Effect.now(text)
        : Effect.today(text);
  }

  /** Whether the block {@code cidr} holds an address of {@code range}, as far as can be read. */
  private boolean isUsedInside(Cidr cidr, Cidr range) {
    return evidence
        .block(cidr)
        .filter(block -> BlockUse.of(block).addresses().stream().noneMatch(range::contains))
        .isEmpty();
  }

  /** One block under two keys. */
  Effect twoKeys(Cidr cidr) {
    return Effect.today(
        "Not measured. Calico lists " + cidr + " twice and can write only one of the two.");
  }

  /** A block of another size than its pool's. */
  Effect otherBlockSize(Cidr cidr, long blockSize) {
    return Effect.today(
        "Works until a /"
            + blockSize
            + " block is claimed over the same addresses: then the smaller of the two wins, and"
            + " pods of the larger are unreachable there.");
  }

  /** An affinity whose block has another size than any pool around it. */
  Effect otherBlockSize(Claim claim) {
    return claim.standing() == Standing.ABSENT
        ? claim(claim)
        : Effect.today(
            "Works until a block of the pool's size is claimed inside it: then pods of the larger"
                + " block are unreachable there, or two pods get one address.");
  }

  /** A block whose node does not exist. */
  Effect ofLostNode(Block block) {
    return switch (routesTo(block.cidr())) {
      case FELIX ->
          Effect.anyTime(
              "Its routes point to the lost node and are not programmed; addresses of it on other"
                  + " nodes are reached by their /32 routes.");
      case NO_POOL -> cutOff(BlockUse.of(block));
      case NOT_EXPORTED -> notExported();
      case BIRD, EITHER, UNKNOWN_POOL ->
          Effect.anyTime(
              "None while the machine is off: nobody announces "
                  + block.cidr()
                  + " as a whole, and addresses of it on other nodes are reached by their /32"
                  + " routes.");
    };
  }

  /** A block of something virtual that no release knows. */
  Effect ofUnknownVirtualOwner() {
    return Effect.asTheRuleSays("Not known: virtual owners were not measured.");
  }

  /** A block whose owner is a text that no release knows. */
  Effect unknownOwner(Block block) {
    return Effect.asTheRuleSays(
        routesTo(block.cidr()) == Routes.FELIX
            ? "Not measured: Felix routes this pool by its blocks' owners."
            : "None by itself: BIRD reads affinities, never blocks.");
  }

  // What concerns allocation more than routes.

  /** Ordinals that are free and used at once, or neither. */
  Effect freeList(boolean handedOutAgain) {
    return handedOutAgain
        ? Effect.now(
            "None yet. The address is handed out again: two pods then share it, and the first"
                + " one's entry is lost.")
        : Effect.anyTime(NONE + ": the addresses in no list are never handed out again.");
  }

  /** A block whose lists contradict its size, or attributes that do not exist. */
  Effect panics() {
    String text =
        "None on routes. Releasing an address there makes Calico's code panic (from v3.33 any use"
            + " of the block does).";
    boolean onlyReleases = version.filter(release -> release.isBefore(3, 33)).isPresent();
    return onlyReleases ? Effect.today(text) : Effect.now(text);
  }

  /** A block whose value counts from another base address. */
  Effect shifted() {
    return Effect.now(
        "None on routes. Calico counts from the value's address, so new pods get addresses that"
            + " are shifted, maybe somebody else's.");
  }

  /** A handle that lacks an address of its own. */
  Effect handleTooSmall() {
    return Effect.anyTime(NONE + ". When its pod ends the address is not released: it leaks.");
  }

  /** A handle that counts what it has not. */
  Effect handleTooBig() {
    return Effect.anyTime(NONE + ": the handle only stays behind in etcd.");
  }

  /** Something of which routing.md says nothing, and that no component routes by. */
  Effect administrative(String consequence) {
    return Effect.asTheRuleSays(NONE + ". " + consequence);
  }

  /** What nobody has tried. */
  Effect notMeasured(String known) {
    return Effect.asTheRuleSays(known.isEmpty() ? "Not measured." : "Not measured. " + known);
  }

  // Addresses in use.

  /** An address in use that IPAM takes for free. */
  Effect freeInUse(IpAddress address) {
    String later = " It can be given to a second pod at any time.";
    if (routesTo(new Cidr(address, address.family().bits())) == Routes.FELIX) {
      return Effect.now(
          "Unreachable from other nodes, unless it lies in a block of its own node." + later);
    }
    // A block hands it out with its next pods; where there is none, a node must claim it before.
    String text = "None yet." + later;
    return evidence.usage().liesInBlock(address) ? Effect.now(text) : Effect.today(text);
  }

  /** An address in use that IPAM holds for somebody else. */
  Effect heldForAnother() {
    return Effect.asTheRuleSays(
        "Whoever it is held for may use it too; it is released when that one ends, and then"
            + " given out again.");
  }

  /** Two users of one address. */
  Effect usedTwice() {
    return Effect.now(
        "Each connection reaches only one of them: on the nodes of the two each node's own, from"
            + " other nodes one or the other.");
  }

  /** An address that another node than its block's owner uses. */
  Effect borrowed(String owner) {
    return Effect.anyTime(
        "Reached by its /32 route "
            + whereRoutesAreExchanged()
            + "; elsewhere it and pods on "
            + owner
            + " cannot talk.");
  }

  /** A lock for maintenance. */
  Effect locked() {
    return Effect.now(
        "None on established routes. No pod can be started or stopped, and Felix restarts and"
            + " waits while the cluster is locked.");
  }

  // Pools.

  /** A pool entered with host bits, or in a text that is not Calico's. */
  Effect maskedPool(Cidr network) {
    return Effect.anyTime("None by itself: nodes compute with " + network + ".");
  }

  /** A pool of which no network is known: addresses in it, if any, may count as in no pool. */
  Effect poolOfUnknownNetwork(String known) {
    boolean usedOutsidePools =
        evidence.judgedBlocks().stream()
            .filter(block -> evidence.poolsOver(block.cidr()).isEmpty())
            .anyMatch(block -> BlockUse.of(block).count() > 0);
    return notMeasured(known).judged(usedOutsidePools ? Urgency.NOW : Urgency.TODAY);
  }

  /** Two pools over the same network, or one inside the other. */
  Effect overlappingPools(NamedPool one, NamedPool other) {
    if (one.network().equals(other.network())) {
      String first = one.name().compareTo(other.name()) < 0 ? one.name() : other.name();
      return Effect.today(
          "None by itself: the settings of "
              + first
              + ", the first by name, hold. Deleting either by its CIDR may delete the other, and"
              + " takes blocks from their nodes.");
    }
    return Effect.today(
        "None by itself. In the common part BIRD and Felix may choose different encapsulation,"
            + " and masquerading and disableBGPExport hold if either pool says so.");
  }

  /** A split that was not finished. */
  Effect unfinishedSplit() {
    return Effect.today(
        NONE
            + ": the disabled pool still covers what its parts do not. Nothing new is allocated"
            + " there.");
  }
}
