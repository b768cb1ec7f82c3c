package io.ipamrepair.repair;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Change;
import io.ipamrepair.change.Change.Stage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code release-orphan-blocks}: blocks in no pool, blocks whose node is gone, affinities without a
 * block, blocks without their affinity key. By default it frees no address:
 *
 * <ul>
 *   <li>dead owner: an empty block is deleted, another loses its owner; the dead node's affinity
 *       key goes in the same step;
 *   <li>living owner, in a pool: gets its missing affinity key; in no pool: an empty block goes
 *       with its keys, another is left;
 *   <li>no owner: deleted when empty, else left (it is reached by /32 routes while a pool covers
 *       it);
 *   <li>an affinity without a block is deleted, but a pending one of a living node, which its next
 *       allocation completes.
 * </ul>
 *
 * @param selection what it looks at
 * @param leaks whether, and from which age on, addresses that nothing uses are freed too
 */
public record ReleaseOrphanBlocks(Selection selection, Optional<Leaks> leaks) implements Repair {
  /**
   * The wish to free addresses that nothing uses.
   *
   * @param olderThan how long an address must have been held
   * @param now the time to count from
   */
  public record Leaks(Duration olderThan, Instant now) {}

  @Override
  public String name() {
    return "release-orphan-blocks";
  }

  @Override
  public Change judge(IpamState state) throws RefusedException {
    selection.verify(state);
    Judgement judgement = new Judgement(state);
    state.blocks().forEach(judgement::block);
    state.affinities().forEach(judgement::affinity);
    if (judgement.units.isEmpty()) {
      List<String> reasons = new ArrayList<>();
      reasons.add(
          "Nothing to release"
              + (judgement.left.isEmpty() ? "." : "; what was looked at and left:"));
      judgement.left.forEach(left -> reasons.add("  " + left));
      throw new RefusedException(RefusedException.Fault.DATA, reasons);
    }
    return new Change(
        "Release orphan blocks: " + Words.count(judgement.objects(), "object"),
        judgement.units.stream().map(units -> new Stage(units, false)).toList(),
        judgement.impact,
        judgement.left,
        List.of("B16"),
        "");
  }

  /** What it looked at and leaves, with the reason. */
  @Override
  public Focus evidence(IpamState state) {
    Judgement judgement = new Judgement(state);
    state.blocks().forEach(judgement::block);
    state.affinities().forEach(judgement::affinity);
    return Focus.blocks(judgement.leftOf);
  }

  private static boolean isConfirmed(Stored<Affinity> affinity) {
    return affinity.value().filter(value -> value.state() == Affinity.State.CONFIRMED).isPresent();
  }

  private final class Judgement {
    private final IpamState state;
    private final HandleCounts handles;
    private final BlockRemoval removal;
    private final Optional<LeakedAddresses> leaked;
    private final AddressUsers users;

    /** What must be done one after the other of one object, by place; objects need no order. */
    private final List<List<Unit>> units = new ArrayList<>();

    private final List<String> impact = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    /** The blocks that {@link #left} speaks of, in existence or not. */
    private final SortedSet<Cidr> leftOf = new TreeSet<>();

    Judgement(IpamState state) {
      this.state = state;
      this.handles = new HandleCounts(state);
      this.removal = new BlockRemoval(state, handles);
      this.users = AddressUsers.of(state);
      this.leaked =
          leaks.map(
              wish -> new LeakedAddresses(state, users, handles, wish.olderThan(), wish.now()));
    }

    /** How many objects are released or given back. */
    private int objects() {
      return units.isEmpty() ? 0 : units.get(0).size();
    }

    private void add(List<Unit> ofOneObject) {
      for (int place = 0; place < ofOneObject.size(); place++) {
        if (units.size() == place) {
          units.add(new ArrayList<>());
        }
        units.get(place).add(ofOneObject.get(place));
      }
    }

    private boolean isGone(Owner owner) {
      return owner.isNode() && !state.nodes().containsKey(owner.name());
    }

    void block(Cidr cidr, Stored<Block> stored) {
      Optional<Owner> owner = stored.value().flatMap(Block::owner);
      if (!selection.includes(state, cidr, owner)) {
        return;
      }
      if (stored.value().isEmpty()) {
        leave(cidr, "its value is unreadable");
        return;
      }
      if (!(stored.at() instanceof CalicoKey.BlockKey key) || !key.canonical()) {
        leave(cidr, "its key is not canonical: " + stored.key());
        return;
      }
      Block block = stored.value().get();
      if (owner.isEmpty() && !block.hasNoOwner()) {
        leave(cidr, "its owner is none that Calico knows: " + block.affinity().orElse(""));
        return;
      }
      new BlockJudgement(stored, block, owner).judge();
    }

    private void leave(Cidr cidr, String reason) {
      left.add("block " + cidr + ": " + reason);
      leftOf.add(cidr);
    }

    /** One block: what is freed in it first, then what becomes of it. */
    private final class BlockJudgement {
      private final Stored<Block> stored;
      private final Block block;
      private final Cidr cidr;
      private final Optional<Owner> owner;
      private final SortedMap<Integer, LeakedAddresses.Verdict> verdicts;
      private final SortedMap<Integer, BlockRemoval.Freed> freed;
      private final boolean vacant;

      BlockJudgement(Stored<Block> stored, Block block, Optional<Owner> owner) {
        this.stored = stored;
        this.block = block;
        this.cidr = block.cidr();
        this.owner = owner;
        this.verdicts = leaked.map(all -> all.unusedIn(block)).orElse(new TreeMap<>());
        this.freed = LeakedAddresses.leaked(verdicts);
        this.vacant =
            java.util.stream.IntStream.range(0, block.slots())
                .filter(block::isAllocated)
                .allMatch(
                    ordinal ->
                        freed.containsKey(ordinal)
                            || block
                                .attribute(ordinal)
                                .filter(Attribute::isWindowsReserved)
                                .isPresent());
      }

      void judge() {
        verdicts.forEach(
            (ordinal, verdict) -> {
              if (verdict instanceof LeakedAddresses.Verdict.Kept kept) {
                left.add("address " + block.address(ordinal) + ": " + kept.reason());
                leftOf.add(cidr);
              }
            });
        boolean poolless =
            state.knownPools().complete() && state.knownPools().containing(cidr).isEmpty();
        if (owner.filter(each -> !each.isNode()).isPresent()) {
          if (!freed.isEmpty()) {
            freeLeaks();
          } else if (poolless) {
            leave(cidr, "it belongs to " + owner.get() + ", which is no node");
          }
        } else if (owner.isEmpty()) {
          withoutOwner();
        } else if (isGone(owner.get())) {
          ofDeadNode(owner.get());
        } else {
          ofLivingNode(owner.get(), poolless);
        }
      }

      private void withoutOwner() {
        if (vacant) {
          delete("empty, and nobody's: it can neither be claimed nor reclaimed", List.of());
        } else {
          if (!freed.isEmpty()) {
            freeLeaks();
          }
          leaveInUse("it belongs to nobody; a node can take it back with reassign-affinity");
        }
      }

      private void freeLeaks() {
        release("Free leaked addresses of block " + cidr, List.of(), List.of());
      }

      private void leaveInUse(String why) {
        leave(
            cidr,
            "holds " + Words.count(block.held().size() - freed.size(), "address") + "; " + why);
      }

      private void ofDeadNode(Owner dead) {
        List<Requirement> gone =
            List.of(new Requirement.KeyAbsent(state.layout().nodeKey(dead.name())));
        if (vacant) {
          delete("empty, and its node " + dead.name() + " does not exist", gone);
          return;
        }
        List<Write> writes = new ArrayList<>();
        writes.add(
            new Write(
                stored.key(),
                "its node " + dead.name() + " does not exist",
                new Edit.SetBlockOwner(Optional.of(dead), Optional.empty(), false)));
        Optional.ofNullable(state.affinities().get(new AffinityId(dead, cidr)))
            .ifPresent(
                affinity ->
                    writes.add(
                        new Write(
                            affinity.key(), "its node does not exist", new Edit.DeleteKey())));
        release("Block " + cidr + " loses its dead owner " + dead.name(), writes, gone);
        impact.add(
            "block "
                + cidr
                + ": "
                + Words.count(block.held().size() - freed.size(), "address")
                + " stay allocated; reached by /32 routes while a pool covers them. Nobody announces the block as a whole any more.");
      }

      private void ofLivingNode(Owner living, boolean poolless) {
        boolean hasKey =
            state.affinities().containsKey(new AffinityId(living, cidr))
                || state.nonCanonicalAffinities().stream().anyMatch(this::isOwnersKey);
        if (poolless && vacant) {
          delete("empty, and in no pool", List.of(new Requirement.NoPoolContains(cidr)));
        } else if (poolless) {
          if (!freed.isEmpty()) {
            freeLeaks();
          }
          leaveInUse("it lies in no pool: put a pool over it, or move its workloads");
        } else if (!hasKey && state.nodes().get(living.name()).value().isEmpty()) {
          leave(cidr, "its node " + living.name() + " cannot be read, and has no key for it");
        } else if (!hasKey) {
          giveKey(living);
        } else if (!freed.isEmpty()) {
          freeLeaks();
        }
      }

      private boolean isOwnersKey(Stored<Affinity> affinity) {
        return affinity.at() instanceof CalicoKey.AffinityKey key
            && key.cidr().equals(cidr)
            && owner.equals(Optional.of(key.owner()));
      }

      private void giveKey(Owner living) {
        List<Stored<Affinity>> rivals = state.affinitiesOn(cidr);
        Optional<NamedPool> pool =
            state.knownPools().containing(cidr).stream()
                .filter(each -> each.pool().blockSize() == cidr.prefixLength())
                .findFirst();
        String obstacle = "";
        if (rivals.stream().anyMatch(ReleaseOrphanBlocks::isConfirmed)) {
          obstacle =
              "another node has a confirmed affinity for it: decide with reassign-affinity --block "
                  + cidr
                  + " --to NODE";
        } else if (pool.isEmpty()) {
          obstacle =
              "no pool over it has blocks of /"
                  + cidr.prefixLength()
                  + ": an affinity would bring it back for ever";
        }
        if (!obstacle.isEmpty()) {
          if (!freed.isEmpty()) {
            freeLeaks();
          }
          leave(cidr, obstacle);
          return;
        }
        List<Requirement> requires = new ArrayList<>();
        requires.add(new Requirement.NodeSelected(living.name(), "all()"));
        Stored<?> poolStored = state.pools().get(pool.get().name());
        requires.add(new Requirement.KeyIs(poolStored.key(), poolStored.bytes().orElseThrow()));
        rivals.forEach(
            rival -> requires.add(new Requirement.KeyIs(rival.key(), rival.bytes().orElseThrow())));
        // The block is written too: an affinity that appears beside a release in flight would
        // outlive the block.
        Write block = new Write(stored.key(), "its owner gets its key back", new Edit.TouchBlock());
        Write key =
            new Write(
                state.layout().key(new AffinityId(living, cidr)),
                "node " + living.name() + " owns the block and has no key for it",
                new Edit.CreateAffinity(Affinity.State.CONFIRMED));
        release(
            "Give node " + living.name() + " its affinity for " + cidr,
            List.of(block, key),
            requires);
        impact.add(
            "node "
                + living.name()
                + " announces and blackholes "
                + cidr
                + " again; its pods there keep their routes.");
      }

      private void delete(String reason, List<Requirement> requires) {
        List<IpAddress> used = users.inside(cidr);
        if (!used.isEmpty()) {
          leave(
              cidr,
              Words.count(used.size(), "address")
                  + " of it "
                  + (used.size() == 1 ? "is" : "are")
                  + " in use although the block has "
                  + (used.size() == 1 ? "it" : "them")
                  + " free: "
                  + Words.some(
                      used.stream()
                          .map(address -> address + " (" + users.of(address).get(0) + ")")
                          .toList(),
                      5)
                  + "; deleted, the block would give "
                  + (used.size() == 1 ? "it" : "them")
                  + " out again");
          return;
        }
        boolean keepPending = owner.isEmpty();
        add(
            removal.delete(
                stored,
                freed,
                // A pending claim of a living node is completed by its next allocation.
                affinity -> !(keepPending && isPendingOfLiving(affinity)),
                freed.isEmpty() ? reason : "empty once its leaked addresses are freed; " + reason,
                requires));
        impact.add(
            "block "
                + cidr
                + " goes; "
                + (freed.isEmpty()
                    ? "no address was in use in it."
                    : Words.count(freed.size(), "leaked address")
                        + " "
                        + (freed.size() == 1 ? "goes" : "go")
                        + " with it."));
      }

      /** What is done to this block, which stays, and the leaks in it. */
      private void release(String title, List<Write> writes, List<Requirement> requires) {
        if (freed.isEmpty()) {
          add(List.of(new Unit(title, writes, requires)));
          return;
        }
        add(removal.free(stored, freed, title, writes, requires));
        impact.add(
            "block "
                + cidr
                + ": "
                + Words.count(freed.size(), "leaked address")
                + " freed: "
                + Words.some(
                    freed.keySet().stream()
                        .map(ordinal -> block.address(ordinal).toString())
                        .toList(),
                    8));
      }
    }

    private boolean isPendingOfLiving(Stored<Affinity> affinity) {
      boolean pending =
          affinity.value().filter(value -> value.state() == Affinity.State.PENDING).isPresent();
      return pending && affinity.at() instanceof CalicoKey.AffinityKey key && !isGone(key.owner());
    }

    void affinity(AffinityId id, Stored<Affinity> stored) {
      if (!selection.includes(state, id.cidr(), Optional.of(id.owner()))) {
        return;
      }
      Optional<Stored<Block>> block = Optional.ofNullable(state.blocks().get(id.cidr()));
      List<Requirement> gone =
          isGone(id.owner())
              ? List.of(new Requirement.KeyAbsent(state.layout().nodeKey(id.owner().name())))
              : List.of();
      if (block.isEmpty()) {
        if (isPendingOfLiving(stored)) {
          left.add(name(id) + ": pending; the node's next allocation completes it");
          leftOf.add(id.cidr());
        } else if (!id.owner().isNode()) {
          left.add(name(id) + ": " + id.owner() + " is no node");
          leftOf.add(id.cidr());
        } else {
          List<Requirement> requires = new ArrayList<>(gone);
          requires.add(new Requirement.KeyAbsent(state.layout().key(id.cidr())));
          drop(id, stored, "it has no block", requires);
        }
      } else if (!gone.isEmpty() && block.get().value().isPresent() && !isTakenCareOf(stored)) {
        List<Requirement> requires = new ArrayList<>(gone);
        requires.add(ownerStays(block.get(), block.get().value().get()));
        drop(id, stored, "its node does not exist, and the block is not its own", requires);
      }
    }

    /** An owner that Calico does not know has no name to require: then the block stays as it is. */
    private Requirement ownerStays(Stored<Block> stored, Block block) {
      return block.owner().isEmpty() && !block.hasNoOwner()
          ? new Requirement.KeyIs(stored.key(), stored.bytes().orElseThrow())
          : new Requirement.BlockOwnerIs(block.cidr(), block.owner());
    }

    private boolean isTakenCareOf(Stored<Affinity> stored) {
      return units.stream()
          .flatMap(List::stream)
          .flatMap(unit -> unit.writes().stream())
          .anyMatch(write -> write.key().equals(stored.key()));
    }

    private void drop(
        AffinityId id, Stored<Affinity> stored, String reason, List<Requirement> requires) {
      add(
          List.of(
              new Unit(
                  "Delete the " + name(id),
                  List.of(new Write(stored.key(), reason, new Edit.DeleteKey())),
                  requires)));
      boolean announced =
          stored.value().filter(value -> value.state() != Affinity.State.PENDING).isPresent();
      if (announced && !isGone(id.owner())) {
        impact.add(
            "node " + id.owner().name() + " stops announcing and blackholing " + id.cidr() + ".");
      }
    }

    private String name(AffinityId id) {
      return "affinity of "
          + (id.owner().isNode() ? "node " + id.owner().name() : id.owner().toString())
          + " for "
          + id.cidr();
    }
  }
}
