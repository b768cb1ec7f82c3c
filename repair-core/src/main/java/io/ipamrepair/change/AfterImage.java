package io.ipamrepair.change;

import io.ipamrepair.calico.Owner;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The bytes that a key has after some edits. Works on the JSON tree, so that members this tool does
 * not know stay as they are; follows what Calico itself does on a write (reference, section 9,
 * point 6).
 */
public final class AfterImage {
  /** The member of a block that is bound at commit, not when the plan is made. */
  public static final String CLAIM_TIME = "affinity_claim_time";

  /** No number of Calico's is longer. */
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,20}");

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
    if (edits.size() == 1 && edits.get(0) instanceof Edit.CreateHandle create) {
      if (before.isPresent()) {
        throw new EditException("a key that exists cannot be created");
      }
      return Optional.of(handle(create).encode());
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
      } else if (edit instanceof Edit.EnablePool enable) {
        value = enabled(value, enable);
      } else if (edit instanceof Edit.SetBlockOwner owner) {
        value = owned(value, owner, now);
        isBlock = true;
      } else if (edit instanceof Edit.ReturnBlock back) {
        value = returned(value, back);
        isBlock = true;
      } else if (edit instanceof Edit.FreeOrdinals free) {
        value = freed(value, free);
        isBlock = true;
      } else if (edit instanceof Edit.HoldOrdinals hold) {
        value = held(value, hold);
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

  /** Whether {@code found} is {@code after} with its claim time bound, whenever that was. */
  public static boolean isButForClaimTime(Bytes after, Bytes found) {
    try {
      Optional<Json> bound = parse(found).get(CLAIM_TIME);
      return bound.isPresent() && parse(after).with(CLAIM_TIME, bound.get()).encode().equals(found);
    } catch (EditException unreadable) {
      return false;
    }
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
    Json.Obj spec = spec(pool);
    String neighbour = spec.get("natOutgoing").isPresent() ? "natOutgoing" : "ipipMode";
    return pool.with("spec", spec.withBehind(neighbour, "disabled", Json.Bool.TRUE));
  }

  private static Json.Obj enabled(Json.Obj pool, Edit.EnablePool enable) throws EditException {
    Json.Obj spec = spec(pool);
    if (!spec.get("disabled").equals(Optional.of(Json.Bool.TRUE))) {
      throw new EditException("the pool is not disabled");
    }
    return pool.with(
        "spec",
        enable
            .disabled()
            .map(old -> spec.with("disabled", old))
            .orElseGet(() -> spec.without("disabled")));
  }

  private static Json.Obj spec(Json.Obj pool) throws EditException {
    if (pool.get("spec").orElse(Json.Null.NULL) instanceof Json.Obj spec) {
      return spec;
    }
    throw new EditException("the pool has no spec");
  }

  private static Json.Obj handle(Edit.CreateHandle create) throws EditException {
    Map<String, Json> counts = new LinkedHashMap<>();
    for (Map.Entry<String, Long> entry : create.counts().entrySet()) {
      if (entry.getValue() < 1) {
        throw new EditException("count of " + entry.getKey() + ": expected at least 1");
      }
      counts.put(entry.getKey(), Json.Num.of(entry.getValue()));
    }
    if (counts.isEmpty()) {
      throw new EditException("a handle without a count is deleted, never written");
    }
    return Json.Obj.of("block", new Json.Obj(counts), "deleted", Json.Bool.FALSE);
  }

  private static Json.Obj handle(Json.Obj value, Edit.SetHandleCount count) throws EditException {
    if (!(value.get("block").orElse(Json.Null.NULL) instanceof Json.Obj counts)) {
      throw new EditException("the handle counts nothing");
    }
    Optional<Json> found = counts.get(count.block());
    boolean same =
        found.isPresent()
            ? integer("count", found.get()).equals(BigInteger.valueOf(count.from()))
            : count.from() == 0 && count.to() > 0;
    if (!same) {
      throw new EditException(
          "count of "
              + count.block()
              + ": expected "
              + count.from()
              + ", found "
              + found.map(Json::encode).map(Bytes::display).orElse("none"));
    }
    return value.with(
        "block",
        count.to() == 0
            ? counts.without(count.block())
            : counts.with(count.block(), Json.Num.of(count.to())));
  }

  private static Json.Obj owned(Json.Obj block, Edit.SetBlockOwner owner, Instant now)
      throws EditException {
    Json.Obj changed = owner(block, owner.from(), owner.to());
    return owner.stampClaimTime() ? changed.withBehind("affinity", CLAIM_TIME, time(now)) : changed;
  }

  private static Json.Obj returned(Json.Obj block, Edit.ReturnBlock back) throws EditException {
    Json.Obj changed = owner(block, back.from(), back.to());
    return back.claimTime()
        .map(old -> changed.withBehind("affinity", CLAIM_TIME, new Json.Text(old)))
        .orElse(changed);
  }

  /** The block with another owner, and without a claim time. */
  private static Json.Obj owner(Json.Obj block, Optional<Owner> from, Optional<Owner> then)
      throws EditException {
    Json found = block.get("affinity").orElse(Json.Null.NULL);
    String expected = from.map(Object::toString).orElse("");
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
    Json to = then.<Json>map(each -> new Json.Text(each.toString())).orElse(Json.Null.NULL);
    return block.withBehind("cidr", "affinity", to).without(CLAIM_TIME);
  }

  private static Json time(Instant instant) {
    return new Json.Text(instant.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /**
   * Frees ordinals as Calico does: to the tail of the queue, unused attributes dropped and the
   * others renumbered.
   */
  private static Json.Obj freed(Json.Obj block, Edit.FreeOrdinals free) throws EditException {
    List<Json> allocations = new ArrayList<>(block.items("allocations"));
    List<Json> attributes = block.items("attributes");
    List<Json> unallocated = new ArrayList<>();
    for (Json ordinal : block.items("unallocated")) {
      // Used and free at once (rule B4): a second entry would give the address to two pods.
      if (!isOneOf(free.handles().keySet(), integer("unallocated", ordinal))) {
        unallocated.add(ordinal);
      }
    }
    for (int ordinal : free.handles().keySet()) {
      if (ordinal >= allocations.size() || allocations.get(ordinal) == Json.Null.NULL) {
        throw new EditException("ordinal " + ordinal + " is not allocated");
      }
      allocations.set(ordinal, Json.Null.NULL);
      unallocated.add(Json.Num.of(ordinal));
    }
    List<Json> kept = renumber(allocations, attributes);
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

  /**
   * Lets free ordinals be held again, as Calico allocates: out of the queue, to an attribute that
   * is there already or else to a new one at the end.
   */
  private static Json.Obj held(Json.Obj block, Edit.HoldOrdinals hold) throws EditException {
    List<Json> allocations = new ArrayList<>(block.items("allocations"));
    List<Json> attributes = new ArrayList<>(block.items("attributes"));
    List<Json> unallocated = new ArrayList<>();
    for (Json ordinal : block.items("unallocated")) {
      if (!isOneOf(hold.holders().keySet(), integer("unallocated", ordinal))) {
        unallocated.add(ordinal);
      }
    }
    Map<String, Json> numbers =
        block.get("sequenceNumberForAllocation").orElse(Json.Null.NULL) instanceof Json.Obj old
            ? new TreeMap<>(old.members())
            : new TreeMap<>();
    for (Map.Entry<Integer, Edit.Holder> entry : hold.holders().entrySet()) {
      int ordinal = entry.getKey();
      if (ordinal >= allocations.size() || allocations.get(ordinal) != Json.Null.NULL) {
        throw new EditException("ordinal " + ordinal + " is not free");
      }
      Json attribute = entry.getValue().attribute();
      if (!attributes.contains(attribute)) {
        attributes.add(attribute);
      }
      allocations.set(ordinal, Json.Num.of(attributes.indexOf(attribute)));
      entry.getValue().number().ifPresent(number -> numbers.put("" + ordinal, number));
    }
    Json.Obj changed =
        block
            .with("allocations", new Json.Array(allocations))
            .with("unallocated", new Json.Array(unallocated))
            .with("attributes", new Json.Array(attributes));
    return numbers.isEmpty()
        ? changed
        : changed.withBehind(
            "sequenceNumber", "sequenceNumberForAllocation", new Json.Obj(numbers));
  }

  private static boolean isOneOf(Set<Integer> ordinals, BigInteger number) {
    return number.bitLength() < Integer.SIZE && ordinals.contains(number.intValue());
  }

  /** Lets {@code allocations} point into the attributes that are still used, which it returns. */
  private static List<Json> renumber(List<Json> allocations, List<Json> attributes)
      throws EditException {
    SortedMap<BigInteger, Json> renumbered = new TreeMap<>();
    for (Json index : allocations) {
      if (index != Json.Null.NULL) {
        renumbered.put(integer("allocations", index), Json.Null.NULL);
      }
    }
    List<Json> kept = new ArrayList<>();
    for (Map.Entry<BigInteger, Json> used : renumbered.entrySet()) {
      boolean exists =
          used.getKey().signum() >= 0
              && used.getKey().compareTo(BigInteger.valueOf(attributes.size())) < 0;
      if (!exists) {
        throw new EditException("an allocation points to an attribute that is not there (rule B3)");
      }
      used.setValue(Json.Num.of(kept.size()));
      kept.add(attributes.get(used.getKey().intValue()));
    }
    for (int ordinal = 0; ordinal < allocations.size(); ordinal++) {
      Json index = allocations.get(ordinal);
      if (index != Json.Null.NULL) {
        allocations.set(ordinal, renumbered.get(integer("allocations", index)));
      }
    }
    return kept;
  }

  /**
   * Every write of a block raises its sequence number by one; data from before v3.22.2 has none and
   * gets none.
   */
  private static Json.Obj nextSequence(Json.Obj block) throws EditException {
    if (block.get("sequenceNumber").isEmpty()) {
      return block;
    }
    BigInteger number = integer("sequenceNumber", block.get("sequenceNumber").get());
    if (number.signum() < 0) {
      throw new EditException("sequenceNumber: expected an unsigned integer, found " + number);
    }
    return block.with("sequenceNumber", new Json.Num(number.add(BigInteger.ONE).toString()));
  }

  /** A number as Calico reads it: null is 0. The bytes may be those of a plan file by anybody. */
  private static BigInteger integer(String what, Json json) throws EditException {
    if (json == Json.Null.NULL) {
      return BigInteger.ZERO;
    }
    if (json instanceof Json.Num number && INTEGER.matcher(number.literal()).matches()) {
      return new BigInteger(number.literal());
    }
    throw new EditException(what + ": expected an integer, found another value");
  }
}
