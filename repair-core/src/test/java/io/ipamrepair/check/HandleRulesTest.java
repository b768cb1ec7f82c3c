package io.ipamrepair.check;

import static io.ipamrepair.check.Cluster.IPAM;
import static io.ipamrepair.check.Cluster.blockKey;
import static io.ipamrepair.check.Cluster.pod;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandleRulesTest {
  private static final String CIDR = "10.0.0.0/30";

  @Test
  void handlesAreCutAtTheFirstCarriageReturn() {
    Cluster cluster =
        Cluster.with("n1")
            .owned(CIDR, "n1", pod("h1\\r\\neth0", "n1"))
            .remove(IPAM + "handle/h1\\r\\neth0");
    assertThat(cluster.found("H1")).containsExactly("H1 error handle:h1");
    assertThat(cluster.handle("h1", CIDR, 1).found("H1", "H2")).isEmpty();
  }

  @Test
  void anUnreadableHandleExistsAndItsCountsAreUnknown() {
    Cluster cluster = Cluster.with("n1").owned(CIDR, "n1", pod("h1", "n1"));
    assertThat(cluster.put(IPAM + "handle/h1", "x").found("H1", "H2", "H3", "K2"))
        .containsExactly("K2 error handle:h1");
  }

  @Test
  void countsAreComparedPerBlockAndTheWorstDecides() {
    Cluster cluster =
        Cluster.with("n1")
            .owned(CIDR, "n1", pod("h1", "n1"), pod("h1", "n1"))
            .owned("10.0.0.4/30", "n1")
            .owned("10.0.0.8/30", "n1", pod("h1", "n1"));
    cluster.put(
        IPAM + "handle/h1", "{\"block\":{\"10.0.0.0/30\":2,\"10.0.0.4/30\":1,\"10.0.0.8/30\":1}}");
    assertThat(cluster.found("H2")).containsExactly("H2 warning handle:h1 block:10.0.0.4/30");
    cluster.put(IPAM + "handle/h1", "{\"block\":{\"10.0.0.0/30\":3}}");
    assertThat(cluster.found("H2"))
        .containsExactly("H2 error handle:h1 block:10.0.0.0/30 block:10.0.0.8/30");
  }

  @Test
  void nothingIsConcludedAboutAnUnreadableBlock() {
    Cluster cluster = Cluster.with("n1").put(blockKey(CIDR), "x").handle("h1", CIDR, 3);
    assertThat(cluster.found("H1", "H2", "H3")).isEmpty();
  }

  @Test
  void anEntryForABlockThatIsAbsentIsWear() {
    assertThat(Cluster.with().handle("h1", CIDR, 3).found("H2", "H3"))
        .containsExactly("H3 warning handle:h1");
  }

  @Test
  void emptyHandlesCountsBelowOneAndOtherSpellingsAreDamage() {
    Cluster cluster =
        Cluster.with("n1")
            .owned(CIDR, "n1")
            .put(IPAM + "handle/absent", "{}")
            .put(IPAM + "handle/empty", "{\"block\":{}}")
            .handle("null", CIDR, 0)
            .handle("spelling", "10.0.0.1/30", 1)
            .handle("word", "nonsense", 1)
            .handle("below", CIDR, -1);
    assertThat(cluster.found("H3"))
        .containsExactly(
            "H3 error handle:absent",
            "H3 error handle:below",
            "H3 error handle:empty",
            "H3 error handle:null",
            "H3 error handle:spelling",
            "H3 error handle:word");
    assertThat(cluster.found("H2")).containsExactly("H2 error handle:below block:" + CIDR);
  }

  @Test
  void anAddressWithoutHandleNamesNone() {
    assertThat(
            Cluster.with("n1")
                .owned(CIDR, "n1", "{}", "{\"handle_id\":null}", "{\"handle_id\":\"\"}")
                .remove(IPAM + "handle/")
                .found("H1"))
        .isEmpty();
  }
}
