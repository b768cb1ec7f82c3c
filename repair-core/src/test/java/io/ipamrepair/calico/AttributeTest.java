package io.ipamrepair.calico;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttributeTest {
  private static Attribute with(Map<String, String> secondary) {
    return new Attribute(Optional.empty(), secondary, Map.of(), Optional.empty(), false);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-08-22 06:33:25.123456789 +0000 UTC, 2026-08-22T06:33:25.123456789Z",
    "2026-08-22 06:33:25 +0200 CEST m=+0.1,   2026-08-22T04:33:25Z",
    "2026-08-22 06:33:25 -0330 NST,           2026-08-22T10:03:25Z"
  })
  void theTimeOfAllocationIsReadAsGoWritesIt(String timestamp, Instant time) {
    assertThat(with(Map.of("timestamp", timestamp)).allocatedAt()).contains(time);
  }

  @Test
  void whatIsNoTimeIsNoTimeOfAllocation() {
    assertThat(with(Map.of()).allocatedAt()).isEmpty();
    assertThat(with(Map.of("timestamp", "yesterday")).allocatedAt()).isEmpty();
    assertThat(with(Map.of("timestamp", "2026-13-22 06:33:25 +0000 UTC")).allocatedAt()).isEmpty();
  }
}
