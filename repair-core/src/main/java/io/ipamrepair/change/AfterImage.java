package io.ipamrepair.change;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The bytes that a key has after some edits. Works on the JSON tree, so that members this tool does
 * not know stay as they are; follows what Calico itself does on a write (reference, section 9,
 * point 6).
 */
public final class AfterImage {
  /** The member of a block that is bound at commit, not when the plan is made. */
  public static final String CLAIM_TIME = "affinity_claim_time";

  private AfterImage() {}

  /**
   * Applies {@code edits} to {@code before}.
   *
   * @param before the key's bytes; nothing when it is absent
   * @param edits what changes; the edits of one key, which are one write
   * @param now the time that a claim is stamped with, cut to seconds
   * @return the key's bytes afterwards; nothing when it is deleted
   * @throws EditException when the edits do not fit the value
   */
  public static Optional<Bytes> of(Optional<Bytes> before, List<Edit> edits, Instant now)
      throws EditException {
    if (edits.size() == 1 && edits.get(0) instanceof Edit.DeleteKey) {
      if (before.isEmpty()) {
        throw new EditException("a key that is absent cannot be deleted");
      }
      return Optional.empty();
    }
    if (edits.size() == 1 && edits.get(0) instanceof Edit.CreateAffinity create) {
      if (before.isPresent()) {
        throw new EditException("a key that exists cannot be created");
      }
      return Optional.of(affinity(new Json.Obj(Map.of()), create.state().text()).encode());
    }
    Bytes present =
        before.orElseThrow(() -> new EditException("a key that is absent cannot be edited"));
    Json.Obj value = parse(present);
    boolean isBlock = false;
    for (Edit edit : edits) {
      if (edit instanceof Edit.SetAffinityState state) {
        value = affinity(value, state.to().text());
      } else if (edit instanceof Edit.SetHandleCount count) {
        value = handle(value, count);
      } else if (edit instanceof Edit.DisablePool) {
        value = disabled(value);
      } else if (edit instanceof Edit.SetBlockOwner owner) {
        value = owned(value, owner, now);
        isBlock = true;
      } else if (edit instanceof Edit.FreeOrdinals free) {
        value = freed(value, free);
        isBlock = true;
      } else if (edit instanceof Edit.TouchBlock) {
        isBlock = true;
      } else {
        throw new EditException("cannot be combined: " + edit.words());
      }
    }
    if (countsNothing(value, edits)) {
      // A handle without a count is deleted, never left empty (reference, section 3.3).
      return Optional.empty();
    }
    return Optional.of((isBlock ? nextSequence(value) : value).encode());
  }

  private static boolean countsNothing(Json.Obj value, List<Edit> edits) {
    return edits.stream().anyMatch(Edit.SetHandleCount.class::isInstance)
        && value.get("block").orElse(Json.Null.NULL) instanceof Json.Obj counts
        && counts.members().isEmpty();
  }

  /** A block's bytes with its claim time set to the time of the commit. */
  public static Bytes bindClaimTime(Bytes after, Instant commit) throws EditException {
    return parse(after).with(CLAIM_TIME, time(commit)).encode();
  }

  private static Json.Obj parse(Bytes bytes) throws EditException {
    if (bytes.isEmpty()) {
      // Releases up to v3.0 wrote affinities without a value; it means {}.
      return new Json.Obj(Map.of());
    }
    try {
      return new JsonReader().readObject(bytes);
    } catch (JsonFormatException unreadable) {
      throw new EditException("the value cannot be read: " + unreadable.getMessage());
    }
  }

  private static Json.Obj affinity(Json.Obj value, String state) {
    Json.Obj changed = value.with("state", new Json.Text(state));
    return changed.get("deleted").isPresent() ? changed : changed.with("deleted", Json.Bool.FALSE);
  }

  private static Json.Obj disabled(Json.Obj pool) throws EditException {
    if (!(pool.get("spec").orElse(Json.Null.NULL) instanceof Json.Obj spec)) {
      throw new EditException("the pool has no spec");
    }
    String neighbour = spec.get("natOutgoing").isPresent() ? "natOutgoing" : "ipipMode";
    return pool.with("spec", spec.withBehind(neighbour, "disabled", Json.Bool.TRUE));
  }

  private static Json.Obj handle(Json.Obj value, Edit.SetHandleCount count) throws EditException {
    if (!(value.get("block").orElse(Json.Null.NULL) instanceof Json.Obj counts)) {
      throw new EditException("the handle counts nothing");
    }
    Json found = counts.get(count.block()).orElse(Json.Null.NULL);
    if (!found.equals(Json.Num.of(count.from()))) {
      throw new EditException(
          "count of " + count.block() + ": expected " + count.from() + ", found " + found.encode());
    }
    return value.with(
        "block",
        count.to() == 0
            ? counts.without(count.block())
            : counts.with(count.block(), Json.Num.of(count.to())));
  }

  private static Json.Obj owned(Json.Obj block, Edit.SetBlockOwner owner, Instant now)
      throws EditException {
    Json found = block.get("affinity").orElse(Json.Null.NULL);
    String expected = owner.from().map(Object::toString).orElse("");
    boolean same =
        found instanceof Json.Text text
            ? text.value().equals(expected)
            : found == Json.Null.NULL && expected.isEmpty();
    if (!same) {
      throw new EditException(
          "owner: expected "
              + (expected.isEmpty() ? "nobody" : expected)
              + ", found "
              + found.encode());
    }
    Json to = owner.to().<Json>map(each -> new Json.Text(each.toString())).orElse(Json.Null.NULL);
    Json.Obj changed = block.withBehind("cidr", "affinity", to).without(CLAIM_TIME);
    return owner.stampClaimTime() ? changed.withBehind("affinity", CLAIM_TIME, time(now)) : changed;
  }

  private static Json time(Instant instant) {
    return new Json.Text(instant.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /**
   * Frees ordinals as Calico does: to the tail of the queue, unused attributes dropped and the
   * others renumbered.
   */
  private static Json.Obj freed(Json.Obj block, Edit.FreeOrdinals free) throws EditException {
    List<Json> allocations = new ArrayList<>(items(block, "allocations"));
    List<Json> unallocated = new ArrayList<>(items(block, "unallocated"));
    List<Json> attributes = items(block, "attributes");
    for (int ordinal : free.handles().keySet()) {
      if (ordinal >= allocations.size() || allocations.get(ordinal) == Json.Null.NULL) {
        throw new EditException("ordinal " + ordinal + " is not allocated");
      }
      allocations.set(ordinal, Json.Null.NULL);
      // Used and free at once (rule B4): a second entry would give the address to two pods.
      unallocated.remove(Json.Num.of(ordinal));
      unallocated.add(Json.Num.of(ordinal));
    }
    Set<Json> used =
        allocations.stream().filter(index -> index != Json.Null.NULL).collect(Collectors.toSet());
    List<Json> kept = new ArrayList<>();
    Map<Json, Json> renumbered = new HashMap<>();
    for (int index = 0; index < attributes.size(); index++) {
      Json old = Json.Num.of(index);
      if (used.contains(old)) {
        renumbered.put(old, Json.Num.of(kept.size()));
        kept.add(attributes.get(index));
      }
    }
    if (!renumbered.keySet().containsAll(used)) {
      throw new EditException("an allocation points to an attribute that is not there (rule B3)");
    }
    allocations.replaceAll(index -> index == Json.Null.NULL ? index : renumbered.get(index));
    Json.Obj changed =
        block
            .with("allocations", new Json.Array(allocations))
            .with("unallocated", new Json.Array(unallocated))
            .with("attributes", new Json.Array(kept));
    if (changed.get("sequenceNumberForAllocation").orElse(Json.Null.NULL)
        instanceof Json.Obj numbers) {
      Map<String, Json> remaining = new TreeMap<>(numbers.members());
      free.handles().keySet().forEach(ordinal -> remaining.remove(ordinal.toString()));
      changed = changed.with("sequenceNumberForAllocation", new Json.Obj(remaining));
    }
    return changed;
  }

  private static List<Json> items(Json.Obj block, String name) {
    return block.get(name).orElse(Json.Null.NULL) instanceof Json.Array array
        ? array.items()
        : List.of();
  }

  /**
   * Every write of a block raises its sequence number by one; data from before v3.22.2 has none and
   * gets none.
   */
  private static Json.Obj nextSequence(Json.Obj block) throws EditException {
    if (block.get("sequenceNumber").isEmpty()) {
      return block;
    }
    if (!(block.get("sequenceNumber").get() instanceof Json.Num number)
        || !number.literal().matches("0|[1-9][0-9]*")) {
      throw new EditException("sequenceNumber is not an unsigned integer");
    }
    return block.with(
        "sequenceNumber",
        new Json.Num(new BigInteger(number.literal()).add(BigInteger.ONE).toString()));
  }
}
