package io.ipamrepair.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Edit;
import io.ipamrepair.cidr.Cidr;
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
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseOrphanBlocksTest {
  private static IpamState state(String name) {
    return new Golden("v3.32.1", name).state();
  }

  private static Block block(IpamState state, String cidr) {
    return state.blocks().get(Cidr.of(cidr)).value().orElseThrow();
  }

  @Test
  void aBlockInUseOfADeadNodeLosesItsOwnerAndTheDeadNodeItsAffinity() throws Exception {
    IpamState state = state("crash-S16");
    IpamState after =
        Simulation.after(
            state, Repairs.plan(state, "release-orphan-blocks", "--node", "kubernetes2003"));
    assertThat(block(after, "10.192.68.192/26").owner()).isEmpty();
    assertThat(block(after, "10.192.68.192/26").held())
        .isEqualTo(block(state, "10.192.68.192/26").held());
    assertThat(block(after, "10.192.68.192/26").sequenceNumber())
        .isEqualTo(block(state, "10.192.68.192/26").sequenceNumber().add(java.math.BigInteger.ONE));
    assertThat(after.affinitiesOn(Cidr.of("10.192.68.192/26"))).isEmpty();
  }

  @Test
  void anEmptyBlockOfADeadNodeIsDeleted() throws Exception {
    IpamState state = state("crash-S8-host-gone");
    IpamState after =
        Simulation.after(
            state, Repairs.plan(state, "release-orphan-blocks", "--block", "10.192.68.0/26"));
    assertThat(after.blocks()).doesNotContainKey(Cidr.of("10.192.68.0/26"));
  }

  @Test
  void aBlockOfALivingNodeGetsItsAffinityBackAndTheBlockIsWrittenToo() throws Exception {
    Plan plan = Repairs.plan(state("crash-S8"), "release-orphan-blocks", "--all");
    assertThat(plan.steps().get(0).writes()).hasSize(2);
    assertThat(plan.steps().get(0).writes().get(0).edits()).containsExactly(new Edit.TouchBlock());
    assertThat(plan.steps().get(0).writes().get(1).after().orElseThrow())
        .hasToString("{\"state\":\"confirmed\",\"deleted\":false}");
  }

  @Test
  void anEmptyBlockWithoutOwnerIsDeleted() throws Exception {
    Plan plan = Repairs.plan(state("crash-S10"), "release-orphan-blocks", "--all");
    assertThat(plan.findings().resolved()).extracting(Plan.FindingRef::rule).containsExactly("B13");
  }

  @ParameterizedTest
  @CsvSource({"crash-S1, pending", "crash-S9, belongs to nobody"})
  void whatIsLeftIsNamedWithTheReason(String name, String reason) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(state(name), "release-orphan-blocks", "--all"));
    assertThat(refused.fault()).isEqualTo(RefusedException.Fault.DATA);
    assertThat(refused.getMessage()).contains("Nothing to release").contains(reason);
  }

  @Test
  void aBlockInUseInNoPoolOfALivingNodeIsLeft() {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () ->
                Repairs.plan(
                    state("incident"), "release-orphan-blocks", "--block", "10.64.64.128/26"));
    assertThat(refused.getMessage()).contains("lies in no pool");
  }

  @Test
  void aLeakedAddressIsFreedWithItsHandleAndGoesToTheEndOfTheQueue() throws Exception {
    IpamState state = state("crash-S13");
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked");
    IpamState after = Simulation.after(state, plan);
    Block block = block(after, "10.192.68.64/26");
    assertThat(block.isAllocated(3)).isFalse();
    assertThat(block.unallocated()).endsWith(3);
    assertThat(after.handles()).hasSize(state.handles().size() - 1);
    assertThat(plan.findings().introduced()).isEmpty();
    assertThat(plan.steps().get(0).requires())
        .anyMatch(requirement -> requirement.words().contains("10.192.68.67 used by no endpoint"));
  }

  @Test
  void aLeakThatIsTooYoungStays() {
    IpamState state = state("crash-S13");
    Repair young =
        new ReleaseOrphanBlocks(
            new Selection.All(),
            Optional.of(
                new ReleaseOrphanBlocks.Leaks(java.time.Duration.ofDays(365), Repairs.NOW)));
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> young.judge(state));
    assertThat(refused.getMessage()).contains("held for less than");
  }

  @ParameterizedTest
  @CsvSource({
    "healthy-v4",
    "healthy-dual",
    "healthy-windows",
    "healthy-borrowed",
    "healthy-escapes",
    "kubevirt-migration"
  })
  void nothingOfAHealthyClusterIsEverFreed(String name) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(state(name), "release-orphan-blocks", "--all", "--free-leaked"));
    assertThat(refused).as("a plan was made").isNotNull();
  }

  @Test
  void ipv6TunnelsServicesAndUnknownHoldersKeepTheirAddresses() throws Exception {
    IpamState state = state("node-deleted");
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked");
    IpamState after = Simulation.after(state, plan);
    List<String> tunnels = List.of("fd00:10:68::bba0", "fd00:10:68::bba1");
    for (Block block :
        after.blocks().values().stream().flatMap(stored -> stored.value().stream()).toList()) {
      for (String tunnel : tunnels) {
        var address = io.ipamrepair.cidr.IpAddress.read(tunnel).orElseThrow();
        if (block.cidr().contains(address)) {
          assertThat(block.holds(block.cidr().ordinal(address))).as(tunnel).isTrue();
        }
      }
    }
    assertThat(plan.left()).anyMatch(line -> line.contains("tunnel"));
  }

  @Test
  void anEndpointThatCannotBeReadMightUseAnyAddress() {
    IpamState state = state("crash-S13");
    IpamState blind =
        state.with(
            Map.of(
                state.layout().key(new io.ipamrepair.calico.EndpointId("default", "k-k8s-x-eth0")),
                Optional.of(Bytes.utf8("{"))));
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(blind, "release-orphan-blocks", "--all", "--free-leaked"));
    assertThat(refused.getMessage()).contains("cannot be read, and might use it");
  }
}
