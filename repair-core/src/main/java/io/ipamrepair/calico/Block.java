package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An IPAM block: a range of addresses, its owner, and who holds which of them (reference, section
 * 3.1). Addresses come from the <em>key's</em> CIDR, whatever the value says.
 */
public final class Block {
  /** No attribute index: the ordinal is free. */
  static final int FREE = Integer.MIN_VALUE;

  private final Cidr cidr;
  private final Optional<CidrText> valueCidr;
  private final Optional<String> affinity;
  private final Optional<Owner> owner;
  private final Optional<Instant> claimTime;
  private final int[] allocations;
  private final int[] unallocated;
  private final List<Attribute> attributes;
  private final BigInteger sequenceNumber;
  private final AllocationNumbers allocationNumbers;
  private final boolean deleted;
  private final Optional<String> hostAffinity;

  private Block(Cidr cidr, Fields fields) {
    this.cidr = cidr;
    this.valueCidr = fields.cidr("cidr");
    this.affinity = fields.optionalText("affinity");
    this.owner = affinity.flatMap(Owner::read);
    this.claimTime = fields.time("affinity_claim_time");
    this.allocations =
        fields
            .list(
                "allocations",
                (json, path) -> json == Json.Null.NULL ? FREE : index(Fields.int64(json, path)))
            .stream()
            .mapToInt(Integer::intValue)
            .toArray();
    this.unallocated =
        fields.list("unallocated", (json, path) -> index(Fields.int64(json, path))).stream()
            .mapToInt(Integer::intValue)
            .toArray();
    this.attributes = fields.objects("attributes", Attribute::read);
    this.sequenceNumber = fields.uint64("sequenceNumber");
    this.allocationNumbers =
        AllocationNumbers.of(fields.map("sequenceNumberForAllocation", Fields::uint64));
    this.deleted = fields.bool("deleted");
    this.hostAffinity = fields.optionalText("hostAffinity");
  }

  private Block(
      Cidr cidr,
      Optional<String> affinity,
      Optional<Instant> claimTime,
      int[] allocations,
      int[] unallocated,
      List<Attribute> attributes,
      BigInteger sequenceNumber,
      AllocationNumbers allocationNumbers) {
    this.cidr = cidr;
    this.valueCidr = CidrText.read(cidr.toString());
    this.affinity = affinity;
    this.owner = affinity.flatMap(Owner::read);
    this.claimTime = claimTime;
    this.allocations = allocations;
    this.unallocated = unallocated;
    this.attributes = attributes;
    this.sequenceNumber = sequenceNumber;
    this.allocationNumbers = allocationNumbers;
    this.deleted = false;
    this.hostAffinity = Optional.empty();
  }

  /** A block of today's form, whose value names the CIDR of its key. The arrays become its own. */
  static Block plain(
      Cidr cidr,
      Optional<String> affinity,
      Optional<Instant> claimTime,
      int[] allocations,
      int[] unallocated,
      List<Attribute> attributes,
      long sequenceNumber,
      AllocationNumbers allocationNumbers) {
    return new Block(
        cidr,
        affinity,
        claimTime,
        allocations,
        unallocated,
        attributes,
        BigInteger.valueOf(sequenceNumber),
        allocationNumbers);
  }

  private Block(Block other, List<Attribute> attributes) {
    this.cidr = other.cidr;
    this.valueCidr = other.valueCidr;
    this.affinity = other.affinity;
    this.owner = other.owner;
    this.claimTime = other.claimTime;
    this.allocations = other.allocations;
    this.unallocated = other.unallocated;
    this.attributes = attributes;
    this.sequenceNumber = other.sequenceNumber;
    this.allocationNumbers = other.allocationNumbers;
    this.deleted = other.deleted;
    this.hostAffinity = other.hostAffinity;
  }

  /** The same block, of whose {@code settled} ordinals only the node is kept. */
  Block letGo(Collection<Integer> settled) {
    List<Attribute> less = new ArrayList<>(attributes);
    for (int ordinal : settled) {
      int index = allocations[ordinal];
      less.set(index, Attribute.settledOn(attributes.get(index).node().orElseThrow()));
    }
    return new Block(this, less);
  }

  static Block read(Cidr cidr, Json.Obj json) {
    return new Block(cidr, Fields.of(json));
  }

  /** An index that no block can have stays one that no block can have. */
  private static int index(long number) {
    return (int) Math.max(FREE + 1L, Math.min(Integer.MAX_VALUE, number));
  }

  /** The CIDR of its key. */
  public Cidr cidr() {
    return cidr;
  }

  /** The CIDR that its value names; nothing when absent. */
  public Optional<CidrText> valueCidr() {
    return valueCidr;
  }

  /** The owner as written, when it is neither null nor absent. */
  public Optional<String> affinity() {
    return affinity;
  }

  /** The owner; nothing when there is none, or when it is none that a release knows. */
  public Optional<Owner> owner() {
    return owner;
  }

  /**
   * Whether nobody owns it: null, absent, or the empty text of old releases. A text that is no
   * owner is not nobody.
   */
  public boolean hasNoOwner() {
    return affinity.orElse("").isEmpty();
  }

  /** When its owner claimed it (since v3.32). */
  public Optional<Instant> claimTime() {
    return claimTime;
  }

  /** The deprecated owner of data from before v2. */
  public Optional<String> hostAffinity() {
    return hostAffinity;
  }

  public boolean deleted() {
    return deleted;
  }

  /** Entries of the allocation list, which is the block's size unless it is damaged (rule B2). */
  public int slots() {
    return allocations.length;
  }

  /** Whether the entry of {@code ordinal} is set, to whatever attribute; false beyond the list. */
  public boolean isAllocated(int ordinal) {
    return ordinal < allocations.length && allocations[ordinal] != FREE;
  }

  /** The attribute index of an allocated ordinal, as written. */
  public OptionalInt attributeIndex(int ordinal) {
    return isAllocated(ordinal) ? OptionalInt.of(allocations[ordinal]) : OptionalInt.empty();
  }

  /**
   * The attribute of an allocated ordinal; nothing when it is free or its index is out of range
   * (rule B3).
   */
  public Optional<Attribute> attribute(int ordinal) {
    // Asked for every address of a cluster, several times.
    if (!isAllocated(ordinal)) {
      return Optional.empty();
    }
    int index = allocations[ordinal];
    return index >= 0 && index < attributes.size()
        ? Optional.of(attributes.get(index))
        : Optional.empty();
  }

  /** Whether an allocated ordinal has the index of no attribute that there is (rule B3). */
  public boolean pointsNowhere(int ordinal) {
    return isAllocated(ordinal)
        && (allocations[ordinal] < 0 || allocations[ordinal] >= attributes.size());
  }

  /** How many attributes are no ordinal's (rule B5). */
  public int unusedAttributes() {
    BitSet used = new BitSet(attributes.size());
    for (int index : allocations) {
      if (index >= 0 && index < attributes.size()) {
        used.set(index);
      }
    }
    return attributes.size() - used.cardinality();
  }

  /** Whether {@code ordinal} holds its address: allocated and not cooling down. */
  public boolean holds(int ordinal) {
    if (!isAllocated(ordinal)) {
      return false;
    }
    int index = allocations[ordinal];
    return index < 0 || index >= attributes.size() || attributes.get(index).releasedAt().isEmpty();
  }

  /**
   * The ordinals that hold an address, ascending. Entries beyond the block's size (rule B2) hold
   * none: what would be their address is another block's.
   */
  public List<Integer> held() {
    List<Integer> held = new ArrayList<>();
    int size = Math.min(allocations.length, cidr.ordinals());
    for (int ordinal = 0; ordinal < size; ordinal++) {
      if (holds(ordinal)) {
        held.add(ordinal);
      }
    }
    return held;
  }

  /** The ordinals that hold an address for somebody: {@link #held()} without Windows' own. */
  public List<Integer> inUse() {
    List<Integer> inUse = held();
    // Asked of every block; nearly none has such a reservation.
    inUse.removeIf(ordinal -> attribute(ordinal).filter(Attribute::isWindowsReserved).isPresent());
    return inUse;
  }

  /**
   * Whether no ordinal is allocated at all, cooling-down ones included: only then can the block be
   * deleted.
   */
  public boolean isEmpty() {
    return Arrays.stream(allocations).allMatch(index -> index == FREE);
  }

  /**
   * Whether nobody can miss the block: every allocated ordinal, if there is one, is a reservation
   * of Windows'. Cooling-down addresses count as somebody's, until Calico has put them back.
   */
  public boolean isVacant() {
    for (int ordinal = 0; ordinal < allocations.length; ordinal++) {
      boolean reservation = attribute(ordinal).filter(Attribute::isWindowsReserved).isPresent();
      if (isAllocated(ordinal) && !reservation) {
        return false;
      }
    }
    return true;
  }

  /**
   * The free list, in the order in which addresses are handed out; may repeat or leave out ordinals
   * when damaged (rule B4).
   */
  public int[] unallocated() {
    return unallocated.clone();
  }

  public List<Attribute> attributes() {
    return attributes;
  }

  /** 0 when absent, as in data from before v3.22.2. */
  public BigInteger sequenceNumber() {
    return sequenceNumber;
  }

  /** By ordinal, as text. */
  public Map<String, BigInteger> sequenceNumberForAllocation() {
    return allocationNumbers.asMap();
  }

  /**
   * Whether it is plain that each sequence number of an allocation is an ordinal's and not above
   * the block's; where it is not, the numbers must be looked at.
   */
  public boolean hasPlainAllocationNumbers() {
    return allocationNumbers.arePlainlyWithin(cidr.ordinals(), sequenceNumber);
  }

  /** The address of {@code ordinal}. */
  public IpAddress address(int ordinal) {
    return cidr.address(ordinal);
  }
}
