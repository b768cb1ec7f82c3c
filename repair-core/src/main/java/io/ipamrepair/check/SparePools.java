package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Metadata;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which of several overlapping pools can go: one whose removal leaves every address in use in a
 * pool, and every block in pools that suit it. Where there is a choice, the likelier mistake: a
 * pool with host bits, else the later made, else the last by name.
 */
final class SparePools {
  private final Evidence evidence;
  private final Map<String, SortedSet<IpAddress>> onlyUnder = new HashMap<>();
  private final Map<String, Boolean> spare = new HashMap<>();

  SparePools(Evidence evidence) {
    this.evidence = evidence;
  }

  /** The pool to remove, if one of {@code candidates} can be. */
  Optional<NamedPool> among(Collection<NamedPool> candidates) {
    return candidates.stream().filter(this::isSpare).max(likelierMistake());
  }

  private Comparator<NamedPool> likelierMistake() {
    return Comparator.comparing(SparePools::hasHostBits)
        .thenComparing(this::created)
        .thenComparing(pool -> evidence.state().pools().get(pool.name()).createRevision())
        .thenComparing(NamedPool::name);
  }

  private static boolean hasHostBits(NamedPool pool) {
    return pool.pool().cidr().filter(CidrText::hasHostBits).isPresent();
  }

  /** A pool without a time was put into etcd by hand, and so is the likelier mistake as well. */
  private Instant created(NamedPool pool) {
    return Optional.of(pool.pool().metadata()).flatMap(Metadata::created).orElse(Instant.MAX);
  }

  /** The addresses in use that lie in no other pool than {@code pool}. */
  SortedSet<IpAddress> onlyUnder(NamedPool pool) {
    return onlyUnder.computeIfAbsent(pool.name(), name -> findOnlyUnder(pool));
  }

  private SortedSet<IpAddress> findOnlyUnder(NamedPool pool) {
    Pools others = evidence.pools().without(pool.name());
    SortedSet<IpAddress> inUse = new TreeSet<>(evidence.users().inside(pool.network()));
    blocksAround(pool.network())
        .forEach(
            stored ->
                stored
                    .value()
                    .ifPresent(
                        block ->
                            BlockUse.of(block).addresses().stream()
                                .filter(pool.network()::contains)
                                .forEach(inUse::add)));
    inUse.removeIf(address -> others.governing(address).isPresent());
    return inUse;
  }

  private boolean isSpare(NamedPool pool) {
    return spare.computeIfAbsent(pool.name(), name -> findWhetherSpare(pool));
  }

  private boolean findWhetherSpare(NamedPool pool) {
    Pools others = evidence.pools().without(pool.name());
    return onlyUnder(pool).isEmpty()
        && blocksAround(pool.network()).stream()
            .filter(stored -> pool.network().contains(Evidence.cidr(stored)))
            .allMatch(stored -> canLose(pool, others, stored))
        && evidence.state().affinities().keySet().stream()
            .filter(id -> pool.network().contains(id.cidr()))
            .allMatch(
                id ->
                    staysWhole(pool, others, id.cidr())
                        || others.containing(id.cidr()).isEmpty() && isVacant(id.cidr()));
  }

  private boolean canLose(NamedPool pool, Pools others, Stored<Block> stored) {
    Cidr cidr = Evidence.cidr(stored);
    boolean canonical = stored.at() instanceof CalicoKey.BlockKey key && key.canonical();
    boolean goesAlong =
        canonical
            && stored.value().filter(Block::isVacant).isPresent()
            && others.containing(cidr).isEmpty();
    return goesAlong || staysWhole(pool, others, cidr);
  }

  /** Whether {@code cidr} keeps a pool, and one of its size if it has one of its size now. */
  private boolean staysWhole(NamedPool pool, Pools others, Cidr cidr) {
    List<NamedPool> left = others.containing(cidr);
    boolean losesItsSize =
        pool.pool().blockSize() == cidr.prefixLength()
            && left.stream().noneMatch(other -> other.pool().blockSize() == cidr.prefixLength());
    return !left.isEmpty() && !losesItsSize;
  }

  private boolean isVacant(Cidr cidr) {
    return evidence.block(cidr).map(Block::isVacant).orElse(!evidence.blockExists(cidr));
  }

  /** The blocks that lie in {@code network}, and those that it lies in. */
  private List<Stored<Block>> blocksAround(Cidr network) {
    SortedMap<Cidr, Stored<Block>> blocks = evidence.state().blocks();
    List<Stored<Block>> around = new ArrayList<>();
    for (int length = 0; length < network.prefixLength(); length++) {
      Optional.ofNullable(blocks.get(new Cidr(network.base().masked(length), length)))
          .ifPresent(around::add);
    }
    blocks.tailMap(network).entrySet().stream()
        .takeWhile(entry -> network.contains(entry.getKey()))
        .forEach(entry -> around.add(entry.getValue()));
    return around;
  }
}
