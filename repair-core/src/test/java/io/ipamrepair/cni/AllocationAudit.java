package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cni.Book.Holding;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.testing.WatchedHistory.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges a whole history, revision by revision: that nothing which a plugin holds was ever taken
 * from it, that no handle counts fewer addresses than it has, that no block's sequence number goes
 * down while the block lives; and all that {@link AddressWitness} sees.
 */
public final class AllocationAudit implements WatchedHistory.Reader {
  private final AddressWitness witness = new AddressWitness(Set.of());
  private final TreeMap<Long, List<Holding>> beginning = new TreeMap<>();
  private final TreeMap<Long, List<Holding>> ending = new TreeMap<>();
  private final Map<Cidr, Set<Holding>> held = new HashMap<>();
  private final Map<Cidr, BlockValue> blocks = new TreeMap<>();
  private final Map<String, HandleValue> handles = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  /** An audit of the history in which plugins held {@code holdings}. */
  public AllocationAudit(Collection<Holding> holdings) {
    for (Holding holding : holdings) {
      beginning.computeIfAbsent(holding.since(), none -> new ArrayList<>()).add(holding);
      ending.computeIfAbsent(holding.until(), none -> new ArrayList<>()).add(holding);
    }
  }

  /** What must never be, one line each. */
  public List<String> violations() {
    List<String> all = new ArrayList<>(witness.violations());
    all.addAll(violations);
    return all;
  }

  /** How many revisions it saw. */
  public long revisions() {
    return witness.revisions();
  }

  @Override
  public void at(long revision, List<Change> changes) {
    witness.at(revision, changes);
    take(beginning.headMap(revision, true), (of, holding) -> of.add(holding));
    take(ending.headMap(revision, true), (of, holding) -> of.remove(holding));
    Set<Cidr> touched = new LinkedHashSet<>();
    Set<String> counted = new LinkedHashSet<>();
    for (Change change : changes) {
      String key = change.key().display();
      if (key.startsWith(Keys.BLOCKS)) {
        block(revision, Keys.cidr(key), change.value());
        touched.add(Keys.cidr(key));
      } else if (key.startsWith(Keys.HANDLES)) {
        String handle = key.substring(Keys.HANDLES.length());
        change
            .value()
            .ifPresentOrElse(
                value -> handles.put(handle, HandleValue.read(value.display())),
                () -> handles.remove(handle));
        counted.add(handle);
      }
    }
    touched.forEach(cidr -> isStillHeld(revision, cidr));
    touched.forEach(
        cidr ->
            Optional.ofNullable(blocks.get(cidr))
                .ifPresent(
                    block -> handlesIn(block).forEach(handle -> count(revision, handle, block))));
    counted.forEach(handle -> blocks.values().forEach(block -> count(revision, handle, block)));
  }

  private interface Move {
    void of(Set<Holding> held, Holding holding);
  }

  private void take(Map<Long, List<Holding>> due, Move move) {
    due.values().stream()
        .flatMap(List::stream)
        .forEach(
            holding ->
                move.of(held.computeIfAbsent(holding.block(), none -> new HashSet<>()), holding));
    due.clear();
  }

  private void block(long revision, Cidr cidr, Optional<Bytes> value) {
    if (value.isEmpty()) {
      blocks.remove(cidr);
      return;
    }
    try {
      BlockValue now = BlockValue.read(value.get().display());
      Optional<BlockValue> before = Optional.ofNullable(blocks.put(cidr, now));
      if (!now.cidr().equals(cidr)) {
        violations.add("revision " + revision + ": the block " + cidr + " says " + now.cidr());
      }
      long was = before.flatMap(BlockValue::sequence).orElse(-1L);
      if (now.sequence().orElse(0L) <= was) {
        violations.add(
            "revision "
                + revision
                + ": the sequence number of block "
                + cidr
                + " went from "
                + was
                + " to "
                + now.sequence());
      }
    } catch (BrokenBlockException broken) {
      // The witness says so; what was held in it is not there any more.
      blocks.remove(cidr);
    }
  }

  private void isStillHeld(long revision, Cidr cidr) {
    Optional<BlockValue> block = Optional.ofNullable(blocks.get(cidr));
    for (Holding holding : held.getOrDefault(cidr, Set.of())) {
      Optional<String> holder =
          block.flatMap(value -> value.handleOf(cidr.ordinal(holding.address())));
      if (!holder.equals(Optional.of(holding.handle()))) {
        violations.add(
            "revision "
                + revision
                + ": lost "
                + holding
                + "; its block "
                + (block.isEmpty() ? "is gone" : "says " + holder));
      }
    }
  }

  private static Set<String> handlesIn(BlockValue block) {
    Set<String> handles = new HashSet<>();
    for (int ordinal = 0; ordinal < block.allocations().size(); ordinal++) {
      block.handleOf(ordinal).ifPresent(handles::add);
    }
    return handles;
  }

  private void count(long revision, String handle, BlockValue block) {
    int real = block.ordinalsOf(handle).size();
    int counted =
        Optional.ofNullable(handles.get(handle))
            .map(value -> value.in(block.cidr().toString()))
            .orElse(0);
    if (counted < real) {
      violations.add(
          "revision "
              + revision
              + ": handle "
              + handle
              + " counts "
              + counted
              + " in "
              + block.cidr()
              + ", where it has "
              + real);
    }
  }
}
