package io.ipamrepair.calico;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value of every case is readable, but for those that the case made unreadable. */
class GoldenDecodingTest {
  static List<Golden> cases() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void onlyWhatTheCaseDamagedIsUnreadable(Golden golden) {
    IpamState state = golden.state();
    Set<String> unreadable = new TreeSet<>();
    for (KeyValue read : golden.keyValues()) {
      state
          .at(read.key())
          .filter(stored -> stored.value().isEmpty())
          .filter(stored -> !(stored.at() instanceof CalicoKey.UnknownIpamKey))
          .ifPresent(stored -> unreadable.add(stored.object().text()));
    }
    assertThat(unreadable)
        .isEqualTo(
            golden.expected().stream()
                .filter(expected -> expected.rule().equals("K2"))
                .map(expected -> expected.objects().get(0))
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyKeyOfIpamIsKept(Golden golden) {
    IpamState state = golden.state();
    assertThat(golden.keyValues())
        .filteredOn(read -> read.key().display().startsWith("/calico/ipam/"))
        .allSatisfy(read -> assertThat(state.at(read.key())).isPresent());
  }
}
