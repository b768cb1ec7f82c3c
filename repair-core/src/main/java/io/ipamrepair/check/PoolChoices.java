package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity.Purpose;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pools each node takes its blocks of, and which nodes have none yet. A node that no pool
 * selects takes none, and is not spoken of.
 */
final class PoolChoices {
  /**
   * The nodes that take blocks of the same pools.
   *
   * @param pools the pools of one family that select them, by name
   * @param nodes their names
   * @param waiting those of them that own no block in any of the pools
   */
  record Choice(List<NamedPool> pools, List<String> nodes, List<String> waiting) {
    private Choice(List<NamedPool> pools) {
      this(pools, new ArrayList<>(), new ArrayList<>());
    }

    IpFamily family() {
      return pools.get(0).network().family();
    }

    boolean has(String pool) {
      return pools.stream().anyMatch(each -> each.name().equals(pool));
    }
  }

  /** A pool that gives blocks to workloads by itself, and the nodes that may take them. */
  private record Candidate(NamedPool pool, NodeSelection nodes) {}

  private final List<Choice> choices;

  private PoolChoices(List<Choice> choices) {
    this.choices = choices;
  }

  /**
   * The choices of all nodes that can be read.
   *
   * @param blocksOf the blocks that each node owns
   */
  static PoolChoices of(IpamState state, Map<String, List<Cidr>> blocksOf) {
    List<Candidate> given = new ArrayList<>();
    for (NamedPool pool : state.knownPools().known()) {
      if (purpose(pool.pool()) == Purpose.WORKLOADS) {
        given.add(new Candidate(pool, NodeSelection.of(pool.pool())));
      }
    }
    // By the pools' names: whole pools as keys are hashed for every node, with all their settings.
    Map<List<String>, Choice> choices = new LinkedHashMap<>();
    state
        .nodes()
        .forEach(
            (name, stored) -> {
              for (IpFamily family : IpFamily.values()) {
                List<NamedPool> pools = selecting(stored, family, given);
                if (!pools.isEmpty()) {
                  Choice choice = choices.computeIfAbsent(names(pools), key -> new Choice(pools));
                  choice.nodes().add(name);
                  boolean owns =
                      blocksOf.getOrDefault(name, List.of()).stream()
                          .anyMatch(
                              block ->
                                  pools.stream().anyMatch(pool -> pool.network().contains(block)));
                  if (!owns) {
                    choice.waiting().add(name);
                  }
                }
              }
            });
    return new PoolChoices(List.copyOf(choices.values()));
  }

  private static List<NamedPool> selecting(
      Stored<Node> stored, IpFamily family, List<Candidate> given) {
    Optional<Node> node = stored.value();
    return given.stream()
        .filter(candidate -> candidate.pool().network().family() == family)
        .filter(candidate -> node.filter(candidate.nodes()::selects).isPresent())
        .map(Candidate::pool)
        .toList();
  }

  private static List<String> names(List<NamedPool> pools) {
    return pools.stream().map(NamedPool::name).toList();
  }

  /** Who gets what of {@code pool}. */
  static Purpose purpose(Pool pool) {
    if (pool.disabled()) {
      return Purpose.DISABLED;
    }
    if (!pool.allowsWorkloads()) {
      return Purpose.OTHER;
    }
    boolean forAll =
        pool.assignmentMode().equals("Automatic") && pool.namespaceSelector().isEmpty();
    return forAll ? Purpose.WORKLOADS : Purpose.ON_REQUEST;
  }

  /** Every choice that some node has, in the order of the first node that has it. */
  List<Choice> all() {
    return Collections.unmodifiableList(choices);
  }

  /** How many nodes take blocks of a pool. */
  int nodesOf(String pool) {
    return choices.stream()
        .filter(choice -> choice.has(pool))
        .mapToInt(choice -> choice.nodes().size())
        .sum();
  }

  /** The nodes that could take their first block of a pool, by name. */
  List<String> waitingFor(String pool) {
    return choices.stream()
        .filter(choice -> choice.has(pool))
        .flatMap(choice -> choice.waiting().stream())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /** The nodes that have no block of a family in any pool that selects them. */
  List<String> waiting(IpFamily family) {
    return choices.stream()
        .filter(choice -> choice.family() == family)
        .flatMap(choice -> choice.waiting().stream())
        .toList();
  }
}
