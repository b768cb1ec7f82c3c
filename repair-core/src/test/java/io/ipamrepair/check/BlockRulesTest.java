package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.blockValue;
import static io.ipamrepair.check.Cluster.coolingDown;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockRulesTest {
  private static final String CIDR = "10.0.0.0/30";
  private static final String WINDOWS =
      "{\"handle_id\":\"WINDOWS-reserved-ipam-handle\",\"secondary\":{\"note\":\"windows\"}}";

  private static Cluster edited(String from, String to) {
    String value = blockValue(CIDR, "\"host:n1\"", List.of(pod("h1", "n1")), "");
    assertThat(value).contains(from);
    return Cluster.with("n1")
        .owned(CIDR, "n1", pod("h1", "n1"))
        .put(blockKey(CIDR), value.replace(from, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"cidr\":\"10.0.0.0/30\"|\"cidr\":\"10.0.0.1/30\"|true",
        "\"cidr\":\"10.0.0.0/30\"|\"cidr\":\"10.0.0.0/29\"|true",
        "\"cidr\":\"10.0.0.0/30\",||true",
        "\"cidr\":\"10.0.0.0/30\"|\"cidr\":\"10.0.0.0/030\"|false"
      })
  void b1ComparesAddressAndLengthOfTheValue(String from, String to, boolean broken) {
    assertThat(edited(from, to == null ? "" : to).found("B1", "K2"))
        .isEqualTo(broken ? List.of("B1 error block:" + CIDR) : List.of());
  }

  @Test
  void aNullCidrIsUnreadable() {
    assertThat(edited("\"cidr\":\"10.0.0.0/30\"", "\"cidr\":null").found("B1", "K2"))
        .containsExactly("K2 error block:" + CIDR);
  }

  @Test
  void b4IsNotJudgedWhereB2IsBroken() {
    assertThat(edited("\"allocations\":[0,null,", "\"allocations\":[0,").found("B2", "B4"))
        .containsExactly("B2 error block:" + CIDR);
    Cluster big = new Cluster().node("n1").pool("p", "10.0.0.0/8", "").owned("10.0.0.0/19", "n1");
    assertThat(big.found("B2", "B4")).containsExactly("B2 error block:10.0.0.0/19");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,2,3]|[0,1,2,3]|true",
        "[1,2,3]|[1,2]|true",
        "[1,2,3]|[1,2,3,3]|true",
        "[1,2,3]|[1,2,3,4]|true",
        "[1,2,3]|[-1,1,2,3]|true",
        "[1,2,3]|[3,1,2]|false"
      })
  void b4WantsAPartition(String from, String to, boolean broken) {
    assertThat(edited(from, to).found("B4"))
        .isEqualTo(broken ? List.of("B4 error block:" + CIDR) : List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[0,null|[-1,null", "[0,null|[1,null", "[0,null|[9999999999,null"})
  void b3OrdinalHoldsItsAddressForAnUnknownOwner(String from, String to) {
    Cluster cluster = edited(from, to);
    assertThat(cluster.found("B3", "B4", "H1", "H2"))
        .containsExactly("B3 error block:" + CIDR, "H2 warning handle:h1 block:" + CIDR);
    // It counts as held, so the block is not empty without an owner.
    String orphan = blockValue(CIDR, "null", List.of(pod("h1", "n1")), "").replace(from, to);
    assertThat(Cluster.with().put(blockKey(CIDR), orphan).found("B13")).isEmpty();
  }

  @Test
  void anOrdinalThatIsCoolingDownHoldsForB4AndB13Only() {
    Cluster cluster = Cluster.with("n1").block(CIDR, "null", coolingDown());
    assertThat(cluster.found("B4", "B13", "B16", "H1", "H2")).isEmpty();
    assertThat(
            Cluster.with("n1")
                .block(
                    CIDR,
                    "null",
                    pod("h1", "n1")
                        .replace(
                            "\"secondary\"",
                            "\"releasedAt\":\"2026-01-01T00:00:00Z\",\"secondary\""))
                .found("H2", "B16"))
        .containsExactly("H2 warning handle:h1 block:" + CIDR);
  }

  @Test
  void windowsReservationsAreNobodysAddresses() {
    Cluster cluster = Cluster.with("n1").block(CIDR, "null", WINDOWS, WINDOWS);
    cluster.remove(Cluster.IPAM + "handle/WINDOWS-reserved-ipam-handle");
    assertThat(cluster.found("B13", "B16", "H1", "H2")).containsExactly("B13 error block:" + CIDR);
    cluster.handle("windows-reserved-ipam-handle", CIDR, 9);
    assertThat(cluster.found("H2")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null|",
        "\"host:n1\"|",
        "\"virtual:load-balancer\"|",
        "\"\"|warning",
        "\"n1\"|error",
        "\"host:\"|error",
        "\"node:n1\"|error"
      })
  void b8KnowsThreeForms(String owner, String severity) {
    Cluster cluster = Cluster.with("n1").block(CIDR, owner, pod("h1", "n1"));
    assertThat(cluster.found("B8"))
        .isEqualTo(severity == null ? List.of() : List.of("B8 " + severity + " block:" + CIDR));
  }

  @Test
  void anOwnerOfNoFormIsNobodyForA3AndA5ButNotNoOwnerForB13() {
    Cluster cluster =
        Cluster.with("n1", "n2")
            .block(CIDR, "\"n1\"")
            .affinity("n1", CIDR, "confirmed")
            .affinity("n2", CIDR, "pendingDeletion");
    assertThat(cluster.found("A3", "A4", "A5", "B13", "B14", "B16"))
        .containsExactly("A3 error affinity:host:n1:" + CIDR, "A5 error affinity:host:n2:" + CIDR);
  }

  @Test
  void anEmptyTextAsOwnerCountsAsNobody() {
    assertThat(Cluster.with("n1").block(CIDR, "\"\"").found("B13", "B8"))
        .containsExactly("B13 error block:" + CIDR, "B8 warning block:" + CIDR);
  }

  @Test
  void aHostAffinityIsALeftover() {
    Cluster cluster = edited("\"deleted\":false", "\"hostAffinity\":\"n1\",\"deleted\":false");
    assertThat(cluster.found("B8")).containsExactly("B8 warning block:" + CIDR);
    assertThat(edited("\"deleted\":false", "\"hostAffinity\":null").found("B8")).isEmpty();
  }

  @Test
  void b9SeesEveryLevelOfNesting() {
    Cluster cluster =
        Cluster.with("n1")
            .owned("10.0.0.0/28", "n1")
            .owned("10.0.0.0/30", "n1")
            .owned("10.0.0.8/29", "n1")
            .owned("10.0.0.12/30", "n1")
            .owned("10.0.0.16/30", "n1");
    assertThat(cluster.found("B9"))
        .containsExactly(
            "B9 error block:10.0.0.0/28",
            "B9 error block:10.0.0.0/30",
            "B9 error block:10.0.0.8/29",
            "B9 error block:10.0.0.12/30");
  }

  @Test
  void b14KnowsOneVirtualOwner() {
    Cluster cluster =
        Cluster.with()
            .block("10.0.0.0/30", "\"host:gone\"", pod("h1", "gone"))
            .block("10.0.0.4/30", "\"virtual:load-balancer\"", pod("h2", "n1"))
            .block("10.0.0.8/30", "\"virtual:other\"", pod("h3", "n1"));
    assertThat(cluster.found("B14"))
        .containsExactly("B14 warning block:10.0.0.0/30", "B14 warning block:10.0.0.8/30");
  }

  @Test
  void anUnreadableNodeExists() {
    Cluster cluster =
        Cluster.with().owned(CIDR, "n1", pod("h1", "n1")).put(Cluster.RESOURCES + "nodes/n1", "x");
    assertThat(cluster.found("B14", "A7")).isEmpty();
  }
}
