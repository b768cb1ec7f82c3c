package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.RESOURCES;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.blockValue;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageRulesTest {
  private static final String CIDR = "10.0.0.0/30";
  private static final String POD = "wep:default/n1-k8s-p-eth0";

  private static Cluster running() {
    return Cluster.with("n1").owned(CIDR, "n1", pod("p", "n1")).endpoint("p", "n1", "10.0.0.0");
  }

  @Test
  void aPodWithItsAddressHasNoFinding() {
    assertThat(running().findings()).isEmpty();
  }

  @Test
  void anAddressThatNoBlockHoldsIsFreeUnlessABlockCannotBeRead() {
    Cluster cluster = running().endpoint("q", "n1", "10.0.0.1");
    assertThat(cluster.found("W1"))
        .containsExactly("W1 error wep:default/n1-k8s-q-eth0 address:10.0.0.1");
    assertThat(cluster.put(blockKey(CIDR), "x").found("W1", "W2", "W3")).isEmpty();
    // Outside every pool nothing is demanded.
    assertThat(running().endpoint("q", "n1", "10.9.0.1").found("W1")).isEmpty();
  }

  @Test
  void anAddressThatIsCoolingDownIsFree() {
    Cluster cluster =
        Cluster.with("n1").owned(CIDR, "n1", Cluster.coolingDown()).endpoint("p", "n1", "10.0.0.0");
    assertThat(cluster.found("W1", "W2", "W3"))
        .containsExactly("W1 error " + POD + " address:10.0.0.0");
  }

  @Test
  void anOrdinalOfUnknownOwnerHoldsAndIsNotJudged() {
    String value =
        blockValue(CIDR, "\"host:n1\"", List.of(pod("p", "n1")), "").replace("[0,", "[5,");
    Cluster cluster = running().put(blockKey(CIDR), value);
    assertThat(cluster.found("W1", "W2", "W3", "B3")).containsExactly("B3 error block:" + CIDR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"pod\":\"p\"|\"pod\":\"other\"|true",
        "\"node\":\"n1\"|\"node\":\"n2\"|true",
        ",\"pod\":\"p\"||false",
        "\"namespace\":\"default\"|\"namespace\":\"kube-system\"|true"
      })
  void theHolderIsComparedWhereItIsNamed(String from, String to, boolean broken) {
    String attribute = pod("p", "n1");
    assertThat(attribute).contains(from);
    Cluster cluster =
        running().block(CIDR, "\"host:n1\"", attribute.replace(from, to == null ? "" : to));
    assertThat(cluster.found("W2"))
        .isEqualTo(broken ? List.of("W2 error " + POD + " address:10.0.0.0") : List.of());
  }

  @Test
  void aContainersHandleEndsWithItsIdOrIsThatOfOldReleases() {
    Cluster cluster = running().endpoint("p", "n1", "10.0.0.0", "c1");
    assertThat(cluster.found("W2")).containsExactly("W2 error " + POD + " address:10.0.0.0");
    for (String handle : new String[] {"net.c1", "default.p"}) {
      String attribute =
          pod("p", "n1").replace("handle_id\":\"p\"", "handle_id\":\"" + handle + "\"");
      assertThat(cluster.block(CIDR, "\"host:n1\"", attribute).found("W2")).as(handle).isEmpty();
    }
  }

  @Test
  void whatAnUnreadableEndpointOrNodeMightUseIsNotLeaked() {
    Cluster cluster = Cluster.with("n-1").owned(CIDR, "n-1", pod("p", "n-1"));
    assertThat(cluster.found("W3")).containsExactly("W3 warning address:10.0.0.0");
    String key = RESOURCES + "workloadendpoints/default/n--1-k8s-p-";
    assertThat(cluster.put(key + "eth0", "x").found("W3")).isEmpty();
    assertThat(
            cluster.remove(key + "eth0").put(key.replace("-p-", "-q-") + "eth0", "x").found("W3"))
        .hasSize(1);
    String tunnel = "{\"handle_id\":\"vxlan-v6-tunnel-addr-n1\"}";
    Cluster node = Cluster.with("n1").owned(CIDR, "n1", tunnel);
    assertThat(node.found("W3")).hasSize(1);
    assertThat(node.put(RESOURCES + "nodes/n1", "x").found("W3")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"handle_id\":\"lb-abc\"}|",
        "{\"handle_id\":\"x\",\"secondary\":{\"service\":\"a/b\"}}|",
        "{\"handle_id\":\"x\",\"secondary\":{\"type\":\"LoadBalancer\"}}|",
        "{\"handle_id\":\"windows-reserved-ipam-handle\"}|",
        "{\"handle_id\":\"x\",\"secondary\":{\"vmi-name\":\"m\"}}|info",
        "{\"handle_id\":\"x\"}|warning",
        "{}|warning"
      })
  void servicesAndReservationsAreNoLeaks(String attribute, String severity) {
    assertThat(Cluster.with("n1").owned(CIDR, "n1", attribute).found("W3"))
        .isEqualTo(severity == null ? List.of() : List.of("W3 " + severity + " address:10.0.0.0"));
  }

  @Test
  void twoUsersOfOneAddressAreDamageButForAMigration() {
    Cluster cluster = running().node("n2").endpoint("q", "n2", "10.0.0.0");
    assertThat(cluster.found("W4"))
        .containsExactly("W4 error address:10.0.0.0 " + POD + " wep:default/n2-k8s-q-eth0");
    String moving =
        pod("p", "n1")
            .replace(
                "\"secondary\":{",
                "\"alternateOwnerAttrs\":{\"namespace\":\"default\",\"node\":\"n2\",\"pod\":\"q\"},"
                    + "\"secondary\":{\"vmi-name\":\"m\",");
    cluster.block(CIDR, "\"host:n1\"", moving);
    assertThat(cluster.found("W2", "W4")).isEmpty();
    assertThat(cluster.endpoint("r", "n2", "10.0.0.0").found("W4")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense|{}|error",
        "fd00::1|{}|error",
        "10.0.0.3|{}|error",
        "10.9.0.3|{}|",
        "10.0.0.0|{}|warning",
        "10.0.0.0|{\"handle_id\":\"other\"}|error",
        "10.0.0.0|{\"handle_id\":\"ipip-tunnel-addr-n1\"}|",
        "10.0.0.0|{\"handle_id\":\"ipip-tunnel-addr-n1\",\"secondary\":{\"node\":\"n2\"}}|warning"
      })
  void tunnelAddressesAreHeldForTheirTunnel(String address, String attribute, String severity) {
    Cluster cluster =
        Cluster.with()
            .put(
                RESOURCES + "nodes/n1",
                Cluster.resource(
                    "Node", "n1", "{\"bgp\":{\"ipv4IPIPTunnelAddr\":\"" + address + "\"}}"))
            .owned(CIDR, "n1", attribute);
    List<String> found = cluster.found("W5");
    assertThat(found.stream().map(line -> line.split(" ")[1]).toList())
        .isEqualTo(severity == null ? List.of() : List.of(severity));
  }

  @Test
  void endpointsHaveTheComputedName() {
    Cluster cluster = running();
    String key = RESOURCES + "workloadendpoints/default/";
    cluster.put(
        key + "wrong",
        Cluster.resource(
            "WorkloadEndpoint",
            "wrong",
            "{\"orchestrator\":\"k8s\",\"node\":\"n1\",\"pod\":\"p\",\"endpoint\":\"eth0\"}"));
    cluster.put(key + "part", Cluster.resource("WorkloadEndpoint", "part", "{\"node\":\"n1\"}"));
    cluster.put(
        key + "gone-libnetwork-libnetwork-e",
        Cluster.resource(
            "WorkloadEndpoint",
            "gone-libnetwork-libnetwork-e",
            "{\"orchestrator\":\"libnetwork\",\"node\":\"gone\",\"endpoint\":\"e\"}"));
    assertThat(cluster.found("W6"))
        .containsExactly(
            "W6 error wep:default/part",
            "W6 error wep:default/wrong",
            "W6 warning wep:default/gone-libnetwork-libnetwork-e");
  }

  @Test
  void aReleaseInTheFutureIsSeenOnlyWithAClock() {
    Cluster cluster = Cluster.with("n1").owned(CIDR, "n1", Cluster.coolingDown());
    assertThat(cluster.found("B6")).isEmpty();
    assertThat(Check.of(cluster.state(), Instant.parse("2025-12-31T23:55:00Z"))).isEmpty();
    assertThat(Check.of(cluster.state(), Instant.parse("2025-12-31T23:54:59Z")))
        .extracting(Finding::rule)
        .containsExactly("B6");
    assertThat(
            Cluster.with("n1")
                .owned(
                    CIDR,
                    "n1",
                    "{\"releasedAt\":\"2026-01-01T00:00:00Z\",\"secondary\":{\"node\":\"n1\"}}")
                .found("B6"))
        .containsExactly("B6 error block:" + CIDR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|error",
        "{\"strict_affinity\":true}|warning",
        "{\"auto_allocate_blocks\":true}|",
        "{\"auto_allocate_blocks\":true,\"maxBlocksPerHost\":3}|warning",
        "{\"auto_allocate_blocks\":true,\"strict_affinity\":true,\"maxBlocksPerHost\":3}|",
        "{\"auto_allocate_blocks\":true,\"kubeVirtVMAddressPersistence\":\"x\"}|warning"
      })
  void theConfigurationAllowsBlocks(String config, String severity) {
    assertThat(Cluster.with().put(Cluster.IPAM + "config", config).found("C1"))
        .isEqualTo(severity == null ? List.of() : List.of("C1 " + severity + " config"));
  }

  @Test
  void aResourceMadeByHandLacksItsIdentity() {
    Cluster cluster =
        Cluster.with()
            .put(
                RESOURCES + "nodes/n1",
                Cluster.resource("Node", "n1", "{}").replace("\"uid\"", "\"id\""))
            .put(RESOURCES + "nodes/n2", Cluster.resource("Node", "n3", "{}"))
            .put(RESOURCES + "ippools/a/b", "x");
    assertThat(cluster.found("K4", "K2"))
        .containsExactly(
            "K4 error key:" + RESOURCES + "ippools/a/b", "K4 error node:n2", "K4 warning node:n1");
  }

  @Test
  void aBlockOfTheWholeWorldHoldsWhatItsListHoldsAndNoMore() {
    String value = blockValue(CIDR, "null", List.of(pod("q", "n1")), "").replace(CIDR, "0.0.0.0/0");
    Cluster cluster = running().put(blockKey("0.0.0.0/0"), value);
    assertThat(cluster.endpoint("r", "n1", "200.0.0.1").found("W1", "W3"))
        .containsExactly("W3 warning address:0.0.0.0");
  }

  @Test
  void entriesBeyondABlocksSizeHoldNoAddressOfTheNextBlock() {
    List<String> five = List.of(pod("a", "n1"), pod("b", "n1"), pod("c", "n1"), pod("d", "n1"));
    String value = blockValue(CIDR, "\"host:n1\"", five, "").replace("[0,1,2,3]", "[0,1,2,3,3]");
    Cluster cluster =
        Cluster.with("n1").owned(CIDR, "n1").put(blockKey(CIDR), value).handle("d", CIDR, 1);
    assertThat(cluster.endpoint("d", "n1", "10.0.0.4").found("W1", "W2", "H2"))
        .containsExactly("W1 error wep:default/n1-k8s-d-eth0 address:10.0.0.4");
  }
}
