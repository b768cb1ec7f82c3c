package io.ipamrepair.source;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** Everything that a source hands over. */
final class Gathered {
  private Gathered() {}

  static AtRevision<List<KeyValue>> from(StateSource source) throws EtcdException, SourceException {
    return source.forEach(ArrayList::new, List::add);
  }

  /** Those that a source would hand over. */
  static List<KeyValue> read(List<KeyValue> all) {
    KeyLayout layout = new KeyLayout();
    return all.stream()
        .filter(each -> layout.ranges().stream().anyMatch(range -> range.contains(each.key())))
        .toList();
  }
}
