package io.ipamrepair.carry;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.change.Edit;
import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a write rests on in the object that it writes, named as its edits are: an owner, ordinals,
 * counts. What others change besides does not matter to it (docs/living-cluster.md has the table).
 */
final class WriteEvidence {
  private static final Set<String> ATTRIBUTE =
      Set.of("handle_id", "secondary", "alternateOwnerAttrs", "releasedAt");

  /** What of a resource's metadata says which resource it is, and whether it is going. */
  private static final List<String> IDENTITY = List.of("name", "uid", "deletionTimestamp");

  private final List<Edit> edits;
  private final List<String> touched = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  /**
   * What became of the evidence.
   *
   * @param touched what others changed of what the edits change or rest on
   * @param unknown what others changed that this tool does not know the meaning of
   */
  record Verdict(List<String> touched, List<String> unknown) {}

  private WriteEvidence(List<Edit> edits) {
    this.edits = edits;
  }

  /**
   * Judges the evidence of {@code edits} on an object that was {@code before} when they were
   * planned, and is {@code now}.
   */
  static Verdict of(List<Edit> edits, CalicoKey at, Json.Obj before, Json.Obj now) {
    WriteEvidence evidence = new WriteEvidence(edits);
    if (at instanceof CalicoKey.BlockKey) {
      evidence.block(BlockParts.of(before), BlockParts.of(now));
    } else if (at instanceof CalicoKey.HandleKey) {
      evidence.handle(before, now);
    } else if (at instanceof CalicoKey.PoolKey) {
      evidence.pool(before, now);
    } else {
      evidence.members(before, now, Set.of("state", "deleted"));
    }
    return new Verdict(List.copyOf(evidence.touched), List.copyOf(evidence.unknown));
  }

  private boolean deletes() {
    return edits.stream()
        .anyMatch(edit -> edit instanceof Edit.DeleteKey || edit instanceof Edit.RestoreAbsence);
  }

  private void block(Optional<BlockParts> before, Optional<BlockParts> now) {
    if (before.isEmpty() || now.isEmpty()) {
      touched.add("it cannot be compared part by part");
      return;
    }
    block(before.get(), now.get());
  }

  private void block(BlockParts before, BlockParts now) {
    touched.addAll(unlike(before.fixed(), now.fixed()));
    unknown.addAll(unlike(before.unknown(), now.unknown()));
    if (before.slots() != now.slots()) {
      touched.add("allocations: " + before.slots() + " ordinals, now " + now.slots());
    }
    if (now.isOlderThan(before)) {
      touched.add("sequenceNumber went down: Calico never does that, a restore or a hand does");
    }
    boolean ownerMatters =
        edits.stream()
            .anyMatch(
                edit -> !(edit instanceof Edit.TouchBlock) && !(edit instanceof Edit.HoldOrdinals));
    if (ownerMatters && !before.owner().equals(now.owner())) {
      touched.add("owner " + name(before.owner()) + " → " + name(now.owner()));
    } else if (ownerMatters && !before.claimTime().equals(now.claimTime())) {
      touched.add("claimed again: affinity_claim_time");
    }
    SortedSet<Integer> others = before.ordinalsUnlike(now);
    SortedSet<Integer> ours = deletes() ? others : ordinals();
    for (int ordinal : others) {
      if (ours.contains(ordinal)) {
        touched.add("ordinal " + ordinal);
      } else if (now.holder(ordinal).filter(WriteEvidence::isUnknown).isPresent()) {
        unknown.add("attribute of ordinal " + ordinal);
      }
    }
  }

  private static boolean isUnknown(Edit.Holder holder) {
    return !(holder.attribute() instanceof Json.Obj attribute)
        || !ATTRIBUTE.containsAll(attribute.members().keySet());
  }

  private static String name(Optional<String> owner) {
    return owner.orElse("nobody");
  }

  private SortedSet<Integer> ordinals() {
    SortedSet<Integer> ordinals = new TreeSet<>();
    for (Edit edit : edits) {
      if (edit instanceof Edit.FreeOrdinals free) {
        ordinals.addAll(free.handles().keySet());
      } else if (edit instanceof Edit.HoldOrdinals hold) {
        ordinals.addAll(hold.holders().keySet());
      }
    }
    return ordinals;
  }

  /**
   * Which blocks a handle names is evidence: whoever lowers it writes all of them (design, section
   * 5), and a further one would be written by nobody.
   */
  private void handle(Json.Obj before, Json.Obj now) {
    members(before, now, Set.of("deleted"), Set.of("block"));
    Optional<Map<String, Json>> was = counts(before);
    Optional<Map<String, Json>> is = counts(now);
    if (was.isEmpty() || is.isEmpty()) {
      touched.add("what it counts cannot be compared");
      return;
    }
    Set<String> named = new TreeSet<>(was.get().keySet());
    named.addAll(is.get().keySet());
    for (String block : named) {
      boolean ours =
          deletes()
              || edits.stream()
                  .anyMatch(
                      edit ->
                          edit instanceof Edit.SetHandleCount count && count.block().equals(block));
      boolean both = was.get().containsKey(block) && is.get().containsKey(block);
      boolean same = both && was.get().get(block).equals(is.get().get(block));
      if (ours && !same || !both) {
        touched.add("count of " + block);
      }
    }
  }

  private static Optional<Map<String, Json>> counts(Json.Obj handle) {
    return handle.get("block").orElse(Json.Null.NULL) instanceof Json.Obj counts
        ? Optional.of(counts.members())
        : Optional.empty();
  }

  /**
   * All of a pool's spec is evidence, since all of it decides what becomes of traffic; of its
   * metadata only what says that it is the same pool.
   */
  private void pool(Json.Obj before, Json.Obj now) {
    members(before, now, Set.of("kind", "apiVersion", "spec"), Set.of("metadata"));
    for (String name : IDENTITY) {
      if (!member(before, "metadata", name).equals(member(now, "metadata", name))) {
        touched.add("metadata." + name);
      }
    }
  }

  private static Optional<Json> member(Json.Obj value, String object, String name) {
    return value.get(object).orElse(Json.Null.NULL) instanceof Json.Obj inner
        ? inner.get(name)
        : Optional.empty();
  }

  /** Members of which each is evidence; what else there is this tool does not know. */
  private void members(Json.Obj before, Json.Obj now, Set<String> evidence) {
    members(before, now, evidence, Set.of());
  }

  private void members(Json.Obj before, Json.Obj now, Set<String> evidence, Set<String> free) {
    for (String name : unlike(before.members(), now.members())) {
      if (evidence.contains(name)) {
        touched.add(name);
      } else if (!free.contains(name)) {
        unknown.add(name);
      }
    }
  }

  private static List<String> unlike(Map<String, Json> before, Map<String, Json> now) {
    SortedSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    names.removeIf(
        name -> Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(now.get(name))));
    return List.copyOf(names);
  }
}
