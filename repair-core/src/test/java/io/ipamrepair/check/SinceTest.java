package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class SinceTest {
  private static Finding finding(String rule, String... objects) {
    return new Finding(
        rule,
        Severity.ERROR,
        List.of(objects).stream().map(ObjectName::new).toList(),
        "problem",
        "traffic",
        Remedy.None.YET);
  }

  private static long written(IpamState state, String key) {
    return state.at(Bytes.utf8(key)).map(Stored::modRevision).orElseThrow();
  }

  @Test
  void theLastWriteOfAnyObjectOfAFindingCounts() {
    IpamState state = Cluster.with("n1").owned("10.0.0.0/30", "n1").state();
    Finding finding = finding("P2", "pool:main", "block:10.0.0.0/30");
    long pool = written(state, Cluster.RESOURCES + "ippools/main");
    long block = written(state, Cluster.blockKey("10.0.0.0/30"));
    assertThat(Since.of(state, List.of(finding)).revision(finding)).hasValue(Math.max(pool, block));
    assertThat(pool).as("another revision than the block's").isNotEqualTo(block);
  }

  @Test
  void anAddressIsAsOldAsTheBlockThatContainsIt() {
    IpamState state = Cluster.with("n1").owned("10.0.0.0/30", "n1").state();
    Finding inside = finding("W3", "address:10.0.0.1");
    Finding outside = finding("W3", "address:10.0.0.4");
    Since since = Since.of(state, List.of(inside, outside));
    assertThat(since.revision(inside)).hasValue(written(state, Cluster.blockKey("10.0.0.0/30")));
    assertThat(since.revision(outside)).isEmpty();
  }

  @Test
  void whatIsNotInEtcdIsNotSaidToBeUnchanged() {
    IpamState state = Cluster.with("n1").state();
    Finding finding = finding("B14", "pool:main", "node:gone");
    assertThat(Since.of(state, List.of(finding)).revision(finding)).isEmpty();
  }

  @Test
  void everyObjectThatAGoldenFindingNamesIsFoundUnlessItIsAbsent() {
    for (Golden golden : Golden.all()) {
      IpamState state = golden.state();
      List<Finding> findings = Check.of(state);
      Since since = Since.of(state, findings);
      List<ObjectName> present =
          StreamSupport.stream(state.all().spliterator(), false)
              .<ObjectName>map(Stored::object)
              .toList();
      for (Finding finding : findings) {
        if (present.containsAll(finding.objects())) {
          assertThat(since.revision(finding)).as("%s %s", golden, finding).isPresent();
          assertThat(since.revision(finding).getAsLong()).isLessThanOrEqualTo(state.revision());
        }
      }
    }
  }

  @Test
  void aLeakIsAsOldAsItsAllocation() {
    IpamState state = new Golden("v3.32.1", "crash-S13").state();
    List<Finding> leaks =
        Check.of(state).stream().filter(finding -> finding.rule().equals("W3")).toList();
    Since since = Since.of(state, leaks);
    assertThat(leaks).isNotEmpty();
    assertThat(leaks)
        .allSatisfy(
            leak ->
                assertThat(since.allocated(leak))
                    .hasValueSatisfying(
                        time -> assertThat(time).isAfter(Instant.parse("2026-01-01T00:00:00Z"))));
    Finding other = finding("W4", leaks.get(0).first().text());
    assertThat(since.allocated(other)).isEmpty();
  }
}
