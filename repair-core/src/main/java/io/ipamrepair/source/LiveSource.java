package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdIdentity;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Reads Calico's data from a live etcd, all of it at one revision; values are decoded as they
 * arrive.
 */
public final class LiveSource implements StateSource {
  private final Etcd etcd;
  private final KeyLayout layout = new KeyLayout();

  public LiveSource(Etcd etcd) {
    this.etcd = etcd;
  }

  /** The endpoint that answers, and its cluster. */
  @Override
  public Origin origin() throws EtcdException {
    EtcdIdentity identity = etcd.identity();
    return new Origin.Live(identity.endpoint(), Long.toHexString(identity.clusterId()));
  }

  /** Starts again when the revision is compacted meanwhile. */
  @Override
  public <T> AtRevision<T> forEach(Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException {
    return etcd.read(layout.ranges(), fresh, sink);
  }

  @Override
  public <T> AtRevision<T> forEachIn(
      List<KeyRange> wanted, Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException {
    return etcd.read(wanted, fresh, sink);
  }

  /**
   * The state as it is now.
   *
   * @throws EtcdException when etcd cannot be read
   */
  @Override
  public IpamState read() throws EtcdException {
    AtRevision<IpamState.Builder> read =
        forEach(() -> new IpamState.Builder(layout), IpamState.Builder::add);
    return read.value().build(read.revision());
  }
}
