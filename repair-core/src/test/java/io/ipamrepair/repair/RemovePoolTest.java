package io.ipamrepair.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemovePoolTest {
  private static final IpamState TYPO = new Golden("v3.32.1", "incident-typo").state();
  private static final IpamState HEALTHY = new Golden("v3.32.1", "healthy-v4").state();

  private static RefusedException refused(IpamState state, String... words) {
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> Repairs.plan(state, words));
    assertThat(refused).as("must be refused: %s", List.of(words)).isNotNull();
    return refused;
  }

  private static IpamState withPool(IpamState state, String name, String spec) {
    String json =
        "{\"kind\":\"IPPool\",\"apiVersion\":\"projectcalico.org/v3\",\"metadata\":{\"name\":\""
            + name
            + "\",\"uid\":\"u\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},\"spec\":{"
            + spec
            + "}}";
    return state.with(Map.of(state.layout().poolKey(name), Optional.of(Bytes.utf8(json))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.64.64.1/24", "10.64.64.0/24", "10.64.64.9", "10.64.0.0/16"})
  void aCidrIsRefusedWithThePoolsThatItCouldMean(String cidr) {
    RefusedException refused = refused(TYPO, "remove-pool", cidr);
    assertThat(refused.fault()).isEqualTo(RefusedException.Fault.ARGUMENTS);
    assertThat(refused.reasons())
        .anyMatch(line -> line.contains("eqiad-pods "))
        .anyMatch(line -> line.contains("eqiad-pods-second") && line.contains("host bits"));
  }

  @Test
  void anUnknownNameIsRefusedWithThePoolsThatThereAre() {
    RefusedException refused = refused(TYPO, "remove-pool", "eqiad-podz");
    assertThat(refused.fault()).isEqualTo(RefusedException.Fault.DATA);
    assertThat(refused.getMessage()).contains("eqiad-pods, eqiad-pods-second");
  }

  @Test
  void theMistypedPoolGoesInOneStepAndNothingElseChanges() throws Exception {
    Plan plan = Repairs.plan(TYPO, "remove-pool", "eqiad-pods-second");
    assertThat(plan.steps()).hasSize(1);
    assertThat(plan.steps().get(0).writes()).hasSize(1);
    assertThat(plan.impact().addresses()).isZero();
    assertThat(plan.findings().resolved())
        .extracting(Plan.FindingRef::rule)
        .containsOnly("P1", "P2", "B10")
        .hasSize(7);
    assertThat(plan.findings().introduced()).isEmpty();
    assertThat(plan.steps().get(0).requires())
        .containsExactly(
            new Requirement.KeyIs(
                TYPO.layout().poolKey("eqiad-pods"),
                TYPO.pools().get("eqiad-pods").bytes().orElseThrow()));
  }

  @Test
  void removingTheRightPoolHandsItsAddressesOverAndSaysSo() throws Exception {
    Plan plan = Repairs.plan(TYPO, "remove-pool", "eqiad-pods");
    assertThat(plan.impact().addresses()).isEqualTo(41);
    assertThat(plan.impact().effects())
        .anyMatch(line -> line.contains("pool eqiad-pods-second comes to govern"));
  }

  @Test
  void eachSettingThatDiffersIsNamedWithWhatItDoesToTraffic() throws Exception {
    IpamState state =
        withPool(
            HEALTHY,
            "zz-other",
            "\"cidr\":\"10.64.0.0/15\",\"ipipMode\":\"Never\",\"vxlanMode\":\"Always\",\"natOutgoing\":false,\"blockSize\":26,\"nodeSelector\":\"all()\"");
    String pool = HEALTHY.pools().firstKey();
    List<String> effects = Repairs.plan(state, "remove-pool", pool).impact().effects();
    assertThat(effects).anyMatch(line -> line.contains("vxlanMode Never → Always: encapsulation"));
    assertThat(effects).anyMatch(line -> line.contains("ipipMode") && line.contains("→ Never"));
  }

  @Test
  void aPoolWithLiveAddressesIsRefusedAndNamesThem() {
    String pool = HEALTHY.pools().firstKey();
    RefusedException refused = refused(HEALTHY, "remove-pool", pool);
    assertThat(refused.fault()).isEqualTo(RefusedException.Fault.DATA);
    assertThat(refused.getMessage())
        .contains("only pool over")
        .contains("cut off from other nodes")
        .contains("--keep-blocks");
  }

  @Test
  void withKeepBlocksItGoesInTwoStepsAndEachLosingAddressIsNamed() throws Exception {
    String pool = HEALTHY.pools().firstKey();
    Plan plan = Repairs.plan(HEALTHY, "remove-pool", pool, "--keep-blocks");
    assertThat(plan.steps()).hasSize(2);
    assertThat(plan.steps().get(0).writes().get(0).after().orElseThrow().display())
        .contains("\"disabled\":true");
    assertThat(plan.steps().get(1).quietFirst()).isTrue();
    assertThat(plan.steps().get(1).requires())
        .anyMatch(Requirement.NoOtherBlocks.class::isInstance);
    assertThat(plan.acceptedRisk()).isEqualTo("--keep-blocks");
    long losing =
        plan.impact().effects().stream().filter(line -> line.startsWith("  loses: ")).count();
    assertThat(losing).isEqualTo(plan.impact().addresses());
    assertThat(plan.findings().introduced()).extracting(Plan.FindingRef::rule).contains("B10");
  }

  @Test
  void anEmptyBlockInThePoolGoesWithItsAffinity() throws Exception {
    IpamState state = new Golden("v3.32.1", "empty").state();
    String pool = state.pools().firstKey();
    var network = state.knownPools().byName(pool).orElseThrow().network();
    var cidr = new io.ipamrepair.cidr.Cidr(network.base(), 26);
    var affinity = new io.ipamrepair.calico.AffinityId(io.ipamrepair.calico.Owner.node("n1"), cidr);
    String block =
        "{\"cidr\":\""
            + cidr
            + "\",\"affinity\":\"host:n1\",\"allocations\":["
            + "null,".repeat(63)
            + "null],\"unallocated\":["
            + java.util.stream.IntStream.range(0, 64)
                .mapToObj(String::valueOf)
                .collect(java.util.stream.Collectors.joining(","))
            + "],\"attributes\":null,\"sequenceNumber\":7,\"sequenceNumberForAllocation\":{},\"deleted\":false}";
    IpamState with =
        state.with(
            Map.of(
                state.layout().key(cidr),
                Optional.of(Bytes.utf8(block)),
                state.layout().key(affinity),
                Optional.of(Bytes.utf8("{\"state\":\"confirmed\",\"deleted\":false}"))));
    Plan plan = Repairs.plan(with, "remove-pool", pool);
    IpamState after = Simulation.after(with, plan);
    assertThat(after.blocks()).isEmpty();
    assertThat(after.affinities()).isEmpty();
    assertThat(after.pools()).isEmpty();
    assertThat(io.ipamrepair.plan.PlanCheck.moved(plan, with))
        .as("the plan is applicable on the state that it was made from")
        .isEmpty();
  }

  @Test
  void aPoolThatADeletionLeftDisabledGoesInOneStepOnceItIsEmpty() throws Exception {
    IpamState state =
        withPool(
            new Golden("v3.32.1", "empty").state(),
            "left-over",
            "\"cidr\":\"10.99.0.0/24\",\"disabled\":true");
    assertThat(Repairs.plan(state, "remove-pool", "left-over").steps()).hasSize(1);
  }

  @Test
  void anUnreadableBlockInThePoolStopsIt() {
    IpamState state = new Golden("v3.32.1", "corrupt-block-fallout").state();
    assertThat(refused(state, "remove-pool", state.pools().firstKey()).getMessage())
        .contains("unreadable");
  }
}
