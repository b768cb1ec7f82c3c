package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.IPAM;
import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.affinityKey;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.blockValue;
import static io.ipamrepair.check.Cluster.pod;
import static io.ipamrepair.check.Urgency.ANY_TIME;
import static io.ipamrepair.check.Urgency.NOW;
import static io.ipamrepair.check.Urgency.TODAY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The same rule, broken in states that can wait and in states that cannot. */
class UrgencyTest {
  private static final String CIDR = "10.0.0.0/30";

  private static Cluster nodes() {
    return new Cluster().node("n1").node("n2").release("v3.32.1");
  }

  /** n1 owns the block, and n2 has a confirmed affinity for it. */
  private static Cluster rivals(Cluster cluster) {
    return cluster.owned(CIDR, "n1", pod("h", "n1")).affinity("n2", CIDR, "confirmed");
  }

  private static Urgency of(Cluster cluster, String rule) {
    return cluster.only(rule).urgency();
  }

  @Test
  void twoNodesThatAnnounceABlockCannotWaitWhereBirdRoutes() {
    assertThat(of(rivals(Cluster.with("n1", "n2")), "A3")).isEqualTo(NOW);
    assertThat(of(rivals(nodes().pool("p", "10.0.0.0/24", "\"vxlanMode\":\"Always\"")), "A3"))
        .isEqualTo(ANY_TIME);
    assertThat(of(rivals(nodes().pool("p", "10.0.0.0/24", "\"disableBGPExport\":true")), "A3"))
        .isEqualTo(TODAY);
    assertThat(of(rivals(nodes().release("?").pool("p", "10.0.0.0/24", "")), "A3")).isEqualTo(NOW);
  }

  @Test
  void anAffinityWithoutBlockWaitsForTheNextClaim() {
    assertThat(of(Cluster.with("n1").affinity("n1", CIDR, "confirmed"), "A3")).isEqualTo(TODAY);
    assertThat(of(Cluster.with("n1").affinity("n1", CIDR, "pendingDeletion"), "A5"))
        .isEqualTo(TODAY);
    assertThat(of(Cluster.with("n1").affinity("n1", CIDR, "pending"), "A5")).isEqualTo(ANY_TIME);
    assertThat(of(Cluster.with().affinity("gone", CIDR, "confirmed"), "A3")).isEqualTo(ANY_TIME);
  }

  @Test
  void aReleaseThatGotStuckHurtsWhereNodesDoNotExchangeRoutes() {
    Cluster stuck =
        Cluster.with("n1", "n2")
            .affinity("n1", CIDR, "pendingDeletion")
            .block(CIDR, "null", pod("h1", "n1"), pod("h2", "n2"));
    assertThat(of(stuck, "A5")).isEqualTo(TODAY);
    assertThat(of(stuck.noMesh(), "A5")).isEqualTo(NOW);
    // Only its own pods: they work.
    assertThat(of(stuck.block(CIDR, "null", pod("h1", "n1")), "A5")).isEqualTo(TODAY);
  }

  @Test
  void addressesInUseOutsideEveryPoolAreCutOffAndOthersAreNot() {
    String outside = "10.9.0.0/30";
    Cluster used = Cluster.with("n1").owned(outside, "n1", pod("h", "n1"));
    assertThat(of(used, "B10")).isEqualTo(NOW);
    assertThat(of(used, "A6")).isEqualTo(NOW);
    assertThat(of(used.remove(affinityKey("host", "n1", outside)), "A4")).isEqualTo(NOW);
    Cluster empty = Cluster.with("n1").owned(outside, "n1");
    assertThat(of(empty, "B10")).isEqualTo(ANY_TIME);
    assertThat(of(empty.affinity("n1", outside, "pendingDeletion"), "A6")).isEqualTo(ANY_TIME);
    assertThat(of(empty.put(blockKey(outside), "x"), "B10")).isEqualTo(NOW);
    assertThat(of(Cluster.with("n1").owned(CIDR, "n1").pool("q", CIDR, ""), "B10"))
        .isEqualTo(TODAY);
  }

  @Test
  void whatIsOnlyWorthTellingIsNeverUrgent() {
    Cluster cluster = Cluster.with("n1").block("10.9.0.0/30", "null", pod("h", "n1"));
    assertThat(of(cluster, "B16")).isEqualTo(ANY_TIME);
    assertThat(of(cluster, "B10")).isEqualTo(NOW);
  }

  @Test
  void aFreeAddressInUseIsGivenOutByTheBlockThatHasIt() {
    Cluster cluster = Cluster.with("n1").endpoint("p", "n1", "10.0.0.1");
    assertThat(of(cluster, "W1")).isEqualTo(TODAY);
    assertThat(of(cluster.owned(CIDR, "n1"), "W1")).isEqualTo(NOW);
    assertThat(of(Cluster.with("n1").endpoint("p", "n1", "nothing"), "W1")).isEqualTo(ANY_TIME);
  }

  @Test
  void anAddressOfAnotherPodIsMoreUrgentThanOneOfAnotherHandle() {
    Cluster cluster =
        Cluster.with("n1")
            .owned(CIDR, "n1", pod("p", "n1"))
            .endpoint("p", "n1", "10.0.0.0", "container");
    assertThat(of(cluster, "W2")).isEqualTo(TODAY);
    cluster.owned(CIDR, "n1", pod("p", "n1").replace("\"pod\":\"p\"", "\"pod\":\"q\""));
    assertThat(of(cluster, "W2")).isEqualTo(NOW);
  }

  @Test
  void aTunnelAddressThatAPodCanGetCannotWait() {
    assertThat(of(tunnel("10.0.0.1", "{}"), "W5")).isEqualTo(NOW);
    assertThat(of(tunnel("10.0.0.0", "{\"handle_id\":\"pods\"}"), "W5")).isEqualTo(NOW);
    assertThat(of(tunnel("nonsense", "{}"), "W5")).isEqualTo(TODAY);
    assertThat(of(tunnel("10.0.0.0", "{}"), "W5")).isEqualTo(ANY_TIME);
  }

  private static Cluster tunnel(String address, String attribute) {
    String spec = "{\"bgp\":{\"ipv4IPIPTunnelAddr\":\"" + address + "\"}}";
    return Cluster.with("n1")
        .owned(CIDR, "n1", attribute)
        .put(RESOURCES + "nodes/n1", Cluster.resource("Node", "n1", spec));
  }

  @Test
  void whatAnUnreadableValueStopsDecides() {
    assertThat(of(Cluster.with("n1").put(blockKey(CIDR), "x"), "K2")).isEqualTo(NOW);
    assertThat(of(Cluster.with("n1").put(IPAM + "config", "x"), "K2")).isEqualTo(NOW);
    assertThat(of(Cluster.with("n1").put(RESOURCES + "clusterinformations/default", "x"), "K2"))
        .isEqualTo(NOW);
    assertThat(of(Cluster.with("n1").put(IPAM + "handle/h", "x"), "K2")).isEqualTo(ANY_TIME);
    assertThat(of(Cluster.with("n1").put(IPAM + "host/n1", "x"), "K2")).isEqualTo(ANY_TIME);
    assertThat(of(Cluster.with("n1").put(affinityKey("host", "n1", CIDR), "x"), "K2"))
        .isEqualTo(TODAY);
    String ignored = RESOURCES + "ipamconfigurations/default";
    assertThat(of(Cluster.with("n1").put(ignored, "x"), "K2")).isEqualTo(ANY_TIME);
    String reservation = RESOURCES + "ipreservations/r";
    assertThat(of(Cluster.with("n1").put(reservation, "x"), "K2")).isEqualTo(TODAY);
    Cluster pool = Cluster.with("n1").put(RESOURCES + "ippools/second", "x");
    assertThat(of(pool, "K2")).isEqualTo(TODAY);
    assertThat(of(pool.owned("10.9.0.0/30", "n1", pod("h", "n1")), "K2")).isEqualTo(NOW);
  }

  @Test
  void anAffinityUnderAKeyOfItsOwnAnnouncesLikeAnyOther() {
    Cluster cluster =
        Cluster.with("n1", "n2")
            .put(affinityKey("host", "n2", "10.0.0.1/30"), "{\"state\":\"confirmed\"}");
    assertThat(of(cluster, "K3")).isEqualTo(TODAY);
    assertThat(of(cluster.owned(CIDR, "n1", pod("h", "n1")), "K3")).isEqualTo(NOW);
    cluster.put(affinityKey("host", "n2", "10.0.0.1/30"), "{\"state\":\"pending\"}");
    assertThat(of(cluster, "K3")).isEqualTo(TODAY);
  }

  @Test
  void aMistypedPoolCanWaitAndOneWithoutNetworkCannot() {
    assertThat(of(Cluster.with().pool("p", "10.9.0.1/24", ""), "P1")).isEqualTo(ANY_TIME);
    assertThat(of(Cluster.with().pool("p", "nonsense", ""), "P1")).isEqualTo(TODAY);
    assertThat(of(Cluster.with().pool("p", "10.0.0.1/24", ""), "P1")).isEqualTo(ANY_TIME);
    assertThat(of(Cluster.with().pool("p", "10.9.0.0/28", "\"blockSize\":26"), "P3"))
        .isEqualTo(TODAY);
    String disabled = "\"blockSize\":2,\"disabled\":true";
    assertThat(of(Cluster.with().pool("p", "10.9.0.0/24", disabled), "P3")).isEqualTo(ANY_TIME);
  }

  @Test
  void aBlockThatMakesCalicoPanicHurtsMoreFromV333On() {
    String value =
        blockValue(CIDR, "\"host:n1\"", List.of(pod("h", "n1")), "").replace("[0,", "[5,");
    Cluster cluster = Cluster.with("n1").owned(CIDR, "n1").put(blockKey(CIDR), value);
    assertThat(of(cluster, "B3")).isEqualTo(TODAY);
    assertThat(of(cluster.release("v3.33.0"), "B3")).isEqualTo(NOW);
    assertThat(of(cluster.release("unknown"), "B3")).isEqualTo(NOW);
  }

  @Test
  void overlappingBlocksHurtWhereTheirCommonRangeIsInUse() {
    Cluster cluster =
        Cluster.with("n1", "n2").owned("10.0.0.0/29", "n1").owned("10.0.0.4/30", "n2");
    assertThat(cluster.findings().stream().filter(each -> each.rule().equals("B9")))
        .hasSize(2)
        .allMatch(each -> each.urgency() == TODAY);
    // The larger block's first address is not in the smaller one.
    cluster.owned("10.0.0.0/29", "n1", pod("h", "n1"));
    assertThat(cluster.findings().stream().filter(each -> each.rule().equals("B9")))
        .allMatch(each -> each.urgency() == TODAY);
    cluster.owned("10.0.0.4/30", "n2", pod("i", "n2"));
    assertThat(cluster.findings().stream().filter(each -> each.rule().equals("B9")))
        .allMatch(each -> each.urgency() == NOW);
  }

  @Test
  void aLockStopsPodsAndAMissingGuidDoesNot() {
    String key = RESOURCES + "clusterinformations/default";
    String locked = "{\"clusterGUID\":\"g\",\"datastoreReady\":false}";
    Cluster cluster = Cluster.with();
    cluster.put(key, Cluster.resource("ClusterInformation", "default", locked));
    assertThat(of(cluster, "C3")).isEqualTo(NOW);
    assertThat(cluster.only("C3").traffic()).contains("No pod can be started");
    cluster.put(
        key, Cluster.resource("ClusterInformation", "default", "{\"datastoreReady\":true}"));
    assertThat(of(cluster, "C3")).isEqualTo(ANY_TIME);
    assertThat(cluster.only("C3").traffic()).isEqualTo("Not measured.");
    assertThat(cluster.remedy("C3")).doesNotContain("unlock");
    assertThat(of(cluster.remove(key), "C3")).isEqualTo(NOW);
  }

  @Test
  void forbiddenBlocksHurtTheNodesThatHaveNone() {
    Cluster cluster = Cluster.with("n1").owned(CIDR, "n1").put(IPAM + "config", "{}");
    assertThat(of(cluster, "C1")).isEqualTo(TODAY);
    assertThat(of(cluster.node("n2"), "C1")).isEqualTo(NOW);
    cluster.put(IPAM + "config", "{\"auto_allocate_blocks\":true,\"maxBlocksPerHost\":3}");
    assertThat(of(cluster, "C1")).isEqualTo(ANY_TIME);
  }

  @Test
  void eachUrgencySaysWhetherItCanWaitUntilMorning() {
    assertThat(Urgency.values()).containsExactly(ANY_TIME, TODAY, NOW);
    for (Urgency urgency : Urgency.values()) {
      assertThat(urgency.text()).matches("now|today|any-time");
      assertThat(urgency.words()).isEqualTo(urgency.text().replace('-', ' '));
      assertThat(urgency.meaning()).endsWith(".").hasSizeLessThan(160);
    }
  }
}
