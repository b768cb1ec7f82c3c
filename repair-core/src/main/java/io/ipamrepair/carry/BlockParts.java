package io.ipamrepair.carry;

import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.json.Json;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A block's value taken apart: who holds which ordinal, who owns it, and the rest. Reads the JSON
 * tree and not {@link io.ipamrepair.calico.Block}, because members that this tool does not know
 * must be seen, and given back as they were.
 *
 * @param owner {@code affinity} as written; nothing when it is null, empty or absent
 * @param claimTime {@code affinity_claim_time} as written
 * @param holders by ordinal
 * @param slots how many ordinals there are
 * @param number the sequence number; nothing in data from before v3.22.2
 * @param fixed the other members that this tool knows and that no write of Calico's changes
 * @param unknown members that it does not know
 */
record BlockParts(
    Optional<String> owner,
    Optional<String> claimTime,
    SortedMap<Integer, Edit.Holder> holders,
    int slots,
    Optional<BigInteger> number,
    SortedMap<String, Json> fixed,
    SortedMap<String, Json> unknown) {
  /** No number of Calico's is longer. */
  private static final int LONGEST_NUMBER = 20;

  private static final Set<String> FIXED =
      Set.of("cidr", "strictAffinity", "deleted", "hostAffinity");

  private static final Set<String> MOVING =
      Set.of(
          "affinity",
          AfterImage.CLAIM_TIME,
          "allocations",
          "unallocated",
          "attributes",
          "sequenceNumber",
          "sequenceNumberForAllocation");

  /** The parts of {@code value}; nothing when it is no block that can be taken apart. */
  static Optional<BlockParts> of(Json.Obj value) {
    List<Json> attributes = value.items("attributes");
    List<Json> allocations = value.items("allocations");
    Json numbers = value.get("sequenceNumberForAllocation").orElse(Json.Null.NULL);
    SortedMap<Integer, Edit.Holder> holders = new TreeMap<>();
    for (int ordinal = 0; ordinal < allocations.size(); ordinal++) {
      if (allocations.get(ordinal) != Json.Null.NULL) {
        Optional<Json> attribute =
            integer(allocations.get(ordinal))
                .filter(index -> index.signum() >= 0 && index.bitLength() < Integer.SIZE)
                .filter(index -> index.intValue() < attributes.size())
                .map(index -> attributes.get(index.intValue()));
        if (attribute.isEmpty()) {
          return Optional.empty();
        }
        Optional<Json> number =
            numbers instanceof Json.Obj each ? each.get("" + ordinal) : Optional.empty();
        holders.put(ordinal, new Edit.Holder(attribute.get(), number));
      }
    }
    Optional<BigInteger> number =
        value.get("sequenceNumber").flatMap(BlockParts::integer).filter(each -> each.signum() >= 0);
    boolean sane = number.isPresent() || value.get("sequenceNumber").isEmpty();
    if (!sane || !isTextOrNull(value, "affinity") || !isTextOrNull(value, AfterImage.CLAIM_TIME)) {
      return Optional.empty();
    }
    SortedMap<String, Json> fixed = new TreeMap<>();
    SortedMap<String, Json> unknown = new TreeMap<>();
    value
        .members()
        .forEach(
            (name, member) -> {
              if (FIXED.contains(name)) {
                fixed.put(name, member);
              } else if (!MOVING.contains(name)) {
                unknown.put(name, member);
              }
            });
    return Optional.of(
        new BlockParts(
            value.text("affinity").filter(text -> !text.isEmpty()),
            value.text(AfterImage.CLAIM_TIME),
            holders,
            allocations.size(),
            number,
            fixed,
            unknown));
  }

  private static boolean isTextOrNull(Json.Obj value, String name) {
    Json member = value.get(name).orElse(Json.Null.NULL);
    return member == Json.Null.NULL || member instanceof Json.Text;
  }

  /** The ordinals that {@code other} has in other hands, or that only one of both has in use. */
  SortedSet<Integer> ordinalsUnlike(BlockParts other) {
    SortedSet<Integer> unlike = new TreeSet<>(holders.keySet());
    unlike.addAll(other.holders.keySet());
    unlike.removeIf(ordinal -> same(holder(ordinal), other.holder(ordinal)));
    return unlike;
  }

  /** Who holds {@code ordinal}; nobody when it is free. */
  Optional<Edit.Holder> holder(int ordinal) {
    return Optional.ofNullable(holders.get(ordinal));
  }

  /**
   * Whether its sequence number lies before that of {@code other}: Calico never lets it go down, a
   * restore from a backup or a hand does.
   */
  boolean isOlderThan(BlockParts other) {
    return other.number().isPresent()
        && number.filter(mine -> mine.compareTo(other.number().get()) >= 0).isEmpty();
  }

  /** The handle of a holder as written; empty when it has none. */
  static String handle(Edit.Holder holder) {
    return holder.attribute() instanceof Json.Obj attribute
        ? attribute.text("handle_id").orElse("")
        : "";
  }

  /** Whether both are the same allocation: same attribute, and same number where there is one. */
  static boolean same(Optional<Edit.Holder> one, Optional<Edit.Holder> other) {
    return one.map(BlockParts::plain).equals(other.map(BlockParts::plain));
  }

  private static Edit.Holder plain(Edit.Holder holder) {
    return new Edit.Holder(plain(holder.attribute()), holder.number());
  }

  /**
   * An attribute without the members that say nothing: releases up to v3.31 wrote them, and a later
   * one drops them from the whole block with its next write (reference, section 3.1).
   */
  private static Json plain(Json attribute) {
    if (!(attribute instanceof Json.Obj object)) {
      return attribute;
    }
    Json.Obj plain = object;
    for (Map.Entry<String, Json> member : object.members().entrySet()) {
      boolean empty =
          member.getValue() == Json.Null.NULL
              || member.getValue() instanceof Json.Obj inner && inner.members().isEmpty();
      if (empty) {
        plain = plain.without(member.getKey());
      }
    }
    return plain;
  }

  private static Optional<BigInteger> integer(Json json) {
    if (json instanceof Json.Num number && number.literal().length() <= LONGEST_NUMBER) {
      String literal = number.literal();
      boolean whole = literal.chars().skip(1).allMatch(Character::isDigit);
      boolean begins = Character.isDigit(literal.charAt(0)) || literal.length() > 1;
      return whole && begins ? Optional.of(new BigInteger(literal)) : Optional.empty();
    }
    return Optional.empty();
  }
}
