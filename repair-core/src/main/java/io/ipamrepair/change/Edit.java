package io.ipamrepair.change;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.json.Json;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a write changes, in the object's own terms. A write's after-image follows from its
 * before-image and its edits.
 */
public sealed interface Edit {
  /** The edit in words, for a reviewer. */
  String words();

  /** The affinity key comes into being, in this state. */
  record CreateAffinity(Affinity.State state) implements Edit {
    @Override
    public String words() {
      return "created, " + state.text();
    }
  }

  /** The affinity changes its state. */
  record SetAffinityState(Affinity.State to) implements Edit {
    @Override
    public String words() {
      return "state becomes " + to.text();
    }
  }

  /**
   * The block changes hands: {@code from} is the owner that it must have. The claim time is set to
   * the time of the commit where {@code stampClaimTime}, else removed.
   */
  record SetBlockOwner(Optional<Owner> from, Optional<Owner> to, boolean stampClaimTime)
      implements Edit {
    @Override
    public String words() {
      return "owner " + name(from) + " → " + name(to);
    }

    private static String name(Optional<Owner> owner) {
      return owner.map(each -> each.isNode() ? each.name() : each.toString()).orElse("nobody");
    }
  }

  /** These ordinals, each with the handle that holds it (empty when none does), become free. */
  record FreeOrdinals(SortedMap<Integer, String> handles) implements Edit {
    public FreeOrdinals {
      handles = Collections.unmodifiableSortedMap(new TreeMap<>(handles));
    }

    @Override
    public String words() {
      return (handles.size() == 1 ? "frees ordinal " : "frees ordinals ")
          + handles.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
  }

  /**
   * What holds an ordinal.
   *
   * @param attribute the attribute that its allocation points to
   * @param number its entry among the block's {@code sequenceNumberForAllocation}; nothing when
   *     there is none
   */
  record Holder(Json attribute, Optional<Json> number) {}

  /**
   * These ordinals, which are free, are held again as they were: each points to its old attribute
   * and has its old allocation number, so that whoever held it can release it.
   */
  record HoldOrdinals(SortedMap<Integer, Holder> holders) implements Edit {
    public HoldOrdinals {
      holders = Collections.unmodifiableSortedMap(new TreeMap<>(holders));
    }

    @Override
    public String words() {
      return (holders.size() == 1 ? "gives back ordinal " : "gives back ordinals ")
          + holders.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "))
          + (holders.size() == 1 ? " to its old holder" : " to their old holders");
    }
  }

  /**
   * The block goes back to an owner that it had: {@code from} is the owner that it must have, and
   * {@code claimTime} the text that stood beside the old one.
   */
  record ReturnBlock(Optional<Owner> from, Optional<Owner> to, Optional<String> claimTime)
      implements Edit {
    @Override
    public String words() {
      return "owner " + SetBlockOwner.name(from) + " → " + SetBlockOwner.name(to) + ", as it was";
    }
  }

  /**
   * The block is written again with nothing changed but its sequence number, so that a write of
   * Calico's that is in flight fails: a compare protects our commit, only a write protects against
   * a commit in flight (design, section 5).
   */
  record TouchBlock() implements Edit {
    @Override
    public String words() {
      return "sequence number + 1 (so that no write in flight can land on the old one)";
    }
  }

  /**
   * The handle's count of a block, whose CIDR is text as in the value, becomes {@code to}; 0
   * removes the entry.
   */
  record SetHandleCount(String block, long from, long to) implements Edit {
    @Override
    public String words() {
      return to == 0
          ? "entry for " + block + " (" + from + ") removed"
          : "count of " + block + " " + from + " → " + to;
    }
  }

  /** The handle comes into being again, with these counts by the CIDR of a block as text. */
  record CreateHandle(SortedMap<String, Long> counts) implements Edit {
    public CreateHandle {
      counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    @Override
    public String words() {
      return "created, counts "
          + counts.entrySet().stream()
              .map(entry -> entry.getValue() + " in " + entry.getKey())
              .collect(Collectors.joining(", "));
    }
  }

  /** The pool hands out nothing new any more. */
  record DisablePool() implements Edit {
    @Override
    public String words() {
      return "disabled: no new block or address is taken from it";
    }
  }

  /**
   * The pool hands out blocks and addresses again: {@code disabled} gets back what stood there,
   * which may be nothing.
   */
  record EnablePool(Optional<Json> disabled) implements Edit {
    @Override
    public String words() {
      return "enabled again";
    }
  }

  /** The key goes. */
  record DeleteKey() implements Edit {
    @Override
    public String words() {
      return "deleted";
    }
  }

  /** The key gets back exactly the bytes that it had before {@code run}. */
  record RestoreBytes(String run) implements Edit {
    @Override
    public String words() {
      return "put back, byte for byte, as before run " + run;
    }
  }

  /** The key goes again, as before {@code run}. */
  record RestoreAbsence(String run) implements Edit {
    @Override
    public String words() {
      return "removed again, as before run " + run;
    }
  }
}
