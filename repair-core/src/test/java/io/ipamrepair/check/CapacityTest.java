package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Capacity.Addresses;
import io.ipamrepair.check.Capacity.NodeWithoutBlock;
import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.testing.Golden;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private static PoolUse pool(IpamState state, String name) {
    return Capacity.of(state).byPool().stream()
        .filter(pool -> pool.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theIncidentBeganWithFourBlocksForSixNodes() {
    IpamState state = new Golden("v3.32.1", "incident-typo").state();
    Capacity capacity = Capacity.of(state);
    assertThat(capacity.pools()).isEqualTo(2);
    assertThat(capacity.blocks()).isEqualTo(4);
    assertThat(capacity.emptyBlocks()).isZero();
    assertThat(capacity.nodes()).isEqualTo(6);
    assertThat(capacity.nodesWithoutBlock()).containsExactly("kubernetes1005", "kubernetes1006");
    // Two pools over the same network are counted once.
    assertThat(capacity.addresses().get(IpFamily.IPV4).total()).isEqualTo(256);
    assertThat(capacity.addresses().get(IpFamily.IPV4).used()).isEqualTo(41);
    assertThat(pool(state, "eqiad-pods").room()).isZero();
    assertThat(
            pool(state, "eqiad-pods").nodesWithoutBlock().stream()
                .mapToInt(NodeWithoutBlock::addresses)
                .sum())
        .isEqualTo((int) capacity.addresses().get(IpFamily.IPV4).borrowed());
  }

  @Test
  void roomIsWhatNoBlockOverlaps() {
    Cluster cluster =
        Cluster.with("n1")
            .owned("10.0.0.0/28", "n1")
            .owned("10.0.0.4/30", "n1")
            .owned("10.0.0.128/32", "n1")
            .owned("10.0.0.129/32", "n1")
            .owned("10.0.0.200/30", "n1");
    assertThat(pool(cluster.state(), "main").room()).isEqualTo(64 - 4 - 1 - 1);
    assertThat(pool(cluster.owned("10.0.0.0/23", "n1").state(), "main").room()).isZero();
    assertThat(
            pool(new Cluster().pool("six", "fd00::/64", "\"blockSize\":122").state(), "six").room())
        .isEqualTo(BigInteger.TWO.pow(58));
    assertThat(pool(new Cluster().pool("tiny", "10.0.0.0/31", "").state(), "tiny").room()).isZero();
  }

  @Test
  void borrowedAddressesAreThoseOnOtherNodesThanTheOwner() {
    Cluster cluster =
        Cluster.with("n1", "n2")
            .owned("10.0.0.0/30", "n1", pod("h1", "n1"), pod("h2", "n2"), Cluster.coolingDown())
            .block("10.0.0.4/30", "null", pod("h3", "n2"));
    PoolUse use = pool(cluster.state(), "main");
    assertThat(use.addresses()).isEqualTo(new Addresses(BigInteger.valueOf(256), 3, 1));
    assertThat(use.nodesWithoutBlock()).isEqualTo(List.of(new NodeWithoutBlock("n2", 2)));
    assertThat(use.blocks()).isEqualTo(2);
    assertThat(use.enabled()).isTrue();
  }

  @Test
  void anUnreadableBlockIsItsConfirmedClaimants() {
    Cluster cluster =
        Cluster.with("n1")
            .put(blockKey("10.0.0.0/30"), "x")
            .affinity("n1", "10.0.0.0/30", "confirmed");
    assertThat(Capacity.of(cluster.state()).nodesWithoutBlock()).isEmpty();
    assertThat(pool(cluster.state(), "main").room()).isEqualTo(63);
  }

  @Test
  void anUnreadablePoolIsCountedAndNotDescribed() {
    Capacity capacity = Capacity.of(Cluster.with().put(RESOURCES + "ippools/x", "x").state());
    assertThat(capacity.pools()).isEqualTo(2);
    assertThat(capacity.byPool()).hasSize(1);
  }

  @Test
  void aLoadBalancerPoolWantsNoNodes() {
    Cluster cluster =
        new Cluster().node("n1").pool("lb", "10.1.0.0/24", "\"allowedUses\":[\"LoadBalancer\"]");
    assertThat(pool(cluster.state(), "lb").nodesWithoutBlock()).isEmpty();
  }

  @Test
  void onlyTheNodesThatAPoolSelectsWantABlockOfIt() {
    String labelled =
        Cluster.resource("Node", "n2", "{}")
            .replace("\"uid\"", "\"labels\":{\"rack\":\"b\"},\"uid\"");
    Cluster cluster =
        new Cluster()
            .node("n1")
            .put(RESOURCES + "nodes/n2", labelled)
            .pool("b", "10.0.0.0/24", "\"nodeSelector\":\"rack == 'b'\"")
            .pool("broken", "10.1.0.0/24", "\"nodeSelector\":\"rack ==\"");
    assertThat(pool(cluster.state(), "b").nodesWithoutBlock())
        .containsExactly(new NodeWithoutBlock("n2", 0));
    assertThat(pool(cluster.state(), "broken").nodesWithoutBlock()).isEmpty();
  }
}
