package io.ipamrepair.plan;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Counts who notices a plan: addresses whose owner, pool or route changes, their nodes, and the
 * workloads that use them.
 */
public final class ImpactSurvey {
  private final IpamState before;
  private final IpamState after;
  private final AddressUsers users;
  private final SortedSet<IpAddress> addresses = new TreeSet<>();
  private final SortedSet<String> nodes = new TreeSet<>();

  /** A survey of what lies between two states. */
  public ImpactSurvey(IpamState before, IpamState after) {
    this.before = before;
    this.after = after;
    this.users = AddressUsers.of(before);
  }

  /**
   * Whom {@code steps} hit.
   *
   * @param effects what changes for traffic, in words
   */
  public Plan.Impact of(List<Step> steps, List<String> effects) {
    steps.forEach(step -> step.writes().forEach(this::survey));
    addresses.forEach(address -> users.of(address).forEach(user -> nodes.add(users.node(user))));
    nodes.remove("");
    SortedSet<String> workloads = new TreeSet<>();
    SortedSet<String> single = new TreeSet<>();
    Map<String, Integer> endpointsOf = new HashMap<>();
    Map<ObjectName, String> workloadOf = new HashMap<>();
    before
        .endpoints()
        .values()
        .forEach(
            stored ->
                stored
                    .value()
                    .ifPresent(
                        endpoint -> {
                          String workload = endpoint.template();
                          endpointsOf.merge(workload, 1, Integer::sum);
                          workloadOf.put(stored.object(), workload);
                        }));
    addresses.stream()
        .flatMap(address -> users.of(address).stream())
        .map(user -> Optional.ofNullable(workloadOf.get(user)))
        .flatMap(Optional::stream)
        .forEach(
            workload -> {
              workloads.add(workload);
              if (endpointsOf.get(workload) + before.replicasLetGo(workload) == 1) {
                single.add(workload);
              }
            });
    return new Plan.Impact(addresses.size(), nodes, workloads, single, effects);
  }

  private void survey(PlannedWrite write) {
    CalicoKey key = before.layout().classify(write.key());
    if (key instanceof CalicoKey.BlockKey block) {
      surveyBlock(block.cidr(), write);
    } else if (key instanceof CalicoKey.AffinityKey affinity) {
      nodes.add(affinity.owner().isNode() ? affinity.owner().name() : "");
      held(affinity.cidr());
    } else if (key instanceof CalicoKey.PoolKey pool) {
      before.knownPools().byName(pool.name()).map(NamedPool::network).ifPresent(this::surveyPool);
    }
  }

  private void surveyBlock(Cidr cidr, PlannedWrite write) {
    boolean onlyTouched = write.edits().stream().allMatch(Edit.TouchBlock.class::isInstance);
    if (onlyTouched) {
      return;
    }
    for (IpamState state : List.of(before, after)) {
      block(state, cidr)
          .flatMap(Block::owner)
          .ifPresent(owner -> nodes.add(owner.isNode() ? owner.name() : ""));
    }
    Optional<Block> old = block(before, cidr);
    boolean handedOver =
        !old.flatMap(Block::owner).equals(block(after, cidr).flatMap(Block::owner))
            || write.after().isEmpty();
    if (handedOver) {
      held(cidr);
    }
    for (Edit edit : write.edits()) {
      if (edit instanceof Edit.FreeOrdinals free) {
        free.handles().keySet().forEach(ordinal -> addresses.add(cidr.address(ordinal)));
      }
    }
  }

  private static Optional<Block> block(IpamState state, Cidr cidr) {
    return Optional.ofNullable(state.blocks().get(cidr)).flatMap(Stored::value);
  }

  private void held(Cidr cidr) {
    block(before, cidr)
        .ifPresent(
            block ->
                block
                    .held()
                    .forEach(
                        ordinal -> {
                          addresses.add(block.address(ordinal));
                          block.attribute(ordinal).flatMap(Attribute::node).ifPresent(nodes::add);
                        }));
  }

  /** Addresses in use that another pool governs afterwards, or none. */
  private void surveyPool(Cidr network) {
    Stream.concat(users.inside(network).stream(), before.addressesIn(network, Block::held))
        .filter(address -> !governing(before, address).equals(governing(after, address)))
        .forEach(addresses::add);
  }

  private static Optional<String> governing(IpamState state, IpAddress address) {
    return state.knownPools().governing(address).map(NamedPool::name);
  }
}
