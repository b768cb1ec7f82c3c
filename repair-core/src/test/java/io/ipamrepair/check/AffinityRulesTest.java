package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.affinityKey;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffinityRulesTest {
  private static final String CIDR = "10.0.0.0/30";
  private static final String[] ALL = {"A1", "A2", "A3", "A4", "A5", "A6", "A7"};

  @Test
  void anUnknownStateIsPresentForA4AndOtherwiseNothing() {
    Cluster cluster = Cluster.with("n1", "n2").owned(CIDR, "n1").affinity("n1", CIDR, "Confirmed");
    assertThat(cluster.found(ALL)).containsExactly("A1 error affinity:host:n1:" + CIDR);
    // Not confirmed: no rival, and no A3 where the block is another's.
    cluster.affinity("n2", CIDR, "CONFIRMED");
    assertThat(cluster.found("A2", "A3", "A5")).isEmpty();
  }

  @Test
  void aDeletedAffinityIsJudgedByItsStateAllTheSame() {
    Cluster cluster =
        Cluster.with("n1")
            .put(affinityKey("host", "n1", CIDR), "{\"state\":\"confirmed\",\"deleted\":true}");
    assertThat(cluster.found(ALL))
        .containsExactly("A1 error affinity:host:n1:" + CIDR, "A3 error affinity:host:n1:" + CIDR);
  }

  @Test
  void anEmptyStateIsConfirmed() {
    Cluster cluster =
        Cluster.with("n1", "n2", "n3")
            .owned(CIDR, "n1")
            .put(affinityKey("host", "n1", CIDR), "{}")
            .put(affinityKey("host", "n2", CIDR), "")
            .affinity("n3", CIDR, "pending");
    assertThat(cluster.found("A2", "A3"))
        .containsExactly(
            "A2 error affinity:host:n1:" + CIDR,
            "A2 error affinity:host:n2:" + CIDR,
            "A3 error affinity:host:n2:" + CIDR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pending|absent|A5 warning",
        "pending|own|A5 warning",
        "pending|anothers|A5 warning",
        "pending|nobodys|A5 warning",
        "pending|unreadable|A5 warning",
        "pendingDeletion|absent|A5 error",
        "pendingDeletion|own|A5 warning",
        "pendingDeletion|anothers|A5 error",
        "pendingDeletion|nobodys|A5 error",
        "pendingDeletion|unreadable|A5 warning",
        "confirmed|absent|A3 error",
        "confirmed|own|",
        "confirmed|anothers|A3 error",
        "confirmed|nobodys|A3 error",
        "confirmed|unreadable|"
      })
  void stateAndBlockDecide(String state, String block, String expected) {
    Cluster cluster = Cluster.with("n1", "n2").affinity("n1", CIDR, state);
    switch (block) {
      case "own" -> cluster.block(CIDR, "\"host:n1\"", pod("h", "n1"));
      case "anothers" -> cluster.block(CIDR, "\"host:n2\"", pod("h", "n1"));
      case "nobodys" -> cluster.block(CIDR, "null", pod("h", "n1"));
      case "unreadable" -> cluster.put(blockKey(CIDR), "{\"cidr\":7}");
      default -> cluster.remove(blockKey(CIDR));
    }
    assertThat(cluster.found("A3", "A5"))
        .isEqualTo(
            expected == null
                ? java.util.List.of()
                : java.util.List.of(expected + " affinity:host:n1:" + CIDR));
  }

  @Test
  void anUnreadableAffinityExistsAndItsKeySpeaks() {
    Cluster cluster =
        Cluster.with("n1")
            .block(CIDR, "\"host:n1\"")
            .put(affinityKey("host", "n1", CIDR), "x")
            .put(affinityKey("host", "gone", "10.9.0.0/30"), "x");
    assertThat(cluster.found(ALL))
        .containsExactly(
            "A6 error affinity:host:gone:10.9.0.0/30", "A7 warning affinity:host:gone:10.9.0.0/30");
  }

  @Test
  void a4WantsTheKeyOfTheOwnersOwnType() {
    Cluster cluster =
        Cluster.with("load-balancer")
            .block(CIDR, "\"virtual:load-balancer\"")
            .affinity("load-balancer", CIDR, "pending");
    assertThat(cluster.found("A4")).containsExactly("A4 error block:" + CIDR);
    cluster.put(affinityKey("virtual", "load-balancer", CIDR), "{\"state\":\"confirmed\"}");
    assertThat(cluster.found("A4", "A7")).isEmpty();
  }

  @Test
  void a7KnowsOneVirtualOwner() {
    Cluster cluster =
        Cluster.with()
            .put(affinityKey("virtual", "load-balancer", CIDR), "{\"state\":\"confirmed\"}")
            .put(affinityKey("virtual", "other", CIDR), "{\"state\":\"pending\"}");
    assertThat(cluster.found("A7")).containsExactly("A7 warning affinity:virtual:other:" + CIDR);
  }

  @Test
  void oneOfSeveralPoolsWithTheSizeIsEnoughForA6() {
    Cluster cluster =
        Cluster.with("n1").pool("other", "10.0.0.0/25", "\"blockSize\":29").owned(CIDR, "n1");
    assertThat(cluster.found("A6")).isEmpty();
    assertThat(cluster.owned("10.0.0.128/29", "n1").found("A6"))
        .containsExactly("A6 error affinity:host:n1:10.0.0.128/29");
  }
}
