package io.ipamrepair.change;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Selector;
import io.ipamrepair.calico.SelectorSyntaxException;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyRange;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A condition under which a change is right, on content. It is checked on a fresh read, and guarded
 * from that read to the commit by compares on that read's revisions: revisions alone are not
 * enough, because an etcd restored from a backup hands them out again (design, section 4). As
 * strict as the evidence, and no stricter.
 */
public sealed interface Requirement {
  /** The condition in words. */
  String words();

  /** What moved, in words: the condition, and what is there instead; nothing when it holds. */
  Optional<String> moved(IpamState now);

  /**
   * Compares that hold the condition from the read {@code fresh}, where it holds, to the commit.
   */
  List<Compare> guards(IpamState fresh);

  /** The single keys that it speaks of, which its guards compare by revision. */
  default List<Bytes> keys(KeyLayout layout) {
    return List.of();
  }

  /** The key has exactly these bytes. */
  record KeyIs(Bytes key, Bytes value) implements Requirement {
    @Override
    public String words() {
      return "as it is now: " + key;
    }

    @Override
    public Optional<String> moved(IpamState now) {
      Optional<Stored<?>> found = now.at(key);
      if (found.isEmpty()) {
        return Optional.of(now.layout().classify(key).object() + " was there and is gone");
      }
      if (found.get().bytes().filter(value::equals).isPresent()) {
        return Optional.empty();
      }
      String difference =
          String.join("; ", new ValueDiff().between(key, Optional.of(value), found.get().bytes()));
      return Optional.of(
          found.get().object()
              + ": "
              + difference
              + " (changed at revision "
              + found.get().modRevision()
              + ")");
    }

    @Override
    public List<Bytes> keys(KeyLayout layout) {
      return List.of(key);
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      return List.of(new Compare.ModRevisionIs(key, fresh.at(key).orElseThrow().modRevision()));
    }
  }

  /** The key is absent. */
  record KeyAbsent(Bytes key) implements Requirement {
    @Override
    public String words() {
      return "still absent: " + key;
    }

    @Override
    public Optional<String> moved(IpamState now) {
      return now.at(key)
          .map(
              found ->
                  found.object()
                      + " was absent and is there (since revision "
                      + found.createRevision()
                      + ")");
    }

    @Override
    public List<Bytes> keys(KeyLayout layout) {
      return List.of(key);
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      return List.of(new Compare.Absent(key));
    }
  }

  /**
   * No workload endpoint has the address, and none of the pod that its attribute names exists: an
   * exact and tiny range of keys.
   */
  record AddressUnused(IpAddress address, String namespace, String node, String pod)
      implements Requirement {
    @Override
    public String words() {
      return address
          + " used by no endpoint, tunnel or translation, and pod "
          + namespace
          + "/"
          + pod
          + " on "
          + node
          + " has no endpoint";
    }

    private KeyRange endpointsOfPod(IpamState state) {
      return state.layout().endpointsOfPod(namespace, node, pod);
    }

    @Override
    public Optional<String> moved(IpamState now) {
      if (!now.knowsEveryUser()) {
        return Optional.of(address + ": an endpoint or node cannot be read, and might use it");
      }
      List<Bytes> pods = now.keysIn(endpointsOfPod(now));
      if (!pods.isEmpty()) {
        return Optional.of(address + ": its pod has an endpoint: " + pods.get(0));
      }
      boolean used =
          now.endpoints().values().stream()
                  .flatMap(endpoint -> endpoint.value().stream())
                  .anyMatch(
                      endpoint ->
                          endpoint.addresses().contains(address)
                              || endpoint.natAddresses().contains(address))
              || now.nodes().values().stream()
                  .flatMap(node -> node.value().stream())
                  .anyMatch(node -> node.tunnelIps().contains(address));
      return used ? Optional.of(address + " is in use now") : Optional.empty();
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      return List.of(new Compare.NothingWrittenSince(endpointsOfPod(fresh), 0));
    }
  }

  /**
   * Of the blocks inside {@code network} there is none but the {@code known}; a known one that
   * vanished does no harm.
   */
  record NoOtherBlocks(Cidr network, SortedSet<Cidr> known) implements Requirement {
    public NoOtherBlocks {
      known = Collections.unmodifiableSortedSet(new TreeSet<>(known));
    }

    /** The same condition of a step that deletes some blocks itself, in the same transaction. */
    public NoOtherBlocks besides(Set<Cidr> deleted) {
      SortedSet<Cidr> all = new TreeSet<>(known);
      deleted.stream().filter(network::contains).forEach(all::add);
      return new NoOtherBlocks(network, all);
    }

    @Override
    public String words() {
      return known.isEmpty()
          ? "no block inside " + network
          : "no block inside " + network + " but the " + known.size() + " known";
    }

    @Override
    public Optional<String> moved(IpamState now) {
      return now.blocks().keySet().stream()
          .filter(network::contains)
          .filter(block -> !known.contains(block))
          .findFirst()
          .map(block -> "block " + block + " is new inside " + network);
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      return fresh.layout().blocksAround(network).stream()
          .<Compare>map(range -> new Compare.NothingWrittenSince(range, fresh.revision()))
          .toList();
    }
  }

  /** No pool, disabled or not, contains {@code block}. */
  record NoPoolContains(Cidr block) implements Requirement {
    @Override
    public String words() {
      return "no pool over " + block;
    }

    @Override
    public Optional<String> moved(IpamState now) {
      if (!now.knownPools().complete()) {
        return Optional.of("a pool cannot be read: it may lie over " + block);
      }
      return now.knownPools().containing(block).stream()
          .findFirst()
          .map(pool -> "pool " + pool.name() + " lies over " + block + " now");
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      return List.of(new Compare.NothingWrittenSince(fresh.layout().pools(), fresh.revision()));
    }
  }

  /** The block exists and has this owner; what else changes in it does not matter. */
  record BlockOwnerIs(Cidr block, Optional<Owner> owner) implements Requirement {
    @Override
    public String words() {
      return "block " + block + " owned by " + owner.map(Owner::toString).orElse("nobody");
    }

    @Override
    public Optional<String> moved(IpamState now) {
      Optional<Block> found = Optional.ofNullable(now.blocks().get(block)).flatMap(Stored::value);
      if (found.isEmpty()) {
        return Optional.of("block " + block + " is gone or unreadable");
      }
      boolean same =
          found.get().owner().equals(owner) && (owner.isPresent() || found.get().hasNoOwner());
      return same
          ? Optional.empty()
          : Optional.of(
              "block "
                  + block
                  + ": owner was "
                  + ValueDiff.ownerName(owner)
                  + ", is now "
                  + ValueDiff.ownerName(found.get().owner()));
    }

    @Override
    public List<Bytes> keys(KeyLayout layout) {
      return List.of(layout.key(block));
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      Stored<Block> stored = fresh.blocks().get(block);
      return List.of(new Compare.ModRevisionIs(stored.key(), stored.modRevision()));
    }
  }

  /**
   * The node exists and its labels match {@code selector}; whatever else its object says may
   * change.
   */
  record NodeSelected(String node, String selector) implements Requirement {
    @Override
    public String words() {
      return "node " + node + " exists and is selected by " + selector;
    }

    @Override
    public Optional<String> moved(IpamState now) {
      Optional<Node> found = Optional.ofNullable(now.nodes().get(node)).flatMap(Stored::value);
      if (found.isEmpty()) {
        return Optional.of("node " + node + " is gone or unreadable");
      }
      try {
        boolean selected = Selector.parse(selector).matches(found.get().metadata().labels());
        return selected
            ? Optional.empty()
            : Optional.of("node " + node + " is not selected by " + selector + " any more");
      } catch (SelectorSyntaxException unreadable) {
        return Optional.of(unreadable.getMessage());
      }
    }

    @Override
    public List<Bytes> keys(KeyLayout layout) {
      return List.of(layout.nodeKey(node));
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      Stored<Node> stored = fresh.nodes().get(node);
      return List.of(new Compare.ModRevisionIs(stored.key(), stored.modRevision()));
    }
  }

  /** The node has at most {@code most} blocks of the family, the written ones not counted. */
  record BlocksAtMost(String node, IpFamily family, long most, SortedSet<Cidr> except)
      implements Requirement {
    public BlocksAtMost {
      except = Collections.unmodifiableSortedSet(new TreeSet<>(except));
    }

    @Override
    public String words() {
      return "node "
          + node
          + " owns at most "
          + most
          + " other "
          + family.pathSegment()
          + " blocks";
    }

    @Override
    public Optional<String> moved(IpamState now) {
      long owned =
          now.blocks().values().stream()
              .filter(
                  stored ->
                      stored.at() instanceof CalicoKey.BlockKey key
                          && key.cidr().family() == family
                          && !except.contains(key.cidr()))
              .flatMap(stored -> stored.value().stream())
              .filter(block -> block.owner().equals(Optional.of(Owner.node(node))))
              .count();
      return owned <= most
          ? Optional.empty()
          : Optional.of("node " + node + " owns " + owned + " other blocks, more than " + most);
    }

    @Override
    public List<Compare> guards(IpamState fresh) {
      // Whoever takes a block for the node writes one of these affinity keys first.
      return List.of(
          new Compare.NothingWrittenSince(
              fresh.layout().affinitiesOf(Owner.node(node), family), fresh.revision()));
    }
  }
}
