package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.IPAM;
import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.blockValue;
import static io.ipamrepair.check.Cluster.pod;
import static io.ipamrepair.check.Cluster.resource;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRulesTest {
  private static final String WRONG_KEY = IPAM + "assignment/ipv4/block/10.0.0.1-30";

  @Test
  void aHealthyClusterHasNoFinding() {
    assertThat(Cluster.with("n1").owned("10.0.0.0/30", "n1", pod("h1", "n1")).found(all()))
        .isEmpty();
  }

  private static String[] all() {
    return Check.RULES.stream()
        .map(Rule::id)
        .filter(id -> !id.startsWith("W"))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "assignment/ipv4/block/10.0.0-30",
        "assignment/ipv5/block/10.0.0.0-30",
        "host/n1/ipv4/block/nonsense",
        "handle/with/slash",
        "handle/",
        "somewhere"
      })
  void aKeyOfNoKnownFormIsReportedAndItsValueNotRead(String key) {
    assertThat(Cluster.with().put(IPAM + key, "not json").found("K1", "K2", "K3"))
        .containsExactly("K1 warning key:" + IPAM + key);
  }

  @Test
  void aBareHostKeyIsWorthTellingAndOnlyAnUnreadableOneIsDamage() {
    assertThat(Cluster.with().put(IPAM + "host/n1", "{}").found("K1", "K2"))
        .containsExactly("K1 info key:/calico/ipam/v2/host/n1");
    assertThat(Cluster.with().put(IPAM + "host/n1", "").found("K1", "K2"))
        .containsExactly("K2 error key:/calico/ipam/v2/host/n1");
    assertThat(Cluster.with().put(IPAM + "host/n1", "[]").found("K1", "K2"))
        .containsExactly("K2 error key:/calico/ipam/v2/host/n1");
  }

  @Test
  void anEmptyAffinityIsConfirmedAndAnyOtherEmptyValueUnreadable() {
    assertThat(
            Cluster.with("n1")
                .owned("10.0.0.0/30", "n1")
                .put(Cluster.affinityKey("host", "n1", "10.0.0.0/30"), "")
                .put(IPAM + "handle/h1", "")
                .found("K2", "A1", "A3", "A5"))
        .containsExactly("K2 error handle:h1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"state\":\"confirmed\",\"state\":\"pending\"}",
        "{\"state\":1}",
        "{\"deleted\":\"false\"}",
        "{\"state\":\"confirmed\"} x",
        "\ufeff{\"state\":\"confirmed\"}",
        "null",
        "{} {}",
        "{\"x\":NaN}"
      })
  void whatIsNotOneObjectOfTheRightTypesIsUnreadable(String value) {
    assertThat(
            Cluster.with("n1")
                .owned("10.0.0.0/30", "n1")
                .put(Cluster.affinityKey("host", "n1", "10.0.0.0/30"), value)
                .found("K2"))
        .containsExactly("K2 error affinity:host:n1:10.0.0.0/30");
  }

  @Test
  void theUnreadableIsNamedByItsNaturalObject() {
    Cluster cluster =
        Cluster.with()
            .put(blockKey("10.0.0.0/30"), "x")
            .put(IPAM + "config", "x")
            .put(RESOURCES + "ippools/p", "x")
            .put(RESOURCES + "nodes/n", "x")
            .put(RESOURCES + "workloadendpoints/ns/w", "x")
            .put(RESOURCES + "clusterinformations/default", "x")
            .put(RESOURCES + "ipreservations/r", "x")
            .put(RESOURCES + "ipamconfigurations/default", "x")
            .put(RESOURCES + "bgpconfigurations/default", "x");
    assertThat(cluster.found("K2"))
        .containsExactly(
            "K2 error block:10.0.0.0/30",
            "K2 error cluster",
            "K2 error config",
            "K2 error key:" + RESOURCES + "ipamconfigurations/default",
            "K2 error key:" + RESOURCES + "ipreservations/r",
            "K2 error node:n",
            "K2 error pool:p",
            "K2 error wep:ns/w");
  }

  @Test
  void aKeyThatIsNotCanonicalHasNoOtherFinding() {
    Cluster cluster =
        Cluster.with()
            .put(WRONG_KEY, "not json")
            .put(IPAM + "assignment/ipv6/block/10.9.0.0-30", "x")
            .put(IPAM + "assignment/ipv4/block/10.9.9.9", "x")
            .put(IPAM + "host/gone/ipv4/block/10.9.0.1-30", "x");
    assertThat(cluster.found(all()))
        .containsExactly(
            "K3 error key:" + IPAM + "assignment/ipv4/block/10.0.0.1-30",
            "K3 error key:" + IPAM + "assignment/ipv4/block/10.9.9.9",
            "K3 error key:" + IPAM + "assignment/ipv6/block/10.9.0.0-30",
            "K3 error key:" + IPAM + "host/gone/ipv4/block/10.9.0.1-30");
  }

  @Test
  void aNonCanonicalBlockStandsAtItsMaskedCidrForTheRulesOfOthers() {
    String value = blockValue("10.0.0.0/30", "\"host:n1\"", List.of(pod("h1", "n1")), "");
    Cluster cluster =
        Cluster.with("n1")
            .affinity("n1", "10.0.0.0/30", "confirmed")
            .put(WRONG_KEY, value)
            .handle("h2", "10.0.0.0/30", 1);
    // The affinity finds its block; the missing handle and the wrong count are seen.
    assertThat(cluster.found("A3", "H1", "H2", "H3", "B9", "B10"))
        .containsExactly("H1 error handle:h1", "H2 warning handle:h2 block:10.0.0.0/30");
  }

  @Test
  void besideACanonicalKeyOnlyThatOneCountsButBothOverlap() {
    String value = blockValue("10.0.0.0/30", "\"host:n1\"", List.of(pod("h9", "n1")), "");
    Cluster cluster =
        Cluster.with("n1").owned("10.0.0.0/30", "n1", pod("h1", "n1")).put(WRONG_KEY, value);
    assertThat(cluster.found("H1", "H2", "B9", "K3"))
        .containsExactly("K3 error key:" + WRONG_KEY, "B9 error block:10.0.0.0/30");
  }

  @Test
  void aNonCanonicalAffinityCountsForA4Only() {
    Cluster cluster =
        Cluster.with("n1")
            .block("10.0.0.0/30", "\"host:n1\"")
            .put(IPAM + "host/n1/ipv4/block/10.0.0.2-30", "{\"state\":\"pending\"}");
    assertThat(cluster.found("A1", "A2", "A3", "A4", "A5", "A6", "A7")).isEmpty();
  }

  @Test
  void aResourceWhoseKeyIsNotUtf8IsNamedAndMayBeAPool() {
    Bytes stray = Bytes.of(new byte[] {(byte) 0xa6});
    Cluster cluster =
        Cluster.with()
            .block("10.9.0.0/30", "null", pod("h1", "n1"))
            .put(Bytes.utf8(RESOURCES + "ippools/main").plus(stray), "{}")
            .put(Bytes.utf8(RESOURCES + "bgpconfigurations/default").plus(stray), "{}");
    assertThat(cluster.found("K4", "B10"))
        .containsExactly("K4 error key:" + RESOURCES + "ippools/main\\xa6");
    assertThat(cluster.only("K4").problem()).endsWith("is not UTF-8.");
  }

  @Test
  void aMisplacedResourceIsNamedWhateverItsOtherPartsAreCalled() {
    assertThat(Cluster.with().put(RESOURCES + "ippools/a/bgpconfigurations", "{}").found("K4"))
        .containsExactly("K4 error key:" + RESOURCES + "ippools/a/bgpconfigurations");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-02-28T00:00:00.1234567890123Z",
        "9999-12-31T23:59:59-23:59",
        "0000-01-01T00:00:00+19:00"
      })
  void aTimeThatGoReadsIsReadable(String time) {
    String value = resource("Node", "n1", "{}").replace("2026-01-01T00:00:00Z", time);
    assertThat(Cluster.with().put(RESOURCES + "nodes/n1", value).found("K2", "K4")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-02-30T00:00:00Z",
        "2026-02-28T24:00:00Z",
        "2026-02-28T23:59:60Z",
        "2026-02-28T00:00:00+24:00",
        "2026-02-28T00:00:00+01:60",
        "2026-02-28T00:00:00.Z",
        "2026-02-28t00:00:00z",
        ""
      })
  void aTimeThatGoRefusesIsNot(String time) {
    String value = resource("Node", "n1", "{}").replace("2026-01-01T00:00:00Z", time);
    assertThat(Cluster.with().put(RESOURCES + "nodes/n1", value).found("K2"))
        .containsExactly("K2 error node:n1");
  }

  @Test
  void aKeyThatIsNotUtf8AndOneThatLooksLikeItsEscapesHaveTwoNames() {
    Bytes front = Bytes.utf8(IPAM + "h");
    Bytes back = Bytes.utf8("\\x/1");
    Cluster cluster =
        Cluster.with()
            .put(front.plus(Bytes.of(new byte[] {(byte) 0xf3})).plus(back), "{}")
            .put(front.plus(Bytes.utf8("\\xf3")).plus(back), "{}")
            .put(front.plus(Bytes.utf8("\\")), "{}");
    assertThat(cluster.found("K1"))
        .containsExactly(
            "K1 warning key:" + IPAM + "h\\",
            "K1 warning key:" + IPAM + "h\\x5cxf3\\x5cx/1",
            "K1 warning key:" + IPAM + "h\\xf3\\x5cx/1");
  }
}
