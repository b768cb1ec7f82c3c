package io.ipamrepair.plan;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.Step;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What must be known whole of a state to check steps on it, to judge them, and to undo them: what
 * they write and rest on, and whoever their bytes name, as they were, are and will be.
 */
public final class PlanFocus {
  private static final KeyLayout LAYOUT = new KeyLayout();

  private final Set<Bytes> keys = new HashSet<>();
  private final SortedSet<Cidr> blocks = new TreeSet<>();
  private final SortedSet<String> handles = new TreeSet<>();
  private final Set<KeyRange> endpoints = new HashSet<>();

  private PlanFocus() {}

  /** Of some steps, whatever the state is. */
  public static Focus of(Collection<Step> steps) {
    PlanFocus focus = new PlanFocus();
    for (Step step : steps) {
      step.writes()
          .forEach(
              write -> {
                focus.keys.add(write.key());
                write.before().ifPresent(bytes -> focus.image(write.key(), bytes));
                write.after().ifPresent(bytes -> focus.image(write.key(), bytes));
              });
      step.requires().forEach(focus::requirement);
    }
    return focus.all();
  }

  /**
   * Of steps on {@code state}, to tell whom they hit as well: also the blocks of the addresses that
   * come under another pool, or none.
   */
  public static Focus of(Collection<Step> steps, IpamState state) {
    IpamState after = Simulation.after(state, List.copyOf(steps));
    Pools before = state.knownPools();
    Pools then = after.knownPools();
    Focus named = of(steps);
    if (before.known().equals(then.known())) {
      return named;
    }
    return named.and(
        Focus.blocks(
            state.blocks().values().stream()
                .flatMap(stored -> stored.value().stream())
                .filter(block -> moves(block, before, then))
                .map(Block::cidr)
                .toList()));
  }

  private static boolean moves(Block block, Pools before, Pools then) {
    return block.held().stream()
        .map(block::address)
        .anyMatch(address -> !governing(before, address).equals(governing(then, address)));
  }

  private static Optional<String> governing(Pools pools, IpAddress address) {
    return pools.governing(address).map(Pools.NamedPool::name);
  }

  /** Of what was written, by key, whether a plan says so or not. */
  public static Focus ofWritten(Collection<Map<Bytes, Optional<Bytes>>> written) {
    PlanFocus focus = new PlanFocus();
    for (Map<Bytes, Optional<Bytes>> writes : written) {
      writes.forEach(
          (key, value) -> {
            focus.keys.add(key);
            value.ifPresent(bytes -> focus.image(key, bytes));
          });
    }
    return focus.all();
  }

  private Focus all() {
    return Focus.keys(LAYOUT, keys).and(new Focus(blocks, handles, endpoints));
  }

  private void requirement(Requirement requirement) {
    if (requirement instanceof Requirement.KeyIs is) {
      keys.add(is.key());
    } else if (requirement instanceof Requirement.KeyAbsent absent) {
      keys.add(absent.key());
    } else if (requirement instanceof Requirement.AddressUnused unused) {
      endpoints.add(LAYOUT.endpointsOfPod(unused.namespace(), unused.node(), unused.pod()));
    }
  }

  private void image(Bytes key, Bytes value) {
    KeyValue read = new KeyValue(key, value, 0, 0, 0);
    IpamState alone = new IpamState.Builder(LAYOUT).add(read).build(0);
    alone.at(key).flatMap(Stored::value).ifPresent(this::meaning);
  }

  private void meaning(Object value) {
    if (value instanceof Block block) {
      block.attributes().forEach(this::attribute);
    } else if (value instanceof Handle handle) {
      blocks.addAll(handle.blocks());
    }
  }

  private void attribute(Attribute attribute) {
    attribute.handle().ifPresent(handles::add);
    LAYOUT.endpointsOf(attribute).ifPresent(endpoints::add);
  }
}
