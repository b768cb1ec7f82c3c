package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.calico.ObjectName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingTest {
  private static Finding finding(String rule, Severity severity, String... objects) {
    return new Finding(
        rule,
        severity,
        Urgency.TODAY,
        List.of(objects).stream().map(ObjectName::new).toList(),
        "It is so.",
        "None.",
        Remedy.None.YET);
  }

  @Test
  void theWorstComesFirstThenTheReferencesOrderThenTheNetworks() {
    List<Finding> sorted =
        List.of(
            finding("C3", Severity.ERROR, "cluster"),
            finding("K3", Severity.WARNING, "key:/x"),
            finding("P2", Severity.WARNING, "pool:a"),
            finding("B9", Severity.WARNING, "block:10.0.0.64/26"),
            finding("B9", Severity.WARNING, "block:10.0.0.128/26"),
            finding("B9", Severity.WARNING, "block:fd00::40/122"),
            finding("B9", Severity.WARNING, "block:fd00::100/122"),
            finding("B10", Severity.WARNING, "block:10.0.0.0/26"),
            finding("A3", Severity.WARNING, "affinity:host:z:10.0.0.64/26"),
            finding("A3", Severity.WARNING, "affinity:host:a:10.0.0.128/26"),
            finding("A3", Severity.WARNING, "affinity:host:a:fd00::40/122"),
            finding("H2", Severity.WARNING, "handle:h", "block:10.0.0.0/26"),
            finding("W1", Severity.WARNING, "wep:a/b", "address:10.0.0.9"),
            finding("W1", Severity.WARNING, "wep:a/b", "address:10.0.0.10"),
            finding("K1", Severity.INFO, "key:/x"));
    List<Finding> shuffled = new ArrayList<>(sorted);
    Collections.reverse(shuffled);
    Collections.sort(shuffled);
    assertThat(shuffled).isEqualTo(sorted);
  }

  @Test
  void aFindingHasARuleAndAnObject() {
    assertThatThrownBy(() -> finding("X1", Severity.INFO, "cluster"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> finding("A1", Severity.INFO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
