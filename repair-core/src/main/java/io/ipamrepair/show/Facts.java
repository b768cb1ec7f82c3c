package io.ipamrepair.show;

import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.Set;

/** One object, with everything that bears on it. */
public sealed interface Facts permits AddressFacts, BlockFacts, HandleFacts, NodeFacts, PoolFacts {
  /** The object's own name. */
  ObjectName object();

  /** The objects of which every finding touches it, itself included. */
  Set<ObjectName> own();

  /** The objects around it: of these, findings touch it that have them as first object. */
  Set<ObjectName> around();

  /** The keys whose history is the object's own, the most telling first. */
  List<Trace> traces();

  /** Further keys that the history of the first ones, read so far, points to. */
  default List<Trace> further(List<KeyHistory> read) {
    return List.of();
  }
}
