package io.ipamrepair.show;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** What is near a name that nothing has: a typing error, a part of a name, another block size. */
public final class Near {
  private static final int MOST = SimilarNames.MOST;

  private final IpamState state;

  public Near(IpamState state) {
    this.state = state;
  }

  /** Blocks that contain or lie inside it, else its neighbours; then the pools over it. */
  public List<ObjectName> block(Cidr cidr) {
    NavigableSet<Cidr> all = new TreeSet<>(state.blocks().keySet());
    List<Cidr> near = new ArrayList<>(all.stream().filter(cidr::overlaps).limit(MOST).toList());
    if (near.isEmpty()) {
      Optional.ofNullable(all.lower(cidr)).ifPresent(near::add);
      Optional.ofNullable(all.higher(cidr)).ifPresent(near::add);
      near.removeIf(other -> other.family() != cidr.family());
    }
    List<ObjectName> names = new ArrayList<>(near.stream().map(ObjectName::block).toList());
    state.knownPools().known().stream()
        .filter(pool -> pool.network().overlaps(cidr))
        .limit(MOST)
        .forEach(pool -> names.add(ObjectName.pool(pool.name())));
    return names;
  }

  /** The blocks that come before and behind it. */
  public List<ObjectName> address(IpAddress address) {
    return block(new Cidr(address, address.family().bits()));
  }

  /** Pools of a similar name; and where a CIDR was given for a name, those that stand there. */
  public List<ObjectName> pool(String name) {
    List<NamedPool> there =
        CidrText.read(name)
            .map(CidrText::network)
            .map(
                network ->
                    state.knownPools().known().stream()
                        .filter(pool -> pool.network().overlaps(network))
                        .toList())
            .orElse(List.of());
    return there.isEmpty()
        ? similar(name, state.pools().keySet()).stream().map(ObjectName::pool).toList()
        : there.stream().limit(MOST).map(pool -> ObjectName.pool(pool.name())).toList();
  }

  /** Nodes of a similar name. */
  public List<ObjectName> node(String name) {
    return similar(name, state.nodes().keySet()).stream().map(ObjectName::node).toList();
  }

  /** Handles of a similar ID; a part of it is enough. */
  public List<ObjectName> handle(String id) {
    return similar(id, state.handles().keySet()).stream().map(ObjectName::handle).toList();
  }

  static List<String> similar(String wanted, Collection<String> names) {
    SimilarNames similar = new SimilarNames(wanted);
    names.forEach(similar::add);
    return similar.best();
  }
}
