package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.Screened;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Letting go of healthy workloads while reading changes no finding and no number. */
class ScreeningTest {
  private static final KeyLayout LAYOUT = new KeyLayout();

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aScreenedStateHasTheSameFindingsAndCapacity(Golden golden) {
    assertSame(golden.keyValues(), golden.toString());
  }

  /** The smallest part that can be missing or doubled: one key. */
  @ParameterizedTest
  @MethodSource("cases")
  void soItDoesWhenAnyOneKeyIsMissing(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    Random random = new Random(golden.toString().hashCode());
    for (int i = 0; i < 1; i++) {
      List<KeyValue> fewer = new ArrayList<>(all);
      KeyValue missing = fewer.remove(random.nextInt(fewer.size()));
      assertSame(fewer, golden + " without " + missing.key());
    }
  }

  /** Its workloads look healthy until all nodes are read. */
  @ParameterizedTest
  @MethodSource("cases")
  void soItDoesWhenANodeIsMissing(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    List<KeyValue> nodes =
        all.stream().filter(each -> LAYOUT.nodes().contains(each.key())).toList();
    for (KeyValue missing : nodes) {
      List<KeyValue> fewer = new ArrayList<>(all);
      fewer.remove(missing);
      assertSame(fewer, golden + " without " + missing.key());
    }
  }

  /**
   * A value with a digit or letter changed is still JSON most of the time, and says another thing.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void soItDoesWhenAValueSaysAnotherThing(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    Random random = new Random(golden.toString().hashCode());
    for (int i = 0; i < 4; i++) {
      int which = random.nextInt(all.size());
      KeyValue old = all.get(which);
      if (old.value().length() > 1) {
        byte[] bytes = old.value().toArray();
        int at = random.nextInt(bytes.length);
        bytes[at] = (byte) (bytes[at] ^ 1 << random.nextInt(7));
        List<KeyValue> changed = new ArrayList<>(all);
        changed.set(
            which,
            new KeyValue(
                old.key(),
                Bytes.of(bytes),
                old.createRevision(),
                old.modRevision(),
                old.version()));
        assertSame(changed, golden + " with byte " + at + " of " + old.key() + " changed");
      }
    }
  }

  @Test
  void ofAHealthyClusterNoWorkloadIsKept() {
    IpamState screened =
        Screened.forRules(new Golden("v3.32.1", "healthy-v4").keyValues(), 1, new Random(1));
    IpamState whole = new Golden("v3.32.1", "healthy-v4").state();
    assertThat(screened.endpoints()).isEmpty();
    assertThat(screened.settledWorkloads()).isEqualTo(whole.endpoints().size());
    assertThat(screened.handles().keySet()).allMatch(id -> id.startsWith("ipip-tunnel-addr-"));
    assertThat(screened.keys()).isEqualTo(whole.keys());
  }

  private static void assertSame(List<KeyValue> all, String description) {
    IpamState.Builder builder = new IpamState.Builder(LAYOUT);
    all.forEach(builder::add);
    IpamState whole = builder.build(1);
    IpamState screened = Screened.forRules(all, 1, new Random(7));
    assertThat(Check.of(screened)).as(description).isEqualTo(Check.of(whole));
    assertThat(Capacity.of(screened)).as(description).isEqualTo(Capacity.of(whole));
    assertThat(screened.keys()).as(description).isEqualTo(whole.keys());
  }
}
