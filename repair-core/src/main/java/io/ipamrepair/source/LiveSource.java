package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;

/**
 * Reads Calico's data from a live etcd, all of it at one revision; values are decoded as they
 * arrive.
 */
public final class LiveSource {
  private final Etcd etcd;
  private final KeyLayout layout = new KeyLayout();

  public LiveSource(Etcd etcd) {
    this.etcd = etcd;
  }

  /**
   * The state as it is now.
   *
   * @throws EtcdException when etcd cannot be read
   */
  public IpamState read() throws EtcdException {
    AtRevision<IpamState.Builder> read =
        etcd.read(layout.ranges(), () -> new IpamState.Builder(layout), IpamState.Builder::add);
    return read.value().build(read.revision());
  }
}
