package io.ipamrepair.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.Screened;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a map shows of two states. */
class AddressMapTest {
  private static IpamState state(String name) {
    return new Golden("v3.32.1", name).state();
  }

  private static AddressMap map(IpamState before, Plan plan) {
    return AddressMap.of(Extent.WHOLE, before, Simulation.after(before, plan));
  }

  private static BlockArea block(AddressMap map, String cidr) {
    return map.blocks()
        .filter(block -> block.cidr().equals(Cidr.of(cidr)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no block " + cidr + " in " + map));
  }

  private static PoolArea pool(AddressMap map, String name) {
    return map.pools().stream()
        .filter(pool -> pool.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no pool " + name + " in " + map));
  }

  static List<Golden> everyCase() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void aStateThatStaysHasEachBlockOnceAndNothingMoves(Golden golden) {
    IpamState state = golden.state();
    AddressMap map = AddressMap.of(state);
    assertThat(map.moving()).isEmpty();
    assertThat(map.pools()).noneMatch(PoolArea::moves);
    List<Cidr> drawn =
        map.blocks()
            .filter(block -> block.before().orElseThrow().exists())
            .map(BlockArea::cidr)
            .toList();
    assertThat(drawn).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(drawn)).isEqualTo(new TreeSet<>(state.blocks().keySet()));
    assertThat(map.pools().stream().map(PoolArea::name).collect(Collectors.toSet()))
        .isEqualTo(state.pools().keySet());
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void aScreenedStateHasTheSameMap(Golden golden) {
    IpamState screened =
        Screened.forRules(golden.keyValues(), golden.state().revision(), new Random(1));
    assertThat(AddressMap.of(screened)).isEqualTo(AddressMap.of(golden.state()));
  }

  @Test
  void aBlockOfNobodyThatGoesToANodeMovesAndIsNoOrphanAfterwards() throws Exception {
    IpamState before = state("incident-wrong-deletion");
    Plan plan =
        Repairs.plan(
            before, "reassign-affinity", "--block", "10.64.64.0/26", "--to", "kubernetes1002");
    AddressMap map = map(before, plan);
    BlockArea block = block(map, "10.64.64.0/26");
    assertThat(block.shifts()).contains(Shift.OWNER, Shift.CLAIMS).doesNotContain(Shift.DELETED);
    assertThat(block.before().orElseThrow().troubles()).contains(Trouble.ORPHANED);
    assertThat(block.after().orElseThrow().troubles()).doesNotContain(Trouble.ORPHANED);
    assertThat(block.after().orElseThrow().owner())
        .isEqualTo(Optional.of(Owner.node("kubernetes1002")));
    assertThat(map.moving()).containsExactly(block);
    assertThat(block.freed()).isEmpty();
    assertThat(block.taken()).isEmpty();
  }

  @Test
  void aPoolThatGoesLeavesItsBlocksWithTheOneThatGovernsThem() throws Exception {
    IpamState before = state("incident-typo");
    AddressMap map = map(before, Repairs.plan(before, "remove-pool", "eqiad-pods-second"));
    assertThat(map.moving()).as("all blocks stay as they are").isEmpty();
    PoolArea removed = pool(map, "eqiad-pods-second");
    assertThat(removed.moves()).isTrue();
    assertThat(removed.after()).isEmpty();
    assertThat(removed.blocks()).isEmpty();
    assertThat(removed.elsewhere()).containsOnlyKeys("eqiad-pods").containsValue(4);
    PoolArea stays = pool(map, "eqiad-pods");
    assertThat(stays.moves()).isFalse();
    assertThat(stays.blocks()).hasSize(4);
    assertThat(stays.before().orElseThrow().overlaps()).containsExactly("eqiad-pods-second");
    assertThat(stays.after().orElseThrow().overlaps()).isEmpty();
    assertThat(block(map, "10.64.64.0/26").before().orElseThrow().troubles())
        .contains(Trouble.SEVERAL_POOLS);
    assertThat(block(map, "10.64.64.0/26").after().orElseThrow().troubles()).isEmpty();
  }

  @Test
  void ofAPartOfAClusterNothingIsSaidToBeMissing() throws Exception {
    IpamState whole = state("incident-wrong-deletion");
    Plan plan =
        Repairs.plan(
            whole, "reassign-affinity", "--block", "10.64.64.0/26", "--to", "kubernetes1002");
    IpamState before = Simulation.before(plan);
    AddressMap map = AddressMap.of(Extent.PART, before, Simulation.after(before, plan));
    BlockArea block = block(map, "10.64.64.0/26");
    assertThat(block.shifts()).contains(Shift.OWNER);
    assertThat(block.after().orElseThrow().troubles())
        .doesNotContain(Trouble.OWNER_GONE, Trouble.NO_POOL);
    assertThat(map.pools().stream().flatMap(pool -> pool.places().stream()))
        .noneMatch(PoolArea.Room.class::isInstance);
  }

  @Test
  void whatAPlanHoldsOfTheStateBeforeItIsWhatWasThere() throws Exception {
    IpamState whole = state("incident-wrong-deletion");
    Plan plan =
        Repairs.plan(
            whole, "reassign-affinity", "--block", "10.64.64.0/26", "--to", "kubernetes1002");
    IpamState before = Simulation.before(plan);
    assertThat(before.keys()).isPositive();
    before
        .all()
        .forEach(
            stored ->
                assertThat(stored.bytes())
                    .as(stored.key().display())
                    .isEqualTo(whole.at(stored.key()).orElseThrow().bytes()));
  }

  @Test
  void theRoomBetweenBlocksAndTheBlocksFillThePool() {
    for (PoolArea pool : AddressMap.of(state("incident-typo")).pools()) {
      if (!pool.blocks().isEmpty()) {
        assertThat(pool.places()).as(pool.name()).hasSameSizeAs(pool.blocks());
      }
    }
    AddressMap healthy = AddressMap.of(state("healthy-dual"));
    for (PoolArea pool : healthy.pools()) {
      PoolView view = pool.before().orElseThrow();
      BigInteger blocks =
          pool.places().stream()
              .map(place -> place instanceof PoolArea.Room room ? room.blocks() : BigInteger.ONE)
              .reduce(BigInteger.ZERO, BigInteger::add);
      assertThat(blocks)
          .as(pool.name())
          .isEqualTo(
              BigInteger.ONE.shiftLeft(
                  (int) view.blockSize() - view.network().orElseThrow().prefixLength()));
    }
  }

  @Test
  void blocksThatOverlapAreBothInTrouble() {
    AddressMap map = AddressMap.of(state("pool-resized"));
    Set<Cidr> overlapping =
        map.blocks()
            .filter(block -> block.troubles().contains(Trouble.OVERLAPS))
            .map(BlockArea::cidr)
            .collect(Collectors.toCollection(TreeSet::new));
    for (Cidr one : overlapping) {
      assertThat(overlapping)
          .as("a block overlaps another")
          .anyMatch(other -> !other.equals(one) && other.overlaps(one));
    }
    assertThat(overlapping).as("the case has blocks that overlap").isNotEmpty();
  }
}
