package io.ipamrepair.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value that Calico wrote is decoded and encoded again to the same bytes. */
class GoldenEncodingTest {
  /** What was edited by hand into something that is not one JSON object, as its case says. */
  private static final Set<String> NOT_JSON =
      Set.of(
          "broken-values /calico/ipam/v2/assignment/ipv4/block/10.192.68.64-26",
          "broken-values /calico/ipam/v2/host/kubernetes2001/ipv4/block/10.192.68.0-26",
          "broken-values /calico/ipam/v2/host/kubernetes2003",
          "corrupt-block-fallout /calico/ipam/v2/assignment/ipv4/block/10.192.68.64-26",
          "old-values /calico/ipam/v2/host/kubernetes2001/ipv4/block/10.192.68.128-26");

  private static final String DAMAGED_HANDLE = "broken-values /calico/ipam/v2/handle/";

  private final JsonReader reader = new JsonReader();

  static List<Golden> cases() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bytesAreTheSameAgain(Golden golden) {
    for (KeyValue stored : golden.keyValues()) {
      try {
        assertThat(reader.read(stored.value()).encode())
            .as("%s %s", golden, stored.key())
            .isEqualTo(stored.value());
      } catch (JsonFormatException damaged) {
        String where = golden.name() + " " + stored.key();
        assertThat(NOT_JSON.contains(where) || isTheDamagedHandle(where, stored.value()))
            .as("%s: %s", where, damaged.getMessage())
            .isTrue();
      }
    }
  }

  private static boolean isTheDamagedHandle(String where, Bytes value) {
    return where.startsWith(DAMAGED_HANDLE) && value.display().startsWith("not");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void historiesAndBackupsToo(Golden golden) throws JsonFormatException {
    Set<String> others = new TreeSet<>(Set.of("before.jsonl", "history.jsonl"));
    others.removeIf(file -> Golden.class.getResource("/golden/" + golden + "/" + file) == null);
    for (String file : others) {
      for (String line : golden.text(file).lines().toList()) {
        Json.Obj change = reader.readObject(Bytes.utf8(line));
        if (change.get("value").isPresent()) {
          Bytes value = Bytes.utf8(((Json.Text) change.get("value").get()).value());
          assertThat(reader.read(value).encode()).isEqualTo(value);
        }
      }
    }
  }
}
