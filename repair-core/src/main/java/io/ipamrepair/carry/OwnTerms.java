package io.ipamrepair.carry;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.change.Edit;
import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The difference of two values of one key, as edits in the object's own terms: what a rollback,
 * that has only bytes to put back, changes by it.
 */
final class OwnTerms {
  private OwnTerms() {}

  /**
   * The edits that lead from {@code from} to {@code to}; nothing when the difference is none that
   * edits can express. A block's queue and its sequence number follow from the edits and are not
   * compared.
   */
  static Optional<List<Edit>> between(CalicoKey at, Json.Obj from, Json.Obj to) {
    if (at instanceof CalicoKey.BlockKey) {
      Optional<BlockParts> was = BlockParts.of(from);
      Optional<BlockParts> then = BlockParts.of(to);
      return was.isPresent() && then.isPresent() ? block(was.get(), then.get()) : Optional.empty();
    } else if (at instanceof CalicoKey.HandleKey) {
      return handle(from, to);
    } else if (at instanceof CalicoKey.PoolKey) {
      return pool(from, to);
    }
    return affinity(from, to);
  }

  /** See {@link #between}, of two blocks taken apart. */
  static Optional<List<Edit>> block(BlockParts from, BlockParts to) {
    boolean sameElse =
        from.fixed().equals(to.fixed())
            && from.unknown().equals(to.unknown())
            && from.slots() == to.slots();
    Optional<Optional<Owner>> was = owner(from);
    Optional<Optional<Owner>> then = owner(to);
    if (!sameElse || was.isEmpty() || then.isEmpty()) {
      return Optional.empty();
    }
    List<Edit> edits = new ArrayList<>();
    if (!from.owner().equals(to.owner()) || !from.claimTime().equals(to.claimTime())) {
      edits.add(new Edit.ReturnBlock(was.get(), then.get(), to.claimTime()));
    }
    SortedMap<Integer, String> freed = new TreeMap<>();
    SortedMap<Integer, Edit.Holder> held = new TreeMap<>();
    for (int ordinal : from.ordinalsUnlike(to)) {
      Optional<Edit.Holder> holder = from.holder(ordinal);
      holder.ifPresent(old -> freed.put(ordinal, BlockParts.handle(old)));
      to.holder(ordinal).ifPresent(old -> held.put(ordinal, old));
    }
    if (!freed.isEmpty()) {
      edits.add(new Edit.FreeOrdinals(freed));
    }
    if (!held.isEmpty()) {
      edits.add(new Edit.HoldOrdinals(held));
    }
    return Optional.of(edits.isEmpty() ? List.of(new Edit.TouchBlock()) : edits);
  }

  /** The owner, which may be nobody; nothing when it is one that Calico does not know. */
  private static Optional<Optional<Owner>> owner(BlockParts block) {
    if (block.owner().isEmpty()) {
      return Optional.of(Optional.empty());
    }
    return Owner.read(block.owner().get()).map(Optional::of);
  }

  private static Optional<List<Edit>> handle(Json.Obj from, Json.Obj to) {
    Optional<SortedMap<String, Long>> was = counts(from);
    Optional<SortedMap<String, Long>> then = counts(to);
    boolean sameElse = from.without("block").equals(to.without("block"));
    if (!sameElse || was.isEmpty() || then.isEmpty()) {
      return Optional.empty();
    }
    List<Edit> edits = new ArrayList<>();
    TreeSet<String> blocks = new TreeSet<>(was.get().keySet());
    blocks.addAll(then.get().keySet());
    for (String block : blocks) {
      long old = was.get().getOrDefault(block, 0L);
      long count = then.get().getOrDefault(block, 0L);
      if (old != count) {
        edits.add(new Edit.SetHandleCount(block, old, count));
      }
    }
    return edits.isEmpty() ? Optional.empty() : Optional.of(edits);
  }

  /** What a handle counts, by the CIDR of a block as text; nothing when it cannot be read. */
  static Optional<SortedMap<String, Long>> counts(Json.Obj handle) {
    if (!(handle.get("block").orElse(Json.Null.NULL) instanceof Json.Obj counts)) {
      return Optional.empty();
    }
    SortedMap<String, Long> read = new TreeMap<>();
    for (Map.Entry<String, Json> entry : counts.members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Num number)
          || !number.literal().matches("[0-9]{1,18}")) {
        return Optional.empty();
      }
      read.put(entry.getKey(), Long.parseLong(number.literal()));
    }
    return Optional.of(read);
  }

  private static Optional<List<Edit>> pool(Json.Obj from, Json.Obj to) {
    boolean sameElse = withoutDisabled(from).equals(withoutDisabled(to));
    Optional<Json> was = disabled(from);
    Optional<Json> then = disabled(to);
    if (!sameElse || was.equals(then)) {
      return Optional.empty();
    }
    if (was.equals(Optional.of(Json.Bool.TRUE))) {
      return Optional.of(List.of(new Edit.EnablePool(then)));
    }
    return then.equals(Optional.of(Json.Bool.TRUE))
        ? Optional.of(List.of(new Edit.DisablePool()))
        : Optional.empty();
  }

  private static Optional<Json> disabled(Json.Obj pool) {
    return pool.get("spec").orElse(Json.Null.NULL) instanceof Json.Obj spec
        ? spec.get("disabled")
        : Optional.empty();
  }

  private static Json.Obj withoutDisabled(Json.Obj pool) {
    return pool.get("spec").orElse(Json.Null.NULL) instanceof Json.Obj spec
        ? pool.with("spec", spec.without("disabled"))
        : pool;
  }

  private static Optional<List<Edit>> affinity(Json.Obj from, Json.Obj to) {
    boolean sameElse = from.without("state").equals(to.without("state"));
    Optional<String> state = to.text("state");
    if (!sameElse || state.isEmpty()) {
      return Optional.empty();
    }
    return java.util.Arrays.stream(Affinity.State.values())
        .filter(each -> !each.text().isEmpty() && each.text().equals(state.get()))
        .findFirst()
        .map(each -> List.of(new Edit.SetAffinityState(each)));
  }
}
