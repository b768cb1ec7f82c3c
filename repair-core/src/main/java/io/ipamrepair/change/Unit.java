package io.ipamrepair.change;

import java.util.List;

/**
 * Writes that belong together, a block with its affinities and handles: they are done in one
 * transaction or not at all.
 *
 * @param title what it does, for a person
 * @param writes in the order in which a person should read them
 * @param requires what must hold besides the written keys being as they are
 */
public record Unit(String title, List<Write> writes, List<Requirement> requires) {
  public Unit {
    writes = List.copyOf(writes);
    requires = List.copyOf(requires);
  }
}
