package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The value of a handle: how many addresses it has in which block (reference, section 3.3).
 *
 * @param counts by block, whose CIDR is text as written
 * @param deleted never true in etcd
 */
public record Handle(SortedMap<String, Long> counts, boolean deleted) {
  /** The blocks that it names, masked; names that are no CIDR are left out. */
  public List<Cidr> blocks() {
    return counts.keySet().stream()
        .map(CidrText::read)
        .flatMap(Optional::stream)
        .map(CidrText::network)
        .toList();
  }

  static Handle read(Json.Obj json) {
    Fields fields = Fields.of(json);
    Map<String, Long> counts = fields.map("block", Fields::int64);
    return new Handle(new TreeMap<>(counts), fields.bool("deleted"));
  }
}
