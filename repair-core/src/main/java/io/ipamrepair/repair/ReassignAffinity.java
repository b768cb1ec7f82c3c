package io.ipamrepair.repair;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Selector;
import io.ipamrepair.calico.SelectorSyntaxException;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Change;
import io.ipamrepair.change.Change.Stage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code reassign-affinity}: makes a node the one owner of a block: the block names it, its
 * affinity key is confirmed, and every other affinity key on the block goes, in one transaction.
 * The incident's wish, nodes that take their own orphaned blocks back.
 *
 * @param what one block, or all blocks of a node
 * @param to the new owner's node
 */
public record ReassignAffinity(What what, String to) implements Repair {
  /** Which blocks change hands. */
  public sealed interface What {
    /** One block, whoever owns it. */
    record OneBlock(Cidr cidr) implements What {}

    /** All blocks of a node, which need not exist any more. */
    record AllOf(String node) implements What {}
  }

  @Override
  public String name() {
    return "reassign-affinity";
  }

  @Override
  public Change judge(IpamState state) throws RefusedException {
    return new Judgement(state).change();
  }

  /**
   * All blocks that are meant, and the first of all that have a claim time: whether any has decides
   * what is written.
   */
  @Override
  public Focus evidence(IpamState state) {
    SortedSet<Cidr> blocks = new TreeSet<>(new Judgement(state).blocks());
    state.blocks().entrySet().stream()
        .filter(entry -> entry.getValue().value().flatMap(Block::claimTime).isPresent())
        .findFirst()
        .ifPresent(entry -> blocks.add(entry.getKey()));
    return Focus.blocks(blocks);
  }

  private final class Judgement {
    private final IpamState state;
    private final Owner owner = Owner.node(to);
    private final List<String> refusals = new ArrayList<>();
    private final List<String> impact = new ArrayList<>();
    private final List<String> unchanged = new ArrayList<>();

    Judgement(IpamState state) {
      this.state = state;
    }

    Change change() throws RefusedException {
      Optional<Node> node = Optional.ofNullable(state.nodes().get(to)).flatMap(Stored::value);
      if (node.isEmpty()) {
        refusals.add(
            state.nodes().containsKey(to)
                ? "Node " + to + " cannot be read."
                : "There is no node "
                    + to
                    + ". Nodes: "
                    + Words.some(List.copyOf(state.nodes().keySet()), 10)
                    + ".");
      }
      SortedSet<Cidr> blocks = blocks();
      List<Unit> units = new ArrayList<>();
      for (Cidr cidr : blocks) {
        Optional<Stored<Block>> stored = judgeable(cidr);
        Optional<NamedPool> pool = poolFor(cidr, node);
        if (stored.isPresent() && pool.isPresent() && node.isPresent()) {
          unit(stored.get(), pool.get(), blocks).ifPresent(units::add);
        }
      }
      limits(blocks);
      if (!refusals.isEmpty()) {
        throw new RefusedException(RefusedException.Fault.DATA, refusals);
      }
      if (units.isEmpty()) {
        List<String> reasons =
            new ArrayList<>(List.of("Nothing to do: node " + to + " is the one owner already."));
        reasons.addAll(unchanged);
        throw new RefusedException(RefusedException.Fault.DATA, reasons);
      }
      String title =
          what instanceof What.OneBlock one
              ? "Reassign block " + one.cidr() + " to " + to
              : "Reassign "
                  + Words.count(units.size(), "block")
                  + " of "
                  + ((What.AllOf) what).node()
                  + " to "
                  + to;
      return new Change(title, List.of(new Stage(units, false)), impact, unchanged, List.of(), "");
    }

    private SortedSet<Cidr> blocks() {
      SortedSet<Cidr> blocks = new TreeSet<>();
      if (what instanceof What.OneBlock one) {
        blocks.add(one.cidr());
      } else if (what instanceof What.AllOf from) {
        Owner old = Owner.node(from.node());
        state
            .blocks()
            .forEach(
                (cidr, stored) -> {
                  if (stored.value().flatMap(Block::owner).equals(Optional.of(old))) {
                    blocks.add(cidr);
                  }
                });
        if (from.node().equals(to)) {
          refusals.add("--from and --to name the same node, " + to + ".");
        } else if (blocks.isEmpty()) {
          refusals.add("Node " + from.node() + " owns no block.");
        }
      }
      return blocks;
    }

    private Optional<Stored<Block>> judgeable(Cidr cidr) {
      Optional<Stored<Block>> stored = Optional.ofNullable(state.blocks().get(cidr));
      Optional<Block> block = stored.flatMap(Stored::value);
      String problem = "";
      if (stored.isEmpty()) {
        problem = "There is no block " + cidr + ".";
      } else if (block.isEmpty()) {
        problem = "Block " + cidr + " cannot be read.";
      } else if (!(stored.get().at() instanceof CalicoKey.BlockKey key) || !key.canonical()) {
        problem =
            "Block "
                + cidr
                + " stands under a key that Calico cannot write: "
                + stored.get().key()
                + ".";
      } else if (block.get().owner().isEmpty() && !block.get().hasNoOwner()) {
        problem =
            "Block "
                + cidr
                + " has an owner that Calico does not know: "
                + block.get().affinity().orElse("")
                + ".";
      } else if (block.get().owner().filter(each -> !each.isNode()).isPresent()) {
        problem =
            "Block " + cidr + " belongs to " + block.get().owner().get() + ", which is no node.";
      }
      if (!problem.isEmpty()) {
        refusals.add(problem);
        return Optional.empty();
      }
      return stored;
    }

    /**
     * The pool out of which the node may take the block: enabled, of its size, selecting the node.
     */
    private Optional<NamedPool> poolFor(Cidr cidr, Optional<Node> node) {
      List<NamedPool> over = state.knownPools().containing(cidr);
      List<NamedPool> fitting =
          over.stream()
              .filter(
                  pool -> !pool.pool().disabled() && pool.pool().blockSize() == cidr.prefixLength())
              .toList();
      if (fitting.isEmpty()) {
        refusals.add(
            "No enabled pool with blocks of /"
                + cidr.prefixLength()
                + " contains "
                + cidr
                + ": "
                + (over.isEmpty()
                    ? "it lies in no pool"
                    : Words.some(
                        over.stream()
                            .map(
                                pool ->
                                    pool.name()
                                        + (pool.pool().disabled()
                                            ? " is disabled"
                                            : " has blocks of /" + pool.pool().blockSize()))
                            .toList(),
                        5))
                + ". The node would give it up, or never use it.");
        return Optional.empty();
      }
      if (node.isEmpty()) {
        return Optional.empty();
      }
      List<String> reasons = new ArrayList<>();
      for (NamedPool pool : fitting) {
        try {
          if (Selector.parse(pool.pool().nodeSelector()).matches(node.get().metadata().labels())) {
            return Optional.of(pool);
          }
          reasons.add(
              "Pool "
                  + pool.name()
                  + " does not select node "
                  + to
                  + ": its selector is "
                  + pool.pool().nodeSelector()
                  + ".");
        } catch (SelectorSyntaxException unreadable) {
          reasons.add(
              "The selector of pool "
                  + pool.name()
                  + " cannot be read: "
                  + unreadable.getMessage());
        }
      }
      refusals.addAll(reasons);
      return Optional.empty();
    }

    private void limits(SortedSet<Cidr> blocks) {
      for (IpFamily family : IpFamily.values()) {
        long moved = blocks.stream().filter(cidr -> cidr.family() == family).count();
        long others = others(family, blocks);
        long limit = state.effectiveConfig().blockLimit();
        if (moved > 0 && others + moved > limit) {
          refusals.add(
              "Node "
                  + to
                  + " would own "
                  + (others + moved)
                  + " "
                  + family.pathSegment()
                  + " blocks, more than the limit of "
                  + limit
                  + (state.effectiveConfig().maxBlocksPerHost() > 0
                      ? " (maxBlocksPerHost)."
                      : " (Calico's default)."));
        }
      }
    }

    private long others(IpFamily family, SortedSet<Cidr> moved) {
      return state.blocks().entrySet().stream()
          .filter(entry -> entry.getKey().family() == family && !moved.contains(entry.getKey()))
          .filter(
              entry -> entry.getValue().value().flatMap(Block::owner).equals(Optional.of(owner)))
          .count();
    }

    private Optional<Unit> unit(Stored<Block> stored, NamedPool pool, SortedSet<Cidr> moved) {
      Block block = stored.value().orElseThrow();
      Cidr cidr = block.cidr();
      boolean isOwner = block.owner().equals(Optional.of(owner));
      Optional<Stored<Affinity>> own =
          Optional.ofNullable(state.affinities().get(new AffinityId(owner, cidr)));
      boolean confirmed =
          own.flatMap(Stored::value)
              .filter(value -> value.state() == Affinity.State.CONFIRMED)
              .isPresent();
      List<Stored<Affinity>> rivals =
          state.affinitiesOn(cidr).stream()
              .filter(affinity -> own.filter(affinity::equals).isEmpty())
              .toList();
      if (isOwner && confirmed && rivals.isEmpty()) {
        unchanged.add("block " + cidr + ": " + to + " owns it, and its affinity is confirmed");
        return Optional.empty();
      }
      List<Write> writes = new ArrayList<>();
      writes.add(
          isOwner
              ? new Write(
                  stored.key(),
                  "the owner stays; a release in flight must fail",
                  new Edit.TouchBlock())
              : new Write(
                  stored.key(),
                  "node " + to + " becomes its owner",
                  new Edit.SetBlockOwner(block.owner(), Optional.of(owner), stampsClaims(block))));
      List<Requirement> requires = new ArrayList<>();
      requires.add(new Requirement.NodeSelected(to, pool.pool().nodeSelector()));
      Stored<?> poolStored = state.pools().get(pool.name());
      requires.add(new Requirement.KeyIs(poolStored.key(), poolStored.bytes().orElseThrow()));
      BlockRemoval.ownersKeyIsAbsent(state, block)
          .filter(absent -> !isOwner)
          .ifPresent(requires::add);
      if (!isOwner) {
        requires.add(configAsItIs());
        requires.add(
            new Requirement.BlocksAtMost(
                to,
                cidr.family(),
                state.effectiveConfig().blockLimit() - movedOf(cidr.family(), moved),
                moved));
      }
      if (own.isEmpty()) {
        writes.add(
            new Write(
                state.layout().key(new AffinityId(owner, cidr)),
                "the new owner's claim",
                new Edit.CreateAffinity(Affinity.State.CONFIRMED)));
      } else if (confirmed) {
        requires.add(new Requirement.KeyIs(own.get().key(), own.get().bytes().orElseThrow()));
      } else {
        writes.add(confirm(own.get()));
      }
      rivals.forEach(
          rival ->
              writes.add(new Write(rival.key(), "the block has one owner", new Edit.DeleteKey())));
      effects(block, isOwner, rivals);
      return Optional.of(new Unit("Block " + cidr + " belongs to " + to, writes, requires));
    }

    /** The block limit stands there. */
    private Requirement configAsItIs() {
      return state
          .config()
          .flatMap(
              config ->
                  config
                      .bytes()
                      .<Requirement>map(bytes -> new Requirement.KeyIs(config.key(), bytes)))
          .orElseGet(() -> new Requirement.KeyAbsent(state.layout().configKey()));
    }

    private Write confirm(Stored<Affinity> own) {
      return new Write(
          own.key(), "the owner's claim", new Edit.SetAffinityState(Affinity.State.CONFIRMED));
    }

    private long movedOf(IpFamily family, SortedSet<Cidr> moved) {
      return moved.stream().filter(cidr -> cidr.family() == family).count();
    }

    /**
     * Releases since v3.32 stamp a claim; where no block has a stamp, the release is older and
     * would drop it.
     */
    private boolean stampsClaims(Block block) {
      return block.claimTime().isPresent()
          || state.blocks().values().stream()
              .flatMap(stored -> stored.value().stream())
              .anyMatch(each -> each.claimTime().isPresent());
    }

    private void effects(Block block, boolean isOwner, List<Stored<Affinity>> rivals) {
      Cidr cidr = block.cidr();
      impact.add(
          "node "
              + to
              + " announces "
              + cidr
              + (isOwner ? " as its own" : "")
              + " and blackholes its free addresses"
              + (rivals.isEmpty()
                  ? "."
                  : "; "
                      + Words.some(
                          rivals.stream()
                              .map(rival -> ((CalicoKey.AffinityKey) rival.at()).owner().name())
                              .toList(),
                          5)
                      + " no longer "
                      + (rivals.size() == 1 ? "does." : "do.")));
      SortedMap<String, List<String>> elsewhere = new TreeMap<>();
      for (int ordinal : block.held()) {
        Optional<String> node = block.attribute(ordinal).flatMap(Attribute::node);
        node.filter(name -> !name.equals(to))
            .ifPresent(
                name ->
                    elsewhere
                        .computeIfAbsent(name, none -> new ArrayList<>())
                        .add(block.address(ordinal).toString()));
      }
      elsewhere.forEach(
          (node, addresses) ->
              impact.add(
                  Words.count(addresses.size(), "live address")
                      + " of "
                      + cidr
                      + " on "
                      + node
                      + " ("
                      + Words.some(addresses, 6)
                      + "): reached by "
                      + (addresses.size() == 1 ? "its /32" : "their /32s")
                      + " where nodes exchange routes; where nodes peer only with a router, traffic between "
                      + to
                      + " and "
                      + (addresses.size() == 1 ? "it" : "them")
                      + " is dropped."));
      long here = block.held().size() - elsewhere.values().stream().mapToInt(List::size).sum();
      if (here > 0) {
        impact.add(
            Words.count(here, "address")
                + " of "
                + cidr
                + " on "
                + to
                + " itself: reached through its route for the whole block.");
      }
    }
  }
}
