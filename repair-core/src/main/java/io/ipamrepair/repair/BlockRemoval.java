package io.ipamrepair.repair;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import io.ipamrepair.cidr.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What becomes of a block's addresses and handles when it is freed or deleted, cut so that no part
 * exceeds a transaction: handles that go together with their ordinals, and the block's deletion
 * last.
 */
final class BlockRemoval {
  /**
   * Handles in one part. Each costs a write and a compare of its own and a guard; an IPv4 and an
   * IPv6 block whose handles are the same pods' come together, and both still fit.
   */
  static final int HANDLES_AT_ONCE = 25;

  private final IpamState state;
  private final HandleCounts handles;

  BlockRemoval(IpamState state, HandleCounts handles) {
    this.state = state;
    this.handles = handles;
  }

  /**
   * An ordinal that is given back.
   *
   * @param handle the handle that it counts for
   * @param requires what must hold until the commit
   */
  record Freed(String handle, Requirement requires) {}

  /**
   * The parts that free ordinals of a block which stays.
   *
   * @param first what else the first part writes; may hold the block itself
   * @param requires of the first part
   */
  List<Unit> free(
      Stored<Block> block,
      SortedMap<Integer, Freed> freed,
      String title,
      List<Write> first,
      List<Requirement> requires) {
    List<Unit> units = new ArrayList<>();
    List<Write> firstWrites = first;
    List<Requirement> firstRequires = requires;
    for (List<String> part : parts(handlesOf(freed))) {
      units.add(part(block, freed, part, title, firstWrites, firstRequires));
      firstWrites = List.of();
      firstRequires = List.of();
    }
    return units;
  }

  /**
   * The parts that delete a block nobody uses, with its affinities and what handles count in it.
   *
   * @param block a block that holds nothing but {@code freed}
   * @param affinities which of its affinities go with it
   * @param reason why
   */
  List<Unit> delete(
      Stored<Block> block,
      SortedMap<Integer, Freed> freed,
      Predicate<Stored<Affinity>> affinities,
      String reason,
      List<Requirement> requires) {
    Cidr cidr = block.value().orElseThrow().cidr();
    SortedSet<String> naming = new TreeSet<>(handles.naming(cidr));
    naming.addAll(handlesOf(freed));
    List<List<String>> parts = parts(naming);
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < parts.size() - 1; i++) {
      units.add(
          part(
              block, freed, parts.get(i), "Empty block " + cidr, List.of(), List.copyOf(requires)));
    }
    List<String> last = parts.isEmpty() ? List.of() : parts.get(parts.size() - 1);
    List<Write> writes = new ArrayList<>();
    writes.add(new Write(block.key(), reason, new Edit.DeleteKey()));
    state.affinitiesOn(cidr).stream()
        .filter(affinities)
        .forEach(
            affinity ->
                writes.add(new Write(affinity.key(), "its block goes", new Edit.DeleteKey())));
    writes.addAll(handles.forget(cidr, last));
    List<Requirement> conditions = new ArrayList<>(requires);
    ownersKeyIsAbsent(block).ifPresent(conditions::add);
    conditions.addAll(requirementsOf(freed, last));
    units.add(new Unit("Delete block " + cidr, writes, conditions));
    return units;
  }

  private Unit part(
      Stored<Block> block,
      SortedMap<Integer, Freed> freed,
      List<String> part,
      String title,
      List<Write> others,
      List<Requirement> requires) {
    Cidr cidr = block.value().orElseThrow().cidr();
    SortedMap<Integer, String> ordinals = new TreeMap<>();
    freed.forEach(
        (ordinal, each) -> {
          if (part.contains(each.handle())) {
            ordinals.put(ordinal, each.handle());
          }
        });
    // What else is done to the block, and what frees its ordinals, is one write.
    List<Edit> edits = new ArrayList<>();
    String reason = "nothing uses these addresses";
    List<Write> writes = new ArrayList<>();
    if (!ordinals.isEmpty()) {
      edits.add(new Edit.FreeOrdinals(ordinals));
    }
    for (Write other : others) {
      if (other.key().equals(block.key())) {
        reason = other.reason();
        other.edits().stream()
            .filter(edit -> ordinals.isEmpty() || !(edit instanceof Edit.TouchBlock))
            .forEach(edits::add);
      } else {
        writes.add(other);
      }
    }
    if (edits.isEmpty()) {
      reason = "handles that name it are lowered";
      edits.add(new Edit.TouchBlock());
    }
    writes.add(0, new Write(block.key(), reason, edits));
    Map<String, Long> byHandle = new TreeMap<>();
    ordinals.values().forEach(handle -> byHandle.merge(handle, 1L, Long::sum));
    writes.addAll(handles.lower(cidr, byHandle, "its address is freed"));
    List<String> stale = part.stream().filter(handle -> !byHandle.containsKey(handle)).toList();
    writes.addAll(handles.forget(cidr, stale));
    List<Requirement> conditions = new ArrayList<>(requires);
    conditions.addAll(requirementsOf(freed, part));
    return new Unit(title, writes, conditions);
  }

  /**
   * An owner without its key may just be making it: it reads the block, finds it is its own, and
   * confirms the key without another write of the block. So the key must be absent at the commit.
   */
  private Optional<Requirement> ownersKeyIsAbsent(Stored<Block> block) {
    return ownersKeyIsAbsent(state, block.value().orElseThrow());
  }

  /** See {@link #ownersKeyIsAbsent(Stored)}. */
  static Optional<Requirement> ownersKeyIsAbsent(IpamState state, Block block) {
    return block
        .owner()
        .map(owner -> new AffinityId(owner, block.cidr()))
        .filter(id -> !state.affinities().containsKey(id))
        .map(id -> new Requirement.KeyAbsent(state.layout().key(id)));
  }

  private static SortedSet<String> handlesOf(SortedMap<Integer, Freed> freed) {
    SortedSet<String> handles = new TreeSet<>();
    freed.values().forEach(each -> handles.add(each.handle()));
    return handles;
  }

  private static List<Requirement> requirementsOf(
      SortedMap<Integer, Freed> freed, List<String> part) {
    return freed.values().stream()
        .filter(each -> part.contains(each.handle()))
        .map(Freed::requires)
        .toList();
  }

  private static List<List<String>> parts(SortedSet<String> handles) {
    List<String> all = List.copyOf(handles);
    List<List<String>> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += HANDLES_AT_ONCE) {
      parts.add(all.subList(from, Math.min(all.size(), from + HANDLES_AT_ONCE)));
    }
    return parts;
  }
}
