package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.affinityKey;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemediesTest {
  private static final String CIDR = "10.0.0.0/30";
  private static final String RELEASE = "release-orphan-blocks --block " + CIDR;

  private static String to(String node) {
    return "reassign-affinity --block " + CIDR + " --to " + node;
  }

  @Test
  void theMistypedPoolIsTheOneToRemove() {
    assertThat(
            Check.of(new Golden("v3.32.1", "incident-typo").state()).stream()
                .map(Finding::remedy)
                .distinct())
        .containsExactly(Remedy.Command.of("remove-pool", "eqiad-pods-second"));
  }

  @Test
  void theOnlyPoolOverAddressesInUseIsNotToBeRemoved() {
    Finding p1 = Check.of(new Golden("v3.32.1", "incident-wrong-deletion").state()).get(0);
    assertThat(p1.remedy())
        .isEqualTo(
            new Remedy.None(
                "Do not remove it: it is the only pool over 39 addresses in use, and keeps them"
                    + " reachable."));
  }

  @Test
  void ofTwoSparePoolsTheLaterMadeGoesAndThenTheLastByName() {
    Cluster cluster =
        new Cluster()
            .node("n1")
            .pool("a", "10.0.0.0/24", "")
            .pool("b", "10.0.0.0/24", "")
            .owned(CIDR, "n1", pod("h", "n1"));
    assertThat(cluster.findings())
        .filteredOn(finding -> finding.rule().equals("P2"))
        .extracting(Finding::remedy)
        .containsOnly(Remedy.Command.of("remove-pool", "b"));
    String younger =
        Cluster.resource("IPPool", "a", "{\"cidr\":\"10.0.0.0/24\",\"blockSize\":30}")
            .replace("2026-01-01", "2026-02-01");
    cluster.put(Cluster.RESOURCES + "ippools/a", younger);
    assertThat(cluster.remedy("B10")).isEqualTo("remove-pool a");
  }

  @Test
  void aPoolWithAddressesOfItsOwnIsNotSpare() {
    Cluster cluster =
        new Cluster()
            .node("n1")
            .pool("inner", "10.0.0.0/25", "")
            .pool("outer", "10.0.0.1/24", "")
            .owned(CIDR, "n1", pod("h", "n1"))
            .owned("10.0.0.128/30", "n1", pod("h2", "n1"));
    assertThat(cluster.remedy("B10")).isEqualTo("remove-pool inner");
    assertThat(cluster.remedy("P1"))
        .startsWith("Do not remove it: it is the only pool over 1 address");
  }

  @Test
  void poolsWhoseBlocksNeedBothAreLeftToTheOperator() {
    assertThat(Check.of(new Golden("v3.32.1", "overlapping-pools").state()))
        .filteredOn(finding -> finding.rule().equals("P2"))
        .extracting(Finding::remedy)
        .allSatisfy(remedy -> assertThat(remedy).isInstanceOf(Remedy.None.class));
  }

  @ParameterizedTest
  @CsvSource({
    "crash-S3, A5, reassign-affinity --block 10.192.68.0/26 --to kubernetes2005",
    "crash-S2, A5, reassign-affinity --block 10.192.68.0/26 --to kubernetes2004",
    "crash-S5, A5, reassign-affinity --block 10.192.68.64/26 --to kubernetes2002",
    "crash-S6, A5, release-orphan-blocks --block 10.192.68.0/26",
    "crash-S6-confirmed, A3, release-orphan-blocks --block 10.192.68.0/26",
    "crash-S6-taken-over, A5, reassign-affinity --block 10.192.68.0/26 --to kubernetes2005",
    "crash-S7, A5, reassign-affinity --block 10.192.68.64/26 --to kubernetes2002",
    "crash-S8, A4, release-orphan-blocks --block 10.192.68.192/26",
    "crash-S9, B16, reassign-affinity --block 10.192.68.64/26 --to kubernetes2002",
    "crash-S10, B13, release-orphan-blocks --block 10.192.68.0/26",
    "crash-S16, B14, release-orphan-blocks --block 10.192.68.192/26",
    "crash-S1-host-gone, A7, release-orphan-blocks --block 10.192.68.0/26"
  })
  void theCrashStatesHaveTheirCommands(String name, String rule, String command) {
    assertThat(Check.of(new Golden("v3.32.1", name).state()))
        .filteredOn(finding -> finding.rule().equals(rule))
        .extracting(Finding::remedy)
        .containsExactly(Remedy.Command.of(command.split(" ")));
  }

  @Test
  void aPendingClaimOfALivingNodeHealsByItself() {
    assertThat(Cluster.with("n1").affinity("n1", CIDR, "pending").remedy("A5"))
        .startsWith("It heals by itself");
  }

  @Test
  void aDeadOwnersBlockGoesToTheLivingClaimant() {
    Cluster cluster =
        Cluster.with("n1")
            .block(CIDR, "\"host:gone\"", pod("h", "n1"))
            .affinity("n1", CIDR, "confirmed");
    assertThat(cluster.remedy("A3")).isEqualTo(to("n1"));
    assertThat(cluster.remedy("A4")).isEqualTo(RELEASE);
  }

  @Test
  void allClaimantsAreToldTheSameNode() {
    Cluster cluster =
        Cluster.with("n1", "n2")
            .affinity("n1", CIDR, "confirmed")
            .affinity("n2", CIDR, "confirmed")
            .block(CIDR, "null", pod("h1", "n2"), pod("h2", "n2"), pod("h3", "n1"));
    assertThat(cluster.findings())
        .filteredOn(finding -> finding.rule().startsWith("A"))
        .extracting(Finding::remedy)
        .containsOnly(Remedy.Command.of(to("n2").split(" ")));
  }

  @Test
  void aRivalOfAnOwnerWithoutKeyIsSettledByReassigning() {
    Cluster cluster =
        Cluster.with("n1", "n2")
            .block(CIDR, "\"host:n1\"", pod("h", "n1"))
            .affinity("n2", CIDR, "confirmed");
    assertThat(cluster.remedy("A4")).isEqualTo(to("n1"));
    assertThat(cluster.remedy("A3")).isEqualTo(to("n1"));
  }

  @ParameterizedTest
  @CsvSource({"'\"disabled\":true'", "'\"blockSize\":29'", "'\"nodeSelector\":\"has(nothing)\"'"})
  void whatReassignAffinityRefusesIsNotNamed(String pool) {
    Cluster cluster =
        new Cluster()
            .node("n1")
            .pool("p", "10.0.0.0/24", pool)
            .affinity("n1", CIDR, "pendingDeletion")
            .block(CIDR, "null", pod("h", "n1"));
    assertThat(cluster.remedy("A5")).startsWith("No command: no enabled pool");
  }

  @Test
  void aNodeAtItsBlockLimitGetsNoMore() {
    Cluster cluster =
        Cluster.with("n1")
            .put(
                Cluster.IPAM + "config",
                "{\"strict_affinity\":true,\"auto_allocate_blocks\":true,\"maxBlocksPerHost\":1}")
            .owned("10.0.0.4/30", "n1")
            .block(CIDR, "null", pod("h", "n1"));
    assertThat(cluster.remedy("B16")).startsWith("No command");
  }

  @Test
  void blocksInUseInNoPoolNeedAPool() {
    Cluster cluster = Cluster.with("n1").owned("10.9.0.0/30", "n1", pod("h", "n1"));
    assertThat(cluster.remedy("B10")).startsWith("No command moves addresses in use: put a pool");
    assertThat(Cluster.with("n1").owned("10.9.0.0/30", "n1").remedy("B10"))
        .isEqualTo("release-orphan-blocks --block 10.9.0.0/30");
  }

  @Test
  void unreadableBlocksAndVirtualOwnersAreLeftAlone() {
    assertThat(
            Cluster.with("n1")
                .put(blockKey(CIDR), "x")
                .affinity("n1", CIDR, "pending")
                .remedy("A5"))
        .startsWith("No command touches a block that cannot be read");
    assertThat(
            Cluster.with()
                .put(affinityKey("virtual", "load-balancer", CIDR), "{\"state\":\"confirmed\"}")
                .remedy("A3"))
        .startsWith("No command touches an affinity of a virtual owner");
    assertThat(Cluster.with().block(CIDR, "\"virtual:load-balancer\"", pod("h", "n1")).remedy("A4"))
        .startsWith("No command touches a block of a virtual owner");
  }
}
