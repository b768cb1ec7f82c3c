package io.ipamrepair.cni;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A handle's value: how many addresses it has in which block.
 *
 * @param counts by the text of the block's CIDR
 */
record HandleValue(SortedMap<String, Integer> counts) {
  HandleValue {
    counts = new TreeMap<>(counts);
  }

  static HandleValue read(String value) {
    try {
      SortedMap<String, Integer> counts = new TreeMap<>();
      Json.Obj object = new JsonReader().readObject(Bytes.utf8(value));
      ((Json.Obj) object.get("block").orElseThrow())
          .members()
          .forEach(
              (cidr, count) -> counts.put(cidr, Integer.parseInt(((Json.Num) count).literal())));
      return new HandleValue(counts);
    } catch (JsonFormatException broken) {
      throw new IllegalArgumentException("no handle: " + value, broken);
    }
  }

  int in(String cidr) {
    return counts.getOrDefault(cidr, 0);
  }

  /** The handle with {@code more} addresses in a block; an entry that comes to nothing goes. */
  HandleValue plus(String cidr, int more) {
    SortedMap<String, Integer> changed = new TreeMap<>(counts);
    int count = in(cidr) + more;
    if (count > 0) {
      changed.put(cidr, count);
    } else {
      changed.remove(cidr);
    }
    return new HandleValue(changed);
  }

  String encode() {
    Map<String, Json> members = new LinkedHashMap<>();
    counts.forEach((cidr, count) -> members.put(cidr, Json.Num.of(count)));
    return Json.Obj.of("block", new Json.Obj(members), "deleted", Json.Bool.FALSE)
        .encode()
        .display();
  }
}
