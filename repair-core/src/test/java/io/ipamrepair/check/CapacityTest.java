package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Capacity.Addresses;
import io.ipamrepair.check.Capacity.NodeWithoutBlock;
import io.ipamrepair.check.Capacity.Note;
import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.check.Capacity.Room;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.testing.Golden;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CapacityTest {
  private static final String STRICT = "{\"strict_affinity\":true,\"auto_allocate_blocks\":true}";
  private static final String SIX = "\"blockSize\":122,\"ipipMode\":\"Never\"";

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
    assertThat(use.addresses())
        .isEqualTo(new Addresses(BigInteger.valueOf(256), 3, BigInteger.valueOf(253), 1));
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

  private static List<Note> warnings(Cluster cluster) {
    return Capacity.of(cluster.state()).notes().stream()
        .filter(note -> note.level() == Severity.WARNING)
        .toList();
  }

  /** A /28 with places for four blocks of /30, and these nodes; each takes a block, or waits. */
  private static Cluster small(int nodes, int blocks) {
    Cluster cluster = new Cluster().release("v3.32.1").pool("p", "10.0.0.0/28", "");
    for (int i = 0; i < nodes; i++) {
      cluster.node("n" + i);
      if (i < blocks) {
        cluster.owned("10.0.0." + 4 * i + "/30", "n" + i);
      }
    }
    return cluster;
  }

  @Test
  void theIncidentIsForeseenWithTheSizesThatWouldDo() {
    Capacity before = Capacity.of(new Golden("v3.32.1", "incident-before").state());
    assertThat(before.notes())
        .containsExactly(
            new Note(
                Severity.WARNING,
                List.of("eqiad-pods"),
                "Pool eqiad-pods (10.64.64.0/24) can hold 4 blocks of /26, and 6 nodes want one: 2"
                    + " have none. Pods on these nodes can only borrow addresses of other nodes'"
                    + " blocks. A /26 for each node needs a /23, or blocks of /27. Another pool of"
                    + " /25 has the 2 that are missing."));
    assertThat(before.room().get(IpFamily.IPV4))
        .isEqualTo(new Room(BigInteger.ZERO, BigInteger.ZERO, BigInteger.valueOf(215)));
  }

  @Test
  void aWarningComesBeforeANodeGoesWithoutABlock() {
    // Two nodes wait, and there are places for them.
    assertThat(warnings(small(4, 2))).isEmpty();
    assertThat(pool(small(4, 2).state(), "p").moreNodes()).isZero();
    assertThat(pool(small(3, 1).state(), "p").moreNodes()).isEqualTo(1);
    // Every place is taken: the next node would get nothing.
    assertThat(warnings(small(4, 4)))
        .singleElement()
        .satisfies(
            note ->
                assertThat(note.text())
                    .isEqualTo(
                        "Pool p (10.0.0.0/28) has no free block of /30 left: the next node gets"
                            + " none, and no node a second one. Pods on a new node can only borrow"
                            + " addresses of other nodes' blocks."));
    // Five nodes, of which three have one: too many for the pool, while one place is free.
    assertThat(warnings(small(5, 3)).get(0).text())
        .contains("can hold 4 blocks of /30, and 5 nodes want one: 2 have none.")
        .endsWith(
            "A /30 for each node needs a /27, or blocks of /31. Another pool of /30 has the one"
                + " that is missing.");
  }

  @Test
  void blocksOfOthersThanLivingNodesAreCountedAsWhatTheyAre() {
    Cluster cluster = small(3, 2).owned("10.0.0.8/30", "n0").block("10.0.0.12/30", "null");
    assertThat(warnings(cluster).get(0).text())
        .isEqualTo(
            "Pool p (10.0.0.0/28) has no free block of /30 for 1 node without one, while 1 block"
                + " is a node's second or later and 1 block belongs to no living node. Pods on that"
                + " node can only borrow addresses of other nodes' blocks. The blocks of no living"
                + " node are enough for them.");
    assertThat(warnings(small(3, 2).owned("10.0.0.8/30", "n0").owned("10.0.0.12/30", "n1")))
        .first()
        .satisfies(
            note ->
                assertThat(note.text())
                    .contains("while 2 blocks are nodes' second or later")
                    .endsWith("Another pool of /30 has the one that is missing."));
  }

  @Test
  void whereAffinityIsStrictNothingIsBorrowed() {
    Cluster cluster = small(5, 4).put(Cluster.IPAM + "config", STRICT);
    assertThat(warnings(cluster).get(0).text()).contains("Pods on that node get no address.");
    cluster = small(2, 1).block("10.0.0.4/30", "null", pod("h", "n1"));
    assertThat(pool(cluster.state(), "p").morePods()).isEqualTo(15);
    // The three free addresses of the block that no node owns are out of reach.
    assertThat(pool(cluster.put(Cluster.IPAM + "config", STRICT).state(), "p").morePods())
        .isEqualTo(12);
  }

  @Test
  void whereNewBlocksAreForbiddenNoNodeFits() {
    Cluster cluster = small(2, 2).put(Cluster.IPAM + "config", "{\"strict_affinity\":false}");
    PoolUse use = pool(cluster.state(), "p");
    assertThat(use.room()).isEqualTo(2);
    assertThat(use.moreNodes()).isZero();
    assertThat(use.morePods()).isEqualTo(8);
  }

  @Test
  void reservedAddressesAndUnreadableBlocksAreNotFree() {
    Cluster cluster =
        small(2, 1)
            .put(blockKey("10.0.0.4/30"), "x")
            .put(
                RESOURCES + "ipreservations/r",
                Cluster.resource(
                    "IPReservation",
                    "r",
                    "{\"reservedCIDRs\":[\"10.0.0.0/31\",\"10.0.0.0/32\",\"10.0.0.8/31\","
                        + "\"10.0.0.4/31\"]}"));
    assertThat(pool(cluster.state(), "p").addresses().free()).isEqualTo(16 - 2 - 2 - 4);
    // One that is held already is not subtracted twice.
    cluster.owned("10.0.0.0/30", "n0", pod("h", "n0"));
    assertThat(pool(cluster.state(), "p").addresses().free()).isEqualTo(16 - 2 - 2 - 4);
    cluster.owned("10.0.0.0/30", "n0", pod("h", "n0"), pod("i", "n0"), pod("j", "n0"));
    assertThat(pool(cluster.state(), "p").addresses().free()).isEqualTo(16 - 3 - 2 - 4);
    cluster.put(
        RESOURCES + "ipreservations/all",
        Cluster.resource("IPReservation", "all", "{\"reservedCIDRs\":[\"10.0.0.0/8\"]}"));
    assertThat(pool(cluster.state(), "p").addresses().free()).isZero();
    assertThat(warnings(cluster).stream().map(Note::text))
        .contains("Pool p (10.0.0.0/28) has no free address.");
  }

  @Test
  void aPoolThatGivesNothingToNodesWantsNoBlocks() {
    for (String settings :
        List.of(
            "\"disabled\":true",
            "\"allowedUses\":[\"LoadBalancer\"]",
            "\"allowedUses\":[\"Tunnel\"]",
            "\"assignmentMode\":\"Manual\"",
            "\"namespaceSelector\":\"team == 'a'\"")) {
      Cluster cluster = new Cluster().node("n1").pool("p", "10.0.0.0/30", settings);
      PoolUse use = pool(cluster.state(), "p");
      assertThat(use.nodesWithoutBlock()).as(settings).isEmpty();
      assertThat(use.moreNodes()).as(settings).isZero();
      assertThat(Capacity.of(cluster.state()).notes()).as(settings).isEmpty();
      boolean pods = use.purpose() == Capacity.Purpose.ON_REQUEST;
      assertThat(use.morePods()).as(settings).isEqualTo(pods ? 4 : 0);
      assertThat(use.enabled()).isEqualTo(!settings.contains("disabled"));
    }
  }

  @Test
  void aPoolOfIllegalBlocksHoldsNoneAndGetsNoAdvice() {
    Cluster cluster = new Cluster().node("n1").pool("p", "10.0.0.0/24", "\"blockSize\":8");
    assertThat(warnings(cluster).get(0).text())
        .isEqualTo(
            "Pool p (10.0.0.0/24) can hold 0 blocks of /8, and 1 node wants one: 1 has none. Pods"
                + " on that node can only borrow addresses of other nodes' blocks.");
  }

  @Test
  void nodesOfDifferentPoolsAreCountedApart() {
    Cluster cluster = new Cluster().release("v3.32.1");
    for (String rack : List.of("a", "b")) {
      for (int i = 0; i < 3; i++) {
        String name = rack + i;
        cluster.put(
            RESOURCES + "nodes/" + name,
            Cluster.resource("Node", name, "{}")
                .replace("\"uid\"", "\"labels\":{\"rack\":\"" + rack + "\"},\"uid\""));
      }
    }
    cluster
        .pool("a", "10.0.0.0/29", "\"nodeSelector\":\"rack == 'a'\"")
        .pool("b", "10.0.1.0/24", "\"nodeSelector\":\"rack == 'b'\"")
        .pool("c", "10.0.2.0/24", "\"nodeSelector\":\"rack == 'c'\"");
    Capacity capacity = Capacity.of(cluster.state());
    assertThat(capacity.notes().stream().map(note -> note.level() + " " + note.pools()))
        .containsExactly("WARNING [a]", "INFO [c]");
    assertThat(capacity.notes().get(0).text()).contains("can hold 2 blocks of /30, and 3 nodes");
    assertThat(capacity.notes().get(1).text()).contains("selects no node");
    // A second pool for the same rack takes them.
    cluster.pool("a2", "10.0.3.0/29", "\"nodeSelector\":\"rack == 'a'\"");
    assertThat(warnings(cluster)).isEmpty();
    // A node with a block of one of its pools does not wait for the other's.
    assertThat(pool(cluster.owned("10.0.3.0/30", "a0").state(), "a").nodesWithoutBlock())
        .extracting(NodeWithoutBlock::node)
        .containsExactly("a1", "a2");
    // Nor does a block of a pool that gives nothing any more help it.
    assertThat(pool(cluster.owned("10.9.0.0/30", "a1").state(), "a").nodesWithoutBlock())
        .hasSize(2);
  }

  @Test
  void thePoolWithTheSmallestShareLeftEndsFirst() {
    Cluster cluster = small(2, 2).pool("q", "10.1.0.0/24", "").pool("six", "fd00::/64", SIX);
    assertThat(Capacity.of(cluster.state()).endsFirst()).contains("p");
    cluster.pool("r", "10.2.0.0/30", "").owned("10.2.0.0/30", "n0");
    assertThat(Capacity.of(cluster.state()).endsFirst()).contains("r");
    assertThat(Capacity.of(small(2, 2).state()).endsFirst()).isEmpty();
    // Two names for one network are one pool.
    assertThat(Capacity.of(small(2, 2).pool("q", "10.0.0.0/28", "").state()).endsFirst()).isEmpty();
  }

  @Test
  void theLargestPoolsAreCountedExactly() {
    Cluster cluster = new Cluster().node("n1").pool("six", "::/0", SIX);
    PoolUse use = pool(cluster.state(), "six");
    assertThat(use.places()).isEqualTo(BigInteger.TWO.pow(122));
    assertThat(use.room()).isEqualTo(BigInteger.TWO.pow(122));
    assertThat(use.moreNodes()).isEqualTo(BigInteger.TWO.pow(122).subtract(BigInteger.ONE));
    assertThat(use.morePods()).isEqualTo(BigInteger.TWO.pow(128));
    assertThat(Capacity.words(use.morePods())).isEqualTo("2^128");
    assertThat(Capacity.words(BigInteger.valueOf(4096))).isEqualTo("4096");
    Capacity.Addresses all = Capacity.of(cluster.state()).addresses().get(IpFamily.IPV6);
    assertThat(all.total()).isEqualTo(BigInteger.TWO.pow(128));
    assertThat(warnings(cluster)).isEmpty();
  }

  @Test
  void fewBlocksOrAddressesLeftAreAWarning() {
    Cluster cluster = new Cluster().node("n1").pool("p", "10.0.0.0/27", "\"blockSize\":32");
    for (int i = 0; i < 28; i++) {
      cluster.owned("10.0.0." + i + "/32", "n1");
    }
    assertThat(warnings(cluster)).isEmpty();
    cluster.owned("10.0.0.28/32", "n1");
    assertThat(warnings(cluster).get(0).text())
        .isEqualTo("Pool p (10.0.0.0/27) has only 3 of 32 blocks of /32 left.");
    for (int i = 0; i < 29; i++) {
      cluster.owned("10.0.0." + i + "/32", "n1", pod("h" + i, "n1"));
    }
    assertThat(warnings(cluster).get(1).text())
        .isEqualTo("Pool p (10.0.0.0/27) has only 3 of 32 addresses free.");
  }

  @ParameterizedTest
  @MethodSource("io.ipamrepair.check.GoldenFindingsTest#cases")
  void theSumsAgreeInEveryGoldenCase(Golden golden) {
    Capacity capacity = Capacity.of(golden.state());
    for (PoolUse pool : capacity.byPool()) {
      assertThat(pool.room()).isBetween(BigInteger.ZERO, pool.places());
      assertThat(pool.moreNodes()).isBetween(BigInteger.ZERO, pool.room());
      assertThat(pool.morePods()).isBetween(BigInteger.ZERO, pool.addresses().free());
      assertThat(pool.addresses().free()).isBetween(BigInteger.ZERO, pool.addresses().total());
      assertThat(pool.nodesWithoutBlock()).hasSizeLessThanOrEqualTo(pool.nodes());
    }
    assertThat(capacity.room().keySet()).isEqualTo(capacity.addresses().keySet());
    assertThat(capacity.notes())
        .allSatisfy(
            note -> {
              assertThat(note.level()).isNotEqualTo(Severity.ERROR);
              assertThat(note.pools()).isNotEmpty();
              assertThat(note.text()).endsWith(".").doesNotContain("  ");
            });
  }
}
