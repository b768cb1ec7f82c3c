package io.ipamrepair.show;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.IpAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** An ordinal of a block, as the block alone has it. */
record Ordinal(Block block, int ordinal) {
  IpAddress address() {
    return block.address(ordinal);
  }

  boolean holds() {
    return block.holds(ordinal);
  }

  Optional<Attribute> attribute() {
    return block.attribute(ordinal);
  }

  /** Whether the free list has it although it is allocated (rule B4). */
  boolean isOffered() {
    return block.isAllocated(ordinal) && isInFreeList();
  }

  private boolean isInFreeList() {
    return Arrays.stream(block.unallocated()).anyMatch(free -> free == ordinal);
  }

  OrdinalUse use(Survey survey) {
    Set<Conflict> conflicts = survey.conflicts(address());
    boolean unused = conflicts.remove(Conflict.UNUSED);
    if (!conflicts.isEmpty()) {
      return OrdinalUse.CONFLICT;
    } else if (!block.isAllocated(ordinal)) {
      return free(survey);
    } else if (attribute().isEmpty()) {
      return OrdinalUse.UNKNOWN;
    } else if (attribute().get().releasedAt().isPresent()) {
      return OrdinalUse.COOLING_DOWN;
    }
    return unused ? OrdinalUse.LEAKED : use(attribute().get());
  }

  private OrdinalUse free(Survey survey) {
    if (!isInFreeList()) {
      return OrdinalUse.LOST;
    }
    return survey.isReserved(address()) ? OrdinalUse.RESERVED : OrdinalUse.FREE;
  }

  private OrdinalUse use(Attribute attribute) {
    Holder.Kind kind = Holder.of(attribute).kind();
    if (kind == Holder.Kind.WINDOWS) {
      return OrdinalUse.WINDOWS;
    } else if (isBorrowed()) {
      return OrdinalUse.BORROWED;
    }
    return switch (kind) {
      case TUNNEL -> OrdinalUse.TUNNEL;
      case SERVICE -> OrdinalUse.SERVICE;
      case POD, VIRTUAL_MACHINE -> OrdinalUse.POD;
      case WINDOWS, OTHER -> OrdinalUse.OTHER;
    };
  }

  /** Whether it is held for another node than the one that owns the block. */
  boolean isBorrowed() {
    Optional<String> owner = block.owner().filter(Owner::isNode).map(Owner::name);
    Optional<String> node = holds() ? attribute().flatMap(Attribute::node) : Optional.empty();
    return owner.isPresent() && node.isPresent() && !owner.equals(node);
  }
}
