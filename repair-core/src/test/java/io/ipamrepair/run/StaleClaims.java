package io.ipamrepair.run;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.testing.Golden;
import java.util.ArrayList;
import java.util.List;

/** A healthy cluster, and claims of a node that is gone on blocks that never came to be. */
final class StaleClaims {
  /** Lets no two of them into one transaction. */
  static final EtcdLimits ONE_A_STEP = new EtcdLimits(8, 1_500_000);

  /** What removes them. */
  static final List<String> COMMAND = List.of("release-orphan-blocks", "--all");

  private StaleClaims() {}

  /** The state, with {@code claims} of them: as many steps. */
  static List<KeyValue> state(int claims) {
    List<KeyValue> keys = new ArrayList<>(new Golden("v3.32.1", "healthy-v4").keyValues());
    for (int claim = 0; claim < claims; claim++) {
      String block =
          "10.64." + (66 + claim % 2) + "." + 64 * (claim / 2 % 4) + "-" + (26 + claim / 8);
      keys.add(
          new KeyValue(
              Bytes.utf8("/calico/ipam/v2/host/gone/ipv4/block/" + block),
              Bytes.utf8("{\"state\":\"confirmed\",\"deleted\":false}"),
              1,
              1,
              1));
    }
    return keys;
  }
}
