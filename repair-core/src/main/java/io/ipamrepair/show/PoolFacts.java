package io.ipamrepair.show;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Reading;
import io.ipamrepair.calico.Selector;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.cidr.Cidr;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A pool.
 *
 * @param name its name in the key
 * @param unreadable why its value cannot be read
 * @param pool its settings, where it can be read
 * @param network its masked CIDR, where it has one
 * @param overlaps the other pools that overlap it, by name
 * @param blocks the blocks that lie in it, ascending, whatever their size
 * @param affinities the affinities whose block would lie in it
 * @param capacity how full it is; nothing where its network is not known
 * @param addressesUsed how many addresses in it endpoints and tunnels use, held or not
 * @param nodesSelected how many nodes it selects; nothing where its selector is none
 * @param nodes how many nodes there are
 */
public record PoolFacts(
    String name,
    Optional<String> unreadable,
    Optional<Pool> pool,
    Optional<Cidr> network,
    List<Overlap> overlaps,
    List<BlockFill> blocks,
    List<ObjectName> affinities,
    Optional<Capacity.PoolUse> capacity,
    int addressesUsed,
    OptionalLong nodesSelected,
    int nodes,
    List<Trace> traces)
    implements Facts {
  /**
   * Another pool that overlaps this one; networks that overlap are nested.
   *
   * @param pool the other pool
   * @param relation how it lies
   * @param governs whether its settings hold where both are: the first by name wins
   */
  public record Overlap(PoolOver pool, Relation relation, boolean governs) {}

  /** How another pool lies to this one. */
  public enum Relation {
    SAME("same", "the same network"),
    INSIDE("inside", "inside this one"),
    AROUND("around", "around this one");

    private final String word;
    private final String sentence;

    Relation(String word, String sentence) {
      this.word = word;
      this.sentence = sentence;
    }

    /** The word in JSON output. */
    public String word() {
      return word;
    }

    /** What it means, to stand behind the other pool's name. */
    public String sentence() {
      return sentence;
    }

    private static Relation of(Cidr other, Cidr network) {
      if (other.equals(network)) {
        return SAME;
      }
      return network.contains(other) ? INSIDE : AROUND;
    }
  }

  static PoolFacts of(Survey survey, String name, Stored<Pool> stored) {
    IpamState state = survey.state();
    Optional<Pool> pool = stored.value();
    Optional<Cidr> network = pool.flatMap(Pool::network);
    return new PoolFacts(
        name,
        stored.reading() instanceof Reading.Unreadable<Pool> unreadable
            ? Optional.of(unreadable.reason())
            : Optional.empty(),
        pool,
        network,
        network.map(each -> overlaps(state, name, each)).orElse(List.of()),
        network
            .map(
                each ->
                    survey.blocksInside(each).stream()
                        .map(cidr -> BlockFill.of(cidr, state.blocks().get(cidr)))
                        .toList())
            .orElse(List.of()),
        network.map(each -> affinities(state, each)).orElse(List.of()),
        Capacity.of(state).byPool().stream().filter(use -> use.name().equals(name)).findFirst(),
        network.map(each -> survey.users().inside(each).size()).orElse(0),
        pool.map(each -> selected(state, each)).orElse(OptionalLong.empty()),
        state.nodes().size(),
        List.of(Trace.of(ObjectName.pool(name), stored.key())));
  }

  private static List<Overlap> overlaps(IpamState state, String name, Cidr network) {
    return state.knownPools().known().stream()
        .filter(other -> !other.name().equals(name) && other.network().overlaps(network))
        .map(other -> overlap(other, name, network))
        .toList();
  }

  private static Overlap overlap(NamedPool other, String name, Cidr network) {
    return new Overlap(
        PoolOver.of(other),
        Relation.of(other.network(), network),
        other.name().compareTo(name) < 0);
  }

  private static List<ObjectName> affinities(IpamState state, Cidr network) {
    return state.affinities().values().stream()
        .filter(
            stored ->
                stored.at() instanceof CalicoKey.AffinityKey key && network.contains(key.cidr()))
        .map(Stored::object)
        .toList();
  }

  private static OptionalLong selected(IpamState state, Pool pool) {
    Optional<Selector> selector = NodeFacts.selector(pool);
    return selector.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(
            state.nodes().values().stream()
                .flatMap(stored -> stored.value().stream())
                .filter(node -> selector.get().matches(node.metadata().labels()))
                .count());
  }

  @Override
  public ObjectName object() {
    return ObjectName.pool(name);
  }

  @Override
  public Set<ObjectName> own() {
    return Set.of(object());
  }

  /** Its blocks and the affinities for such; not its addresses, which may be many. */
  @Override
  public Set<ObjectName> around() {
    Set<ObjectName> around = new LinkedHashSet<>(affinities);
    blocks.forEach(block -> around.add(ObjectName.block(block.cidr())));
    return around;
  }
}
