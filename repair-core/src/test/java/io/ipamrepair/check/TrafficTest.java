package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import org.junit.jupiter.api.Test;

/** The same damage, under other pools, releases and peering: routing.md, sections 2 to 7. */
class TrafficTest {
  private static final String CIDR = "10.0.0.0/30";
  private static final String HALF = "about half of the connections to it from other nodes fail";

  private static Cluster doubleAnnouncement(Cluster cluster) {
    return cluster.owned(CIDR, "n1", pod("h", "n1")).affinity("n2", CIDR, "confirmed");
  }

  private static Cluster nodes() {
    return new Cluster().node("n1").node("n2");
  }

  @Test
  void twoOwnersHurtWithBirdAndNotWithFelix() {
    assertThat(doubleAnnouncement(Cluster.with("n1", "n2")).only("A3").traffic()).contains(HALF);
    assertThat(
            doubleAnnouncement(nodes().pool("p", "10.0.0.0/24", "\"vxlanMode\":\"Always\""))
                .only("A3")
                .traffic())
        .startsWith("None between nodes: Felix");
  }

  @Test
  void ipipIsFelixsFromV333On() {
    assertThat(doubleAnnouncement(Cluster.with("n1", "n2").release("v3.33.0")).only("A3").traffic())
        .startsWith("None between nodes: Felix");
    assertThat(
            doubleAnnouncement(
                    nodes()
                        .release("v3.34.0-0.dev")
                        .pool("p", "10.0.0.0/24", "\"ipipMode\":\"Never\""))
                .only("A3")
                .traffic())
        .contains(HALF);
    assertThat(doubleAnnouncement(nodes().pool("p", "10.0.0.0/24", "")).only("A3").traffic())
        .startsWith("If BIRD programs these routes: ")
        .contains(HALF);
  }

  @Test
  void whereNothingIsExportedOnlyTheBlackholeIsLeft() {
    assertThat(
            doubleAnnouncement(
                    nodes()
                        .release("v3.32.1")
                        .pool("p", "10.0.0.0/24", "\"disableBGPExport\":true"))
                .only("A3")
                .traffic())
        .isEqualTo(
            "n2 blackholes 10.0.0.0/30; nothing of it is announced over BGP (disableBGPExport).");
  }

  @Test
  void aPendingAffinityHurtOnlyUpToV323() {
    Cluster lostRace =
        Cluster.with("n1", "n2").owned(CIDR, "n1", pod("h", "n1")).affinity("n2", CIDR, "pending");
    assertThat(lostRace.only("A5").traffic()).startsWith("None: a pending affinity");
    assertThat(lostRace.release("v3.23.5").only("A5").traffic()).contains(HALF);
  }

  @Test
  void withoutPoolOnlyAConfirmedAffinityAnnounces() {
    Cluster cluster = Cluster.with("n1", "n2");
    cluster.owned("10.9.0.0/30", "n1", pod("h1", "n1"), pod("h2", "n2"));
    assertThat(cluster.only("B10").traffic())
        .isEqualTo(
            "n1 announces it: its own pods in it stay reachable, without encapsulation; 1 address"
                + " of it on other nodes is dropped there. Nothing from it is masqueraded.");
    cluster.affinity("n1", "10.9.0.0/30", "pendingDeletion");
    assertThat(cluster.only("B10").traffic())
        .isEqualTo(
            "The 2 addresses in use are cut off from other nodes: nothing is announced outside"
                + " every pool. Their outgoing traffic is no longer masqueraded.");
  }

  @Test
  void anOrphanBlackholeHarmsWhereNodesDoNotExchangeRoutes() {
    Finding assumed =
        Check.of(new Golden("v3.32.1", "incident-wrong-deletion").state()).stream()
            .filter(finding -> finding.rule().equals("A5"))
            .findFirst()
            .orElseThrow();
    assertThat(assumed.traffic())
        .isEqualTo(
            "kubernetes1003 announces the /26 and blackholes it. The 14 addresses in use in it stay"
                + " reachable while a pool covers it and nodes exchange routes; where nodes peer"
                + " only with a router, kubernetes1003 and 6 of them on kubernetes1005 cannot"
                + " talk.");
    Cluster off =
        Cluster.with("n1", "n2")
            .noMesh()
            .affinity("n1", CIDR, "pendingDeletion")
            .block(CIDR, "null", pod("h1", "n1"), pod("h2", "n2"));
    assertThat(off.only("A5").traffic())
        .isEqualTo(
            "n1 announces the /30 and blackholes it. The mesh is off: where nodes peer only with a"
                + " router, n1 and 1 of them on n2 cannot talk.");
  }

  @Test
  void anAffinityWithoutBlockCountsEndpointsThatUseIt() {
    Cluster cluster = Cluster.with("n1").affinity("n1", CIDR, "confirmed");
    assertThat(cluster.only("A3").traffic()).contains("Nobody uses it yet");
    assertThat(cluster.endpoint("p", "n1", "10.0.0.2").only("A3").traffic())
        .contains("The 1 address of it in use has its own route");
  }

  @Test
  void anUnknownPoolIsSaid() {
    assertThat(
            nodes()
                .release("v3.32.1")
                .put(Cluster.RESOURCES + "ippools/p", "x")
                .affinity("n1", CIDR, "confirmed")
                .only("A3")
                .traffic())
        .startsWith("A pool cannot be read. If one covers it: ");
  }

  @Test
  void versionsAreRead() {
    assertThat(CalicoVersion.read("v3.34.0-0.dev-67-g87c15906f2"))
        .contains(new CalicoVersion(3, 34));
    assertThat(CalicoVersion.read("3.9")).contains(new CalicoVersion(3, 9));
    assertThat(CalicoVersion.read("master")).isEmpty();
    assertThat(new CalicoVersion(3, 9).isBefore(3, 33)).isTrue();
    assertThat(new CalicoVersion(4, 0).isBefore(3, 33)).isFalse();
  }
}
