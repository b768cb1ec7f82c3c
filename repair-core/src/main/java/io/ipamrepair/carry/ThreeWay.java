package io.ipamrepair.carry;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.change.Edit;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One key as it was before a run, as the run left it, and as it is now, part by part: what of the
 * run is still there and can be taken back, what is taken back already, and what somebody changed
 * since.
 */
public final class ThreeWay {
  /** What became of a part since the run. */
  public enum Standing {
    /** It is as the run left it: it can be taken back. */
    AS_LEFT,
    /** It is as it was before the run. */
    AS_BEFORE,
    /** Somebody made something else of it. */
    CHANGED
  }

  /** A part of an object that the run changed. */
  public sealed interface Part {
    Standing standing();

    /** What takes it back; of no use unless it stands as the run left it. */
    Edit edit();

    /** The owner of a block, with its claim time. */
    record OwnerPart(Standing standing, Edit edit) implements Part {}

    /**
     * One ordinal of a block.
     *
     * @param handle of its holder before the run, or else of the one that the run gave it; empty
     *     when it had none
     */
    record OrdinalPart(Standing standing, int ordinal, String handle, Edit edit) implements Part {}

    /** A handle's count of one block, whose CIDR is text as in the value. */
    record CountPart(Standing standing, String block, Edit edit) implements Part {
      /** The same part, of which {@code given} are given back already. */
      public CountPart without(int given) {
        if (given == 0) {
          return this;
        } else if (edit instanceof Edit.SetHandleCount count) {
          return new CountPart(
              standing,
              block,
              new Edit.SetHandleCount(block, count.from(), Math.max(0, count.to() - given)));
        }
        long count = ((Edit.CreateHandle) edit).counts().get(block);
        return new CountPart(standing, block, create(block, count - given));
      }
    }

    /** Any other difference, which is one edit. */
    record MemberPart(Standing standing, Edit edit) implements Part {}
  }

  private ThreeWay() {}

  /**
   * The parts of one key that a run changed.
   *
   * @param before what it had before the run
   * @param wrote what the run left
   * @param now what it has
   * @param unknownToo whether members that this tool does not know may have changed since
   * @return nothing when the object cannot be compared part by part: it is what it was as a whole,
   *     or it is changed
   */
  public static Optional<List<Part>> of(
      CalicoKey at,
      Optional<Bytes> before,
      Optional<Bytes> wrote,
      Optional<Bytes> now,
      boolean unknownToo) {
    try {
      boolean known = unknownToo || before.isEmpty() || wrote.isEmpty() || now.isEmpty();
      if (!known && hasUnknown(at, object(wrote).get(), object(now).get())) {
        return Optional.empty();
      }
      if (at instanceof CalicoKey.HandleKey) {
        return handle(object(before), object(wrote), object(now));
      }
      if (before.isEmpty() || wrote.isEmpty() || now.isEmpty()) {
        return Optional.empty();
      }
      return at instanceof CalicoKey.BlockKey
          ? block(object(before).get(), object(wrote).get(), object(now).get())
          : member(at, object(before).get(), object(wrote).get(), object(now).get());
    } catch (JsonFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** Whether members changed of which this tool does not know what they mean. */
  private static boolean hasUnknown(CalicoKey at, Json.Obj wrote, Json.Obj now) {
    return !WriteEvidence.of(List.of(new Edit.TouchBlock()), at, wrote, now).unknown().isEmpty();
  }

  /** The edits of {@code parts} on one object, as few as they can be. */
  public static List<Edit> edits(List<Part> parts) {
    List<Edit> edits = new ArrayList<>();
    SortedMap<Integer, String> freed = new TreeMap<>();
    SortedMap<Integer, Edit.Holder> held = new TreeMap<>();
    SortedMap<String, Long> created = new TreeMap<>();
    for (Part part : parts) {
      if (part.edit() instanceof Edit.FreeOrdinals free) {
        freed.putAll(free.handles());
      } else if (part.edit() instanceof Edit.HoldOrdinals hold) {
        held.putAll(hold.holders());
      } else if (part.edit() instanceof Edit.CreateHandle create) {
        created.putAll(create.counts());
      } else {
        edits.add(part.edit());
      }
    }
    if (!freed.isEmpty()) {
      edits.add(new Edit.FreeOrdinals(freed));
    }
    if (!held.isEmpty()) {
      edits.add(new Edit.HoldOrdinals(held));
    }
    if (!created.isEmpty()) {
      edits.add(new Edit.CreateHandle(created));
    }
    return edits;
  }

  private static Optional<Json.Obj> object(Optional<Bytes> bytes) throws JsonFormatException {
    return bytes.isEmpty()
        ? Optional.empty()
        : Optional.of(new JsonReader().readObject(bytes.get()));
  }

  private static Optional<List<Part>> block(Json.Obj before, Json.Obj wrote, Json.Obj now) {
    Optional<BlockParts> was = BlockParts.of(before);
    Optional<BlockParts> left = BlockParts.of(wrote);
    Optional<BlockParts> is = BlockParts.of(now);
    if (was.isEmpty() || left.isEmpty() || is.isEmpty()) {
      return Optional.empty();
    }
    return block(was.get(), left.get(), is.get());
  }

  private static Optional<List<Part>> block(BlockParts was, BlockParts left, BlockParts is) {
    boolean comparable =
        left.fixed().equals(is.fixed())
            && was.fixed().equals(is.fixed())
            && was.slots() == is.slots()
            && left.slots() == is.slots()
            && !is.isOlderThan(left);
    Optional<List<Edit>> back = OwnTerms.block(left, was);
    if (!comparable || back.isEmpty()) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    back.get().stream()
        .filter(Edit.ReturnBlock.class::isInstance)
        .map(edit -> new Part.OwnerPart(owner(was, left, is), edit))
        .forEach(parts::add);
    for (int ordinal : left.ordinalsUnlike(was)) {
      parts.add(ordinal(ordinal, was, left, is));
    }
    return Optional.of(parts);
  }

  private static Standing owner(BlockParts was, BlockParts left, BlockParts is) {
    if (is.owner().equals(left.owner()) && is.claimTime().equals(left.claimTime())) {
      return Standing.AS_LEFT;
    }
    return is.owner().equals(was.owner()) ? Standing.AS_BEFORE : Standing.CHANGED;
  }

  private static Part ordinal(int ordinal, BlockParts was, BlockParts left, BlockParts is) {
    Optional<Edit.Holder> old = was.holder(ordinal);
    Optional<Edit.Holder> now = is.holder(ordinal);
    Standing standing = Standing.CHANGED;
    if (BlockParts.same(now, left.holder(ordinal))) {
      standing = Standing.AS_LEFT;
    } else if (BlockParts.same(now, old)) {
      standing = Standing.AS_BEFORE;
    }
    SortedMap<Integer, String> freed = new TreeMap<>();
    left.holder(ordinal).ifPresent(holder -> freed.put(ordinal, BlockParts.handle(holder)));
    String handle = old.or(() -> left.holder(ordinal)).map(BlockParts::handle).orElse("");
    Edit edit =
        old.<Edit>map(holder -> new Edit.HoldOrdinals(new TreeMap<>(Map.of(ordinal, holder))))
            .orElseGet(() -> new Edit.FreeOrdinals(freed));
    return new Part.OrdinalPart(standing, ordinal, handle, edit);
  }

  /**
   * A handle's counts are given back on top of what it counts now: others may have allocated and
   * released with it since, and each of them raised and lowered it by its own.
   */
  private static Optional<List<Part>> handle(
      Optional<Json.Obj> before, Optional<Json.Obj> wrote, Optional<Json.Obj> now) {
    Optional<SortedMap<String, Long>> was = counts(before);
    Optional<SortedMap<String, Long>> left = counts(wrote);
    Optional<SortedMap<String, Long>> is = counts(now);
    if (was.isEmpty() || left.isEmpty() || is.isEmpty()) {
      return Optional.empty();
    }
    SortedSet<String> blocks = new TreeSet<>(was.get().keySet());
    blocks.addAll(left.get().keySet());
    List<Part> parts = new ArrayList<>();
    for (String block : blocks) {
      long back = was.get().getOrDefault(block, 0L) - left.get().getOrDefault(block, 0L);
      long present = is.get().getOrDefault(block, 0L);
      if (back != 0) {
        parts.add(count(block, back, present, now.isPresent()));
      }
    }
    return Optional.of(parts);
  }

  private static Part count(String block, long back, long present, boolean exists) {
    long then = present + back;
    Standing standing = then < 0 ? Standing.CHANGED : Standing.AS_LEFT;
    Edit edit =
        exists ? new Edit.SetHandleCount(block, present, Math.max(0, then)) : create(block, then);
    return new Part.CountPart(standing, block, edit);
  }

  private static Edit create(String block, long count) {
    return new Edit.CreateHandle(new TreeMap<>(Map.of(block, count)));
  }

  private static Optional<SortedMap<String, Long>> counts(Optional<Json.Obj> handle) {
    return handle.isEmpty() ? Optional.of(new TreeMap<>()) : OwnTerms.counts(handle.get());
  }

  /** An affinity or a pool: of these a run changes one member. */
  private static Optional<List<Part>> member(
      CalicoKey at, Json.Obj before, Json.Obj wrote, Json.Obj now) {
    Optional<List<Edit>> back = OwnTerms.between(at, wrote, before);
    if (back.isEmpty()) {
      return Optional.empty();
    }
    WriteEvidence.Verdict sinceTheRun = WriteEvidence.of(back.get(), at, wrote, now);
    WriteEvidence.Verdict sinceBefore = WriteEvidence.of(back.get(), at, before, now);
    Standing standing = Standing.CHANGED;
    if (sinceTheRun.touched().isEmpty()) {
      standing = Standing.AS_LEFT;
    } else if (sinceBefore.touched().isEmpty()) {
      standing = Standing.AS_BEFORE;
    }
    Standing found = standing;
    return Optional.of(
        back.get().stream().<Part>map(edit -> new Part.MemberPart(found, edit)).toList());
  }
}
