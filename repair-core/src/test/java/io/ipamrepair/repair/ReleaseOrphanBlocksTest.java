package io.ipamrepair.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanCheck;
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
import org.junit.jupiter.params.provider.ValueSource;

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
  void aNodeThatCannotBeReadGetsNoKeyAndNoFindingSaysThatItWould() {
    IpamState healthy = state("crash-S8");
    IpamState state =
        healthy.with(
            Map.of(
                healthy.layout().nodeKey("kubernetes2003"), Optional.of(Bytes.utf8("not json"))));
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class, () -> Repairs.plan(state, "release-orphan-blocks", "--all"));
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).contains("its node kubernetes2003 cannot be read");
    assertThat(Check.of(state))
        .filteredOn(finding -> finding.rule().equals("A4"))
        .singleElement()
        .extracting(Finding::remedy)
        .isInstanceOf(Remedy.None.class);
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

  private static IpamState edited(IpamState state, String cidr, String from, String to) {
    Bytes key = state.layout().key(Cidr.of(cidr));
    String old = state.at(key).orElseThrow().bytes().orElseThrow().display();
    assertThat(old).containsPattern(from);
    return state.with(Map.of(key, Optional.of(Bytes.utf8(old.replaceFirst(from, to)))));
  }

  /** A restored backup: the block has an address free that a pod uses. */
  @Test
  void aBlockThatSeemsEmptyWhileAPodUsesItIsLeftAndNamed() {
    IpamState state = state("restored-backup");
    var used =
        state.endpoints().values().stream()
            .flatMap(stored -> stored.value().stream())
            .flatMap(endpoint -> endpoint.addresses().stream())
            .filter(address -> state.blocks().keySet().stream().anyMatch(b -> b.contains(address)))
            .findFirst()
            .orElseThrow();
    Cidr cidr =
        state.blocks().keySet().stream()
            .filter(each -> each.contains(used))
            .findFirst()
            .orElseThrow();
    String empty =
        "{\"cidr\":\""
            + cidr
            + "\",\"affinity\":null,\"allocations\":["
            + "null,".repeat(63)
            + "null],\"unallocated\":[],\"attributes\":[],\"deleted\":false}";
    IpamState emptied =
        state.with(Map.of(state.layout().key(cidr), Optional.of(Bytes.utf8(empty))));
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(emptied, "release-orphan-blocks", "--block", cidr.toString()));
    assertThat(refused.getMessage())
        .contains("in use although the block has")
        .contains(used.toString());
  }

  @Test
  void anAddressThatIsUsedAndFreeAtOnceIsFreeOnceAfterwards() throws Exception {
    IpamState state =
        edited(state("crash-S13"), "10.192.68.64/26", "\"unallocated\":\\[", "\"unallocated\":[3,");
    IpamState after =
        Simulation.after(
            state, Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked"));
    assertThat(block(after, "10.192.68.64/26").unallocated()).containsOnlyOnce(3).endsWith(3);
  }

  /** 64 leaks of one block: handles and guards of all of them do not fit one transaction. */
  @Test
  void aWholeBlockOfLeaksIsFreedInSeveralStepsAndTheBlockGoesLast() throws Exception {
    IpamState state = wholeBlockOfLeaks("null");
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked");
    assertThat(plan.steps()).hasSize(3);
    IpamState after = Simulation.after(state, plan);
    assertThat(after.blocks()).doesNotContainKey(Cidr.of("10.192.68.64/26"));
    assertThat(after.handles().keySet()).noneMatch(id -> id.startsWith("k8s-pod-network.leak"));
    assertThat(plan.findings().introduced()).isEmpty();
  }

  @Test
  void aWholeBlockOfLeaksOfALivingNodeIsFreedAndStays() throws Exception {
    IpamState state = wholeBlockOfLeaks("\"host:kubernetes2002\"");
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked");
    IpamState after = Simulation.after(state, plan);
    assertThat(block(after, "10.192.68.64/26").isEmpty()).isTrue();
    assertThat(block(after, "10.192.68.64/26").unallocated()).hasSize(64).doesNotHaveDuplicates();
    assertThat(plan.findings().introduced()).isEmpty();
  }

  private static IpamState wholeBlockOfLeaks(String owner) {
    IpamState state = state("crash-S13");
    Cidr cidr = Cidr.of("10.192.68.64/26");
    java.util.TreeMap<Bytes, Optional<Bytes>> writes = new java.util.TreeMap<>();
    StringBuilder attributes = new StringBuilder();
    StringBuilder allocations = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      String handle = "k8s-pod-network.leak" + i;
      attributes.append(
          (i == 0 ? "" : ",")
              + "{\"handle_id\":\""
              + handle
              + "\",\"secondary\":{\"namespace\":\"lost\",\"node\":\"kubernetes2002\",\"pod\":\"p"
              + i
              + "\",\"timestamp\":\"2026-01-01 00:00:00 +0000 UTC\"}}");
      allocations.append((i == 0 ? "" : ",") + i);
      writes.put(
          state.layout().handleKey(handle),
          Optional.of(Bytes.utf8("{\"block\":{\"" + cidr + "\":1},\"deleted\":false}")));
    }
    String block =
        "{\"cidr\":\""
            + cidr
            + "\",\"affinity\":"
            + owner
            + ",\"allocations\":["
            + allocations
            + "],\"unallocated\":[],\"attributes\":["
            + attributes
            + "],\"sequenceNumber\":7,\"sequenceNumberForAllocation\":{},\"deleted\":false}";
    writes.put(state.layout().key(cidr), Optional.of(Bytes.utf8(block)));
    state.endpoints().values().stream()
        .filter(
            stored ->
                stored.value().stream()
                    .flatMap(endpoint -> endpoint.addresses().stream())
                    .anyMatch(cidr::contains))
        .forEach(stored -> writes.put(stored.key(), Optional.empty()));
    state.nodes().values().stream()
        .filter(
            stored ->
                stored.value().stream()
                    .flatMap(node -> node.tunnelIps().stream())
                    .anyMatch(cidr::contains))
        .forEach(
            stored ->
                writes.put(
                    stored.key(),
                    Optional.of(
                        Bytes.utf8(
                            stored
                                .bytes()
                                .orElseThrow()
                                .display()
                                .replaceFirst(",\"ipv4IPIPTunnelAddr\":\"[0-9.]*\"", "")))));
    return state.with(writes);
  }

  @Test
  void aBlockOfAnotherSizeThanItsPoolsGetsNoKeyThatWouldBringItBackForEver() {
    IpamState state = state("crash-S8");
    Bytes pool = state.layout().poolKey(state.pools().firstKey());
    String value = state.at(pool).orElseThrow().bytes().orElseThrow().display();
    IpamState resized =
        state.with(
            Map.of(
                pool,
                Optional.of(
                    Bytes.utf8(value.replaceFirst("\"blockSize\":26", "\"blockSize\":28")))));
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(resized, "release-orphan-blocks", "--block", "10.192.68.192/26"));
    assertThat(refused.getMessage()).contains("no pool over it has blocks of /26");
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

  @ParameterizedTest
  @ValueSource(strings = {"null", "-0", "0", "-5", "9223372036854775807", "-9223372036854775808"})
  void whateverAHandleCountsInABlockThatGoesIsForgotten(String count) throws Exception {
    IpamState orphan = state("crash-S10");
    Bytes handle = orphan.layout().handleKey("odd");
    IpamState state =
        orphan.with(
            Map.of(
                handle,
                Optional.of(
                    Bytes.utf8(
                        "{\"block\":{\"10.192.68.0/26\":" + count + "},\"deleted\":false}"))));
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all");
    assertThat(PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard()).plan()).isEqualTo(plan);
    assertThat(Simulation.after(state, plan).at(handle)).isEmpty();
  }

  @Test
  void ofSeveralCountsOnlyThatOfTheBlockThatGoesIsForgotten() throws Exception {
    IpamState orphan = state("crash-S10");
    Bytes handle = orphan.layout().handleKey("odd");
    String kept = "\"10.192.68.64/26\":9223372036854775807";
    String value = "{\"block\":{\"10.192.68.0/26\":-9223372036854775808," + kept + "}}";
    IpamState state = orphan.with(Map.of(handle, Optional.of(Bytes.utf8(value))));
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all");
    assertThat(PlanFile.read(PlanFile.bytes(plan), EtcdLimits.standard()).plan()).isEqualTo(plan);
    assertThat(Simulation.after(state, plan).at(handle).orElseThrow().bytes())
        .contains(Bytes.utf8("{\"block\":{" + kept + "}}"));
  }

  @Test
  void anOwnerThatCalicoDoesNotKnowIsHeldByTheBlocksBytes() throws Exception {
    IpamState healthy = state("crash-S16");
    Stored<Block> block = healthy.blocks().get(Cidr.of("10.192.68.192/26"));
    String odd = block.bytes().orElseThrow().display().replace("host:kubernetes2003", "somebody");
    IpamState state = healthy.with(Map.of(block.key(), Optional.of(Bytes.utf8(odd))));
    Plan plan = Repairs.plan(state, "release-orphan-blocks", "--all");
    assertThat(plan.steps().get(0).requires())
        .contains(new Requirement.KeyIs(block.key(), Bytes.utf8(odd)));
    assertThat(PlanCheck.moved(plan, state)).isEmpty();
  }

  @Test
  void entriesBeyondABlocksSizeAreNotFreed() {
    IpamState leaking = state("crash-S13");
    Stored<Block> block = leaking.blocks().get(Cidr.of("10.192.68.64/26"));
    // The leaked address, ordinal 3, moves behind the last one.
    String longer =
        block
            .bytes()
            .orElseThrow()
            .display()
            .replace("\"allocations\":[0,1,2,3,", "\"allocations\":[0,1,2,null,")
            .replace("null],\"unallocated\":[", "null,3],\"unallocated\":[3,");
    IpamState state = leaking.with(Map.of(block.key(), Optional.of(Bytes.utf8(longer))));
    assertThat(state.blocks().get(Cidr.of("10.192.68.64/26")).value().orElseThrow().slots())
        .isEqualTo(65);
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Repairs.plan(state, "release-orphan-blocks", "--all", "--free-leaked"));
    assertThat(refused).isNotNull();
  }
}
