package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * The pools whose network is known, in name order, which is the order in which Calico looks.
 *
 * @param known every pool that can be read and has a CIDR
 * @param complete whether these are all pools there are; if not, "in no pool" can be said of
 *     nothing
 */
public record Pools(List<NamedPool> known, boolean complete) {
  /**
   * A pool whose network is known.
   *
   * @param name its name in the key
   * @param network its masked CIDR
   * @param pool its settings
   */
  public record NamedPool(String name, Cidr network, Pool pool) {
    /**
     * Whether {@code child} is what a split of this pool made: this one disabled, and {@code
     * split-NAME-N} strictly inside it.
     */
    public boolean isSplitInto(NamedPool child) {
      return pool.disabled()
          && network.contains(child.network)
          && !network.equals(child.network)
          && child.name.matches("split-" + java.util.regex.Pattern.quote(name) + "-[0-9]+");
    }
  }

  public Pools {
    known = List.copyOf(known);
  }

  /**
   * The pools that hold all of {@code cidr}; the parent of a split does not count where a child
   * does.
   */
  public List<NamedPool> containing(Cidr cidr) {
    List<NamedPool> containing =
        known.stream().filter(pool -> pool.network().contains(cidr)).toList();
    return containing.stream()
        .filter(pool -> containing.stream().noneMatch(pool::isSplitInto))
        .toList();
  }

  /** The pool that Calico uses for {@code address}: the first by name. */
  public Optional<NamedPool> governing(IpAddress address) {
    return known.stream().filter(pool -> pool.network().contains(address)).findFirst();
  }

  public Optional<NamedPool> byName(String name) {
    return known.stream().filter(pool -> pool.name().equals(name)).findFirst();
  }

  /** The same pools without {@code name}. */
  public Pools without(String name) {
    return new Pools(known.stream().filter(pool -> !pool.name().equals(name)).toList(), complete);
  }
}
