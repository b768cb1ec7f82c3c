package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.RangeSet;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** A place that Calico's keys can be read from, all at one revision. */
public sealed interface StateSource permits LiveSource, FileSource {
  /** Where it is. */
  Origin origin() throws EtcdException, SourceException;

  /**
   * Hands over every key in the ranges of {@link KeyLayout#ranges}, in key order, one at a time.
   * Reading may have to start again; then what was gathered is dropped and a fresh result is asked
   * for.
   *
   * @param fresh makes an empty result
   * @param sink adds a key to a result
   */
  <T> AtRevision<T> forEach(Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException, SourceException;

  /** The same of the keys in {@code wanted}, ascending ranges among those. */
  default <T> AtRevision<T> forEachIn(
      List<KeyRange> wanted, Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException, SourceException {
    RangeSet ranges = new RangeSet(wanted);
    return forEach(
        fresh,
        (result, read) -> {
          if (ranges.contains(read.key())) {
            sink.accept(result, read);
          }
        });
  }

  /** The state; values are decoded as they arrive. */
  default IpamState read() throws EtcdException, SourceException {
    KeyLayout layout = new KeyLayout();
    AtRevision<IpamState.Builder> read =
        forEach(() -> new IpamState.Builder(layout), IpamState.Builder::add);
    return read.value().build(read.revision());
  }
}
