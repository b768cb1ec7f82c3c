package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A block's value as Calico's clients hold it: what they know of it and nothing else, written anew
 * as a whole, in Go's order (reference, section 3.1).
 *
 * @param allocations of each ordinal, the place of its attribute; empty when it is free
 * @param unallocated the free ordinals, those first that are given out first
 * @param attributes nothing in a block that never held an address
 * @param sequence how often it was written, from a first number on; nothing in old releases
 * @param numbers of each ordinal, the sequence number under which it was assigned
 */
record BlockValue(
    Cidr cidr,
    Optional<String> affinity,
    Optional<String> claimedAt,
    List<OptionalInt> allocations,
    List<Integer> unallocated,
    Optional<List<Json.Obj>> attributes,
    Optional<Long> sequence,
    SortedMap<String, Long> numbers) {
  BlockValue {
    allocations = List.copyOf(allocations);
    unallocated = List.copyOf(unallocated);
    attributes = attributes.map(List::copyOf);
    numbers = new TreeMap<>(numbers);
  }

  /** A block that a node claims. */
  static BlockValue claimed(Cidr cidr, String node, Dialect dialect, Draws draws) {
    Optional<String> claimedAt =
        dialect.stampsClaims()
            ? Optional.of(draws.claimedAt().truncatedTo(ChronoUnit.SECONDS).toString())
            : Optional.empty();
    return new BlockValue(
        cidr,
        Optional.of("host:" + node),
        claimedAt,
        IntStream.range(0, cidr.ordinals()).mapToObj(ordinal -> OptionalInt.empty()).toList(),
        IntStream.range(0, cidr.ordinals()).boxed().toList(),
        Optional.empty(),
        dialect.isNumbered() ? Optional.of(draws.sequence()) : Optional.empty(),
        new TreeMap<>());
  }

  /**
   * Reads one.
   *
   * @throws BrokenBlockException when Calico could not, or would trip over it
   */
  static BlockValue read(String value) throws BrokenBlockException {
    try {
      return of(new JsonReader().readObject(Bytes.utf8(value)));
    } catch (JsonFormatException | ClassCastException | IllegalArgumentException broken) {
      throw new BrokenBlockException(broken.toString(), value);
    }
  }

  private static BlockValue of(Json.Obj object) throws JsonFormatException {
    List<OptionalInt> allocations = new ArrayList<>();
    for (Json item : array(object, "allocations")) {
      allocations.add(
          item == Json.Null.NULL
              ? OptionalInt.empty()
              : OptionalInt.of(Math.toIntExact(number(item))));
    }
    SortedMap<String, Long> numbers = new TreeMap<>();
    if (object.get("sequenceNumberForAllocation").orElse(Json.Null.NULL) instanceof Json.Obj map) {
      map.members().forEach((ordinal, number) -> numbers.put(ordinal, number(number)));
    }
    return new BlockValue(
        Cidr.of(object.needText("cidr")),
        object.text("affinity"),
        object.text("affinity_claim_time"),
        allocations,
        array(object, "unallocated").stream().map(item -> Math.toIntExact(number(item))).toList(),
        object
            .get("attributes")
            .filter(Json.Array.class::isInstance)
            .map(list -> ((Json.Array) list).items().stream().map(Json.Obj.class::cast).toList()),
        object.get("sequenceNumber").map(BlockValue::number),
        numbers);
  }

  private static List<Json> array(Json.Obj object, String name) throws JsonFormatException {
    return object
        .get(name)
        .filter(Json.Array.class::isInstance)
        .map(list -> ((Json.Array) list).items())
        .orElseThrow(() -> new JsonFormatException(name + ": expected a list"));
  }

  private static long number(Json item) {
    return Long.parseLong(((Json.Num) item).literal());
  }

  /**
   * What in it contradicts itself: each would make Calico fall over, or give an address out twice,
   * or never again. Empty in a sound block.
   */
  List<String> contradictions() {
    List<String> wrong = new ArrayList<>();
    if (allocations.size() != cidr.ordinals()) {
      wrong.add(allocations.size() + " allocations in " + cidr);
      return wrong;
    }
    int[] seen = new int[allocations.size()];
    for (int free : unallocated) {
      if (free < 0 || free >= seen.length) {
        wrong.add("free ordinal " + free + " is outside of " + cidr);
      } else {
        seen[free]++;
      }
    }
    int known = attributes.map(List::size).orElse(0);
    boolean[] used = new boolean[known];
    for (int ordinal = 0; ordinal < seen.length; ordinal++) {
      OptionalInt place = allocations.get(ordinal);
      if (place.isPresent() && (place.getAsInt() < 0 || place.getAsInt() >= known)) {
        wrong.add("ordinal " + ordinal + " has attribute " + place.getAsInt() + " of " + known);
      } else if (place.isPresent()) {
        used[place.getAsInt()] = true;
      }
      int times = seen[ordinal] + (place.isPresent() ? 1 : 0);
      if (times != 1) {
        wrong.add("ordinal " + ordinal + " is free or allocated " + times + " times");
      }
    }
    IntStream.range(0, known)
        .filter(place -> !used[place])
        .forEach(place -> wrong.add("attribute " + place + " is used by no ordinal"));
    long newest = sequence.orElse(0L);
    numbers.forEach(
        (ordinal, number) -> {
          if (number > newest) {
            wrong.add("ordinal " + ordinal + " has number " + number + ", the block " + newest);
          }
        });
    return wrong;
  }

  boolean isOf(String node) {
    return affinity.equals(Optional.of("host:" + node));
  }

  /** The node that owns it. */
  Optional<String> owner() {
    return affinity
        .filter(owner -> owner.startsWith("host:"))
        .map(owner -> owner.substring("host:".length()));
  }

  boolean isEmpty() {
    return allocations.stream().allMatch(OptionalInt::isEmpty);
  }

  boolean isFull() {
    return unallocated.isEmpty();
  }

  /** Whose the ordinal is. */
  Optional<String> handleOf(int ordinal) {
    OptionalInt place = allocations.get(ordinal);
    return place.isPresent()
        ? attributes.orElseThrow().get(place.getAsInt()).text("handle_id")
        : Optional.empty();
  }

  /** The ordinals of a handle, ascending. */
  List<Integer> ordinalsOf(String handle) {
    return IntStream.range(0, allocations.size())
        .filter(ordinal -> handleOf(ordinal).equals(Optional.of(handle)))
        .boxed()
        .toList();
  }

  /** The ordinal that is given out next. */
  int next() {
    return unallocated.get(0);
  }

  /** Whether it may be taken from its owner, once it is empty: not within a minute of the claim. */
  boolean isOldEnough(Instant now) {
    return claimedAt
        .map(Instant::parse)
        .filter(at -> at.plus(1, ChronoUnit.MINUTES).isAfter(now))
        .isEmpty();
  }

  /** The same block once more, which tells writers in flight that somebody was here. */
  BlockValue rewritten() {
    return new BlockValue(
        cidr,
        affinity,
        claimedAt,
        allocations,
        unallocated,
        attributes,
        sequence.map(number -> number + 1),
        numbers);
  }

  /** The block without its owner. */
  BlockValue withoutOwner() {
    return new BlockValue(
            cidr,
            Optional.empty(),
            Optional.empty(),
            allocations,
            unallocated,
            attributes,
            sequence,
            numbers)
        .rewritten();
  }

  /** The block after {@link #next()} was given to a handle. */
  BlockValue assigned(Json.Obj attribute) {
    int ordinal = next();
    List<Json.Obj> known = new ArrayList<>(attributes.orElse(List.of()));
    if (!known.contains(attribute)) {
      known.add(attribute);
    }
    List<OptionalInt> given = new ArrayList<>(allocations);
    given.set(ordinal, OptionalInt.of(known.indexOf(attribute)));
    SortedMap<String, Long> numbered = new TreeMap<>(numbers);
    sequence.ifPresent(number -> numbered.put(Integer.toString(ordinal), number));
    return new BlockValue(
            cidr,
            affinity,
            claimedAt,
            given,
            unallocated.subList(1, unallocated.size()),
            Optional.of(known),
            sequence,
            numbered)
        .rewritten();
  }

  /** The block after {@code ordinals} were freed: they go to the end of the queue. */
  BlockValue freed(List<Integer> ordinals, Dialect dialect) {
    List<OptionalInt> left = new ArrayList<>(allocations);
    ordinals.forEach(ordinal -> left.set(ordinal, OptionalInt.empty()));
    List<Integer> queue = new ArrayList<>(unallocated);
    queue.addAll(ordinals);
    SortedMap<String, Long> numbered = new TreeMap<>(numbers);
    if (dialect.clearsNumbers()) {
      ordinals.forEach(ordinal -> numbered.remove(Integer.toString(ordinal)));
    }
    List<Json.Obj> kept = new ArrayList<>();
    Map<Integer, Integer> moved = new LinkedHashMap<>();
    for (int place = 0; place < attributes.orElseThrow().size(); place++) {
      if (left.contains(OptionalInt.of(place))) {
        moved.put(place, kept.size());
        kept.add(attributes.get().get(place));
      }
    }
    left.replaceAll(
        place -> place.isPresent() ? OptionalInt.of(moved.get(place.getAsInt())) : place);
    return new BlockValue(
            cidr, affinity, claimedAt, left, queue, Optional.of(kept), sequence, numbered)
        .rewritten();
  }

  /** The value as Go writes it. */
  String encode() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("cidr", new Json.Text(cidr.toString()));
    members.put("affinity", affinity.<Json>map(Json.Text::new).orElse(Json.Null.NULL));
    claimedAt.ifPresent(at -> members.put("affinity_claim_time", new Json.Text(at)));
    members.put(
        "allocations",
        new Json.Array(
            allocations.stream()
                .map(place -> place.isPresent() ? Json.Num.of(place.getAsInt()) : Json.Null.NULL)
                .toList()));
    members.put(
        "unallocated",
        new Json.Array(unallocated.stream().<Json>map(ordinal -> Json.Num.of(ordinal)).toList()));
    members.put(
        "attributes",
        attributes.<Json>map(known -> new Json.Array(List.copyOf(known))).orElse(Json.Null.NULL));
    sequence.ifPresent(
        number -> {
          members.put("sequenceNumber", Json.Num.of(number));
          Map<String, Json> byOrdinal = new LinkedHashMap<>();
          numbers.forEach((ordinal, at) -> byOrdinal.put(ordinal, Json.Num.of(at)));
          members.put("sequenceNumberForAllocation", new Json.Obj(byOrdinal));
        });
    members.put("deleted", Json.Bool.FALSE);
    return new Json.Obj(members).encode().display();
  }
}
