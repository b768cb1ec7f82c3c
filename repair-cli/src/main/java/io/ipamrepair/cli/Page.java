package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.json.Json;
import io.ipamrepair.show.AddressFacts;
import io.ipamrepair.show.BlockFacts;
import io.ipamrepair.show.Facts;
import io.ipamrepair.show.HandleFacts;
import io.ipamrepair.show.NodeFacts;
import io.ipamrepair.show.PoolFacts;
import java.util.Map;
import java.util.Optional;

/** What {@code show} says of one object, for people and for programs. */
interface Page {
  /** The facts that it tells. */
  Facts facts();

  /** The answer, in one sentence. */
  String answer();

  /** The rest. */
  void print(FactLines text);

  /** What to look at next. */
  Optional<ObjectName> next();

  /** The members of the JSON output that only this kind of object has, in order. */
  Map<String, Json> members();

  /** The page for {@code facts}. */
  static Page of(Facts facts) {
    if (facts instanceof AddressFacts address) {
      return new AddressPage(address);
    } else if (facts instanceof BlockFacts block) {
      return new BlockPage(block);
    } else if (facts instanceof HandleFacts handle) {
      return new HandlePage(handle);
    } else if (facts instanceof NodeFacts node) {
      return new NodePage(node);
    }
    return new PoolPage((PoolFacts) facts);
  }

  /** A node's name; what is virtual says so; nobody. */
  static String owner(Optional<Owner> owner) {
    return owner
        .map(each -> each.isNode() ? each.name() : "virtual " + each.name())
        .orElse("nobody");
  }
}
