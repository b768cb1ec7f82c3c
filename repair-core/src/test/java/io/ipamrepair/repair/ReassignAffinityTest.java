package io.ipamrepair.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReassignAffinityTest {
  private static IpamState state(String name) {
    return new Golden("v3.32.1", name).state();
  }

  private static String refusal(IpamState state, String... words) {
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> Repairs.plan(state, words));
    assertThat(refused).as("must be refused: %s", List.of(words)).isNotNull();
    return refused.getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "incident-wrong-deletion, 10.64.64.64/26, kubernetes1003",
    "incident-wrong-deletion, 10.64.64.0/26, kubernetes1002",
    "incident-wrong-deletion, 10.64.64.128/26, kubernetes1001",
    "crash-S4, 10.192.68.0/26, kubernetes2005",
    "crash-S4, 10.192.68.0/26, kubernetes2004",
    "crash-S5, 10.192.68.64/26, kubernetes2002",
    "crash-S6-taken-over, 10.192.68.0/26, kubernetes2005"
  })
  void afterwardsTheNodeIsTheOneOwner(String name, String block, String node) throws Exception {
    IpamState state = state(name);
    Plan plan = Repairs.plan(state, "reassign-affinity", "--block", block, "--to", node);
    IpamState after = Simulation.after(state, plan);
    Cidr cidr = Cidr.of(block);
    assertThat(after.blocks().get(cidr).value().orElseThrow().owner()).contains(Owner.node(node));
    assertThat(after.affinitiesOn(cidr)).hasSize(1);
    Stored<Affinity> affinity = after.affinitiesOn(cidr).get(0);
    assertThat(affinity.object().text()).isEqualTo("affinity:host:" + node + ":" + block);
    assertThat(affinity.value().orElseThrow().state()).isEqualTo(Affinity.State.CONFIRMED);
    assertThat(plan.steps()).as("one transaction").hasSize(1);
    assertThat(
            plan.steps().get(0).writes().stream()
                .anyMatch(write -> write.key().equals(state.layout().key(cidr))))
        .as("the block is written, so that a release in flight fails")
        .isTrue();
  }

  @Test
  void allBlocksOfANodeChangeHandsInOneTransaction() throws Exception {
    IpamState state = state("incident-before");
    Plan plan =
        Repairs.plan(
            state, "reassign-affinity", "--from", "kubernetes1001", "--to", "kubernetes1005");
    assertThat(plan.steps()).hasSize(1);
    assertThat(plan.impact().nodes()).contains("kubernetes1001", "kubernetes1005");
    assertThat(plan.impact().effects())
        .anyMatch(line -> line.contains("live address") && line.contains("/32"));
  }

  /** It may just be making it, and would confirm it without another look at the block. */
  @Test
  void aKeyThatThePresentOwnerLacksMustBeAbsentStill() throws Exception {
    IpamState state = state("crash-S8");
    Plan plan =
        Repairs.plan(
            state, "reassign-affinity", "--block", "10.192.68.192/26", "--to", "kubernetes2002");
    AffinityId owners = new AffinityId(Owner.node("kubernetes2003"), Cidr.of("10.192.68.192/26"));
    assertThat(state.affinities()).doesNotContainKey(owners);
    assertThat(plan.steps().get(0).requires())
        .contains(new Requirement.KeyAbsent(state.layout().key(owners)))
        .anyMatch(
            requirement ->
                requirement instanceof Requirement.KeyIs is
                    && is.key().equals(state.layout().configKey()));
  }

  @Test
  void anyEnabledPoolOfTheSizeThatSelectsTheNodeWillDo() throws Exception {
    IpamState state = state("incident-wrong-deletion");
    IpamState two =
        state.with(
            Map.of(
                state.layout().poolKey("a-first"),
                Optional.of(
                    Bytes.utf8(
                        "{\"kind\":\"IPPool\",\"apiVersion\":\"projectcalico.org/v3\",\"metadata\":"
                            + "{\"name\":\"a-first\",\"uid\":\"1\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
                            + "\"spec\":{\"cidr\":\"10.64.64.0/24\",\"nodeSelector\":\"has(nothing)\"}}"))));
    assertThat(
            Repairs.plan(
                    two, "reassign-affinity", "--block", "10.64.64.64/26", "--to", "kubernetes1003")
                .steps())
        .hasSize(1);
  }

  @Test
  void theClaimTimeIsBoundAtCommitWhereTheReleaseKnowsIt() throws Exception {
    Plan now =
        Repairs.plan(
            state("incident-wrong-deletion"),
            "reassign-affinity",
            "--block",
            "10.64.64.64/26",
            "--to",
            "kubernetes1003");
    assertThat(now.steps().get(0).writes().get(0).boundAtCommit())
        .containsExactly("affinity_claim_time");
    Plan old =
        Repairs.plan(
            new Golden("v3.29.7", "incident-wrong-deletion").state(),
            "reassign-affinity",
            "--block",
            "10.64.64.0/26",
            "--to",
            "kubernetes1002");
    assertThat(old.steps().get(0).writes().get(0).boundAtCommit()).isEmpty();
    assertThat(old.steps().get(0).writes().get(0).after().orElseThrow().display())
        .doesNotContain("affinity_claim_time");
  }

  @Test
  void whatIsRefusedSaysWhy() {
    IpamState state = state("incident-wrong-deletion");
    assertThat(refusal(state, "reassign-affinity", "--block", "10.64.64.64/26", "--to", "nobody"))
        .contains("There is no node nobody")
        .contains("kubernetes1001");
    assertThat(
            refusal(
                state, "reassign-affinity", "--block", "10.64.99.0/26", "--to", "kubernetes1003"))
        .contains("There is no block 10.64.99.0/26");
    assertThat(
            refusal(
                state, "reassign-affinity", "--block", "10.64.64.128/26", "--to", "kubernetes1004"))
        .contains("Nothing to do");
    assertThat(
            refusal(
                state, "reassign-affinity", "--from", "kubernetes1006", "--to", "kubernetes1004"))
        .contains("owns no block");
    assertThat(
            refusal(
                state("incident"),
                "reassign-affinity",
                "--block",
                "10.64.64.0/26",
                "--to",
                "kubernetes1002"))
        .contains("No enabled pool")
        .contains("it lies in no pool");
  }

  @Test
  void aNodeThatThePoolDoesNotSelectIsRefusedAndSoIsASelectorThatDoesNotParse() {
    IpamState state = state("incident-wrong-deletion");
    assertThat(
            refusal(
                withSelector(state, "kubernetes.io/os == 'windows'"),
                "reassign-affinity",
                "--block",
                "10.64.64.64/26",
                "--to",
                "kubernetes1003"))
        .contains("does not select node kubernetes1003");
    assertThat(
            refusal(
                withSelector(state, "os = linux"),
                "reassign-affinity",
                "--block",
                "10.64.64.64/26",
                "--to",
                "kubernetes1003"))
        .contains("\"os = linux\"");
  }

  private static IpamState withSelector(IpamState state, String selector) {
    String pool = state.pools().firstKey();
    String json =
        state
            .pools()
            .get(pool)
            .bytes()
            .orElseThrow()
            .display()
            .replace("\"all()\"", "\"" + selector + "\"");
    return state.with(Map.of(state.layout().poolKey(pool), Optional.of(Bytes.utf8(json))));
  }

  @Test
  void aNodeOverItsBlockLimitIsRefused() {
    IpamState state = state("incident-before");
    IpamState limited =
        state.with(
            Map.of(
                state.layout().configKey(),
                Optional.of(
                    Bytes.utf8(
                        "{\"strict_affinity\":true,\"auto_allocate_blocks\":true,\"maxBlocksPerHost\":1}"))));
    assertThat(
            refusal(
                limited, "reassign-affinity", "--from", "kubernetes1001", "--to", "kubernetes1002"))
        .contains("would own 2 ipv4 blocks, more than the limit of 1");
  }

  @Test
  void aLimitThatNoNodeReachesSurvivesTheFile() throws Exception {
    IpamState state = state("incident-wrong-deletion");
    IpamState unlimited =
        state.with(
            Map.of(
                state.layout().configKey(),
                Optional.of(
                    Bytes.utf8(
                        "{\"strict_affinity\":true,\"auto_allocate_blocks\":true,"
                            + "\"maxBlocksPerHost\":9223372036854775807}"))));
    Plan plan =
        Repairs.plan(
            unlimited, "reassign-affinity", "--block", "10.64.64.64/26", "--to", "kubernetes1003");
    assertThat(PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard()).plan()).isEqualTo(plan);
  }

  @Test
  void anOwnerThatIsHalfACharacterPairIsTheSameInTheFile() throws Exception {
    IpamState state = state("incident-wrong-deletion");
    Stored<?> block = state.blocks().get(Cidr.of("10.64.64.64/26"));
    String odd =
        block
            .bytes()
            .orElseThrow()
            .display()
            .replace("\"affinity\":null", "\"affinity\":\"host:\\ud800\"");
    IpamState damaged = state.with(Map.of(block.key(), Optional.of(Bytes.utf8(odd))));
    assertThat(damaged.blocks().get(Cidr.of("10.64.64.64/26")).value().orElseThrow().owner())
        .contains(Owner.node("\ufffd"));
    Plan plan =
        Repairs.plan(
            damaged, "reassign-affinity", "--block", "10.64.64.64/26", "--to", "kubernetes1003");
    assertThat(PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard()).plan()).isEqualTo(plan);
  }
}
