package io.ipamrepair.check;

import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Selector;
import io.ipamrepair.calico.SelectorSyntaxException;
import java.util.Optional;

/**
 * Which nodes a pool gives blocks to.
 *
 * @param selector the pool's selector; nothing when it is none, and then no node is known to be
 *     selected
 */
record NodeSelection(Optional<Selector> selector) {
  static NodeSelection of(Pool pool) {
    try {
      return new NodeSelection(Optional.of(Selector.parse(pool.nodeSelector())));
    } catch (SelectorSyntaxException unreadable) {
      return new NodeSelection(Optional.empty());
    }
  }

  boolean selects(Node node) {
    return selector.filter(each -> each.matches(node.metadata().labels())).isPresent();
  }
}
