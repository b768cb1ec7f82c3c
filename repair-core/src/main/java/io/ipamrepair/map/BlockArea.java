package io.ipamrepair.map;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A block in both states.
 *
 * @param cidr which
 * @param before nothing where there is neither the block nor an affinity for it
 * @param after the same, afterwards
 * @param shifts what differs; empty where it stays as it is
 */
public record BlockArea(
    Cidr cidr, Optional<BlockView> before, Optional<BlockView> after, Set<Shift> shifts) {
  public BlockArea {
    shifts =
        Collections.unmodifiableSet(
            shifts.isEmpty() ? EnumSet.noneOf(Shift.class) : EnumSet.copyOf(shifts));
  }

  /** Whether anything of it differs. */
  public boolean moves() {
    return !shifts.isEmpty();
  }

  /** What strikes of it, in either state. */
  public Set<Trouble> troubles() {
    Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
    before.ifPresent(view -> troubles.addAll(view.troubles()));
    after.ifPresent(view -> troubles.addAll(view.troubles()));
    return troubles;
  }

  /** The pool under which it is drawn: the one that governs it afterwards, else before. */
  public Optional<String> home() {
    return after
        .filter(BlockView::exists)
        .or(() -> before.filter(BlockView::exists))
        .or(() -> after)
        .or(() -> before)
        .flatMap(BlockView::governing);
  }

  /** The addresses that are held before and not afterwards, ascending. */
  public List<IpAddress> freed() {
    return only(before, after);
  }

  /** The addresses that are held afterwards and not before, ascending. */
  public List<IpAddress> taken() {
    return only(after, before);
  }

  private List<IpAddress> only(Optional<BlockView> one, Optional<BlockView> other) {
    List<Integer> ordinals = new ArrayList<>(one.map(BlockView::held).orElse(List.of()));
    other.ifPresent(view -> ordinals.removeAll(Set.copyOf(view.held())));
    return ordinals.stream().map(cidr::address).toList();
  }
}
