package io.ipamrepair.show;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.Optional;

/** The gist of a whole value, for one that came or went. */
final class Summary {
  private Summary() {}

  /** {@code ": confirmed"}, {@code ": 10.64.64.0/24, disabled"}; empty where there is none. */
  static String of(Bytes key, Bytes value) {
    return alone(key, value)
        .at(key)
        .map(
            stored ->
                stored
                    .value()
                    .map(content -> gist(stored.at(), content))
                    .orElse("a value that cannot be read"))
        .filter(gist -> !gist.isEmpty())
        .map(gist -> ": " + gist)
        .orElse("");
  }

  /** The block that {@code value} is, if it can be read. */
  static Optional<Block> block(Bytes key, Bytes value) {
    return alone(key, value).blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .findFirst();
  }

  private static IpamState alone(Bytes key, Bytes value) {
    return new IpamState.Builder(new KeyLayout()).add(new KeyValue(key, value, 1, 1, 1)).build(1);
  }

  private static String gist(CalicoKey at, Object content) {
    if (content instanceof Block block) {
      return "owner "
          + block.owner().map(Summary::name).orElse("nobody")
          + ", "
          + block.held().size()
          + " of "
          + ((CalicoKey.BlockKey) at).cidr().size()
          + " addresses held";
    } else if (content instanceof Affinity affinity) {
      return affinity.state() == Affinity.State.UNKNOWN
          ? affinity.stateText()
          : affinity.state().text();
    } else if (content instanceof Handle handle) {
      return String.join(
          ", ",
          handle.counts().entrySet().stream()
              .map(entry -> entry.getValue() + " in " + entry.getKey())
              .toList());
    } else if (content instanceof Pool pool) {
      return pool.cidrText().orElse("no CIDR") + (pool.disabled() ? ", disabled" : "");
    }
    return "";
  }

  private static String name(Owner owner) {
    return owner.isNode() ? owner.name() : owner.toString();
  }
}
