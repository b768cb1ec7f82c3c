package io.ipamrepair.map;

import io.ipamrepair.calico.Owner;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A block in one state.
 *
 * @param exists whether there is a block, and not only affinities for one
 * @param readable whether its value can be read; if not, nothing is known of owner and use
 * @param owner who owns it; nothing where nobody does, or none that Calico knows
 * @param ownerText the owner as written; empty where there is none
 * @param held the ordinals that hold an address, ascending
 * @param size how many addresses it has
 * @param pools the pools that contain all of it, by name: the first governs it
 * @param claims the affinities for it, by owner
 * @param troubles what strikes of it
 */
public record BlockView(
    boolean exists,
    boolean readable,
    Optional<Owner> owner,
    String ownerText,
    List<Integer> held,
    int size,
    List<String> pools,
    List<Claim> claims,
    Set<Trouble> troubles) {
  public BlockView {
    held = List.copyOf(held);
    pools = List.copyOf(pools);
    claims = List.copyOf(claims);
    troubles =
        Collections.unmodifiableSet(
            troubles.isEmpty() ? EnumSet.noneOf(Trouble.class) : EnumSet.copyOf(troubles));
  }

  /** The pool whose settings hold for it; nothing where none contains it, or none is known. */
  public Optional<String> governing() {
    return pools.stream().findFirst();
  }
}
