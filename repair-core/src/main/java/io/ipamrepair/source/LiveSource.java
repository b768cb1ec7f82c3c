package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.KeyValue;
import java.util.function.LongConsumer;

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
    return read(keys -> {});
  }

  /**
   * The state as it is now.
   *
   * @param progress told after each key how many were read; from 1 again when the read starts again
   * @throws EtcdException when etcd cannot be read
   */
  public IpamState read(LongConsumer progress) throws EtcdException {
    AtRevision<Counted> read =
        etcd.read(layout.ranges(), () -> new Counted(layout, progress), Counted::add);
    return read.value().builder.build(read.revision());
  }

  /**
   * How many keys {@link #read} would read now; cheap.
   *
   * @throws EtcdException when etcd cannot be read
   */
  public long count() throws EtcdException {
    return etcd.count(layout.ranges());
  }

  private static final class Counted {
    private final IpamState.Builder builder;
    private final LongConsumer progress;
    private long keys;

    Counted(KeyLayout layout, LongConsumer progress) {
      this.builder = new IpamState.Builder(layout);
      this.progress = progress;
    }

    void add(KeyValue read) {
      builder.add(read);
      progress.accept(++keys);
    }
  }
}
