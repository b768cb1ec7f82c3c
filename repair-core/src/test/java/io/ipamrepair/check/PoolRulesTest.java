package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PoolRulesTest {
  @Test
  void p1TellsHostBitsFromSpelling() {
    Cluster cluster =
        new Cluster()
            .pool("absent", "x", "")
            .put(RESOURCES + "ippools/absent", Cluster.resource("IPPool", "absent", "{}"))
            .pool("bits", "10.1.0.1/24", "")
            .pool("word", "nonsense", "")
            .pool("spelling", "2001:db8:0::/64", "\"blockSize\":122")
            .pool("bare", "10.2.0.1", "\"blockSize\":32")
            .pool("good", "10.3.0.0/24", "");
    assertThat(cluster.found("P1"))
        .containsExactly(
            "P1 error pool:absent",
            "P1 error pool:bits",
            "P1 error pool:word",
            "P1 warning pool:bare",
            "P1 warning pool:spelling");
  }

  @Test
  void p2MasksAndTakesDisabledPoolsAsPools() {
    assertThat(
            new Cluster()
                .pool("a", "10.0.0.0/16", "\"disabled\":true")
                .pool("b", "10.0.3.7/24", "")
                .pool("c", "10.1.0.0/24", "")
                .found("P2"))
        .containsExactly("P2 error pool:a", "P2 error pool:b");
  }

  @Test
  void p2IsMildWithASplitPairAndOnlyThere() {
    Cluster split =
        new Cluster()
            .pool("p", "10.0.0.0/24", "\"disabled\":true")
            .pool("split-p-0", "10.0.0.0/25", "")
            .pool("split-p-1", "10.0.0.128/25", "");
    assertThat(split.found("P2"))
        .containsExactly("P2 warning pool:p pool:split-p-0 pool:split-p-1");
    assertThat(split.pool("split-p-x", "10.0.0.0/26", "").found("P2"))
        .containsExactly("P2 error pool:p", "P2 error pool:split-p-0", "P2 error pool:split-p-x");
    assertThat(
            new Cluster()
                .pool("p", "10.0.0.0/24", "")
                .pool("split-p-0", "10.0.0.0/25", "")
                .found("P2"))
        .containsExactly("P2 error pool:p", "P2 error pool:split-p-0");
  }

  @Test
  void p3HasLimitsAndWantsRoomForABlockInAnEnabledPool() {
    Cluster cluster =
        new Cluster()
            .pool("big", "10.0.0.0/8", "\"blockSize\":19")
            .pool("default", "10.2.0.0/26", "\"blockSize\":0")
            .pool("small", "10.3.0.0/27", "\"blockSize\":26")
            .pool("small-disabled", "10.4.0.0/27", "\"blockSize\":26,\"disabled\":true")
            .pool("six", "fd00::/64", "\"blockSize\":26")
            .pool("sixth", "fd01::/122", "\"blockSize\":0");
    assertThat(cluster.found("P3"))
        .containsExactly("P3 error pool:big", "P3 error pool:six", "P3 error pool:small");
  }

  @Test
  void withAPoolThatCannotBeReadNothingIsInNoPool() {
    for (String unknown :
        new String[] {"x", Cluster.resource("IPPool", "u", "{}"), "{\"spec\":{\"cidr\":\"no\"}}"}) {
      Cluster cluster =
          Cluster.with("n1").owned("10.9.0.0/30", "n1").put(RESOURCES + "ippools/unknown", unknown);
      assertThat(cluster.found("B10", "A6")).as(unknown).isEmpty();
      assertThat(cluster.remove(RESOURCES + "ippools/unknown").found("B10", "A6"))
          .containsExactly("B10 error block:10.9.0.0/30", "A6 error affinity:host:n1:10.9.0.0/30");
    }
  }

  @Test
  void anUnreadablePoolDoesNotHideThatABlockLiesInSeveral() {
    assertThat(
            Cluster.with("n1")
                .owned("10.0.0.0/30", "n1")
                .pool("second", "10.0.0.0/25", "")
                .put(RESOURCES + "ippools/unknown", "x")
                .found("B10"))
        .containsExactly("B10 error block:10.0.0.0/30");
  }

  @Test
  void whatTheKeyAloneSaysHoldsForAnUnreadableBlock() {
    Cluster cluster =
        Cluster.with("n1")
            .put(blockKey("10.9.0.0/30"), "x")
            .put(blockKey("10.0.0.0/29"), "x")
            .put(blockKey("10.0.0.4/30"), "x");
    assertThat(cluster.found("B10", "B11", "B9", "B13", "B14", "B2"))
        .containsExactly(
            "B9 error block:10.0.0.0/29",
            "B9 error block:10.0.0.4/30",
            "B10 error block:10.9.0.0/30",
            "B11 error block:10.0.0.0/29");
  }

  @Test
  void aSplitParentCountsWhereNoChildContainsABlock() {
    Cluster cluster =
        new Cluster()
            .node("n1")
            .pool("p", "10.0.0.0/24", "\"disabled\":true")
            .pool("split-p-0", "10.0.0.0/25", "\"blockSize\":29")
            .owned("10.0.0.0/29", "n1")
            .owned("10.0.0.128/30", "n1")
            .owned("10.0.0.8/30", "n1");
    assertThat(cluster.found("B10", "B11", "A6"))
        .containsExactly("B11 error block:10.0.0.8/30", "A6 error affinity:host:n1:10.0.0.8/30");
  }

  @Test
  void aBlockThatReachesOutOfItsPoolLiesInNone() {
    assertThat(
            new Cluster()
                .node("n1")
                .pool("p", "10.0.0.0/30", "")
                .owned("10.0.0.0/29", "n1", pod("h", "n1"))
                .found("B10", "A6"))
        .containsExactly("B10 error block:10.0.0.0/29", "A6 error affinity:host:n1:10.0.0.0/29");
  }
}
