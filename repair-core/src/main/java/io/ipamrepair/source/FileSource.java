package io.ipamrepair.source;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Screening;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A file that has Calico's keys; it may be read as often as is needed. */
public sealed interface FileSource extends StateSource permits SnapshotFile, DumpFile {
  @Override
  Origin origin();

  @Override
  <T> AtRevision<T> forEach(Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws SourceException;

  /**
   * The state with all that any rule asks, and all that {@code focus} asks for; of healthy
   * workloads little else is kept, so that the file of a large cluster needs no large memory
   * ({@link Screening}). The file is read from its beginning to its end, in key order, twice at
   * least: what is small first, then the bulk; and again for what is in doubt or wanted whole.
   *
   * @param focus asked until it needs no more
   */
  default IpamState read(Function<IpamState, Focus> focus) throws SourceException {
    KeyLayout layout = new KeyLayout();
    // Nodes stand behind handles in a file, and must be known before them.
    List<KeyRange> early = new ArrayList<>(layout.smallRanges());
    early.add(layout.nodes());
    RangeSet small = new RangeSet(early);
    AtRevision<IpamState.Builder> first =
        forEach(
            () -> new IpamState.Builder(layout),
            (builder, read) -> {
              if (small.contains(read.key())) {
                builder.add(read);
              }
            });
    Screening screening = Screening.forChanges(layout, first.value());
    FileBulk bulk = new FileBulk(layout, screening);
    pass(first.revision(), bulk::take);
    bulk.ends();
    return screening.state(
        first.revision(),
        focus,
        (wanted, sink) -> {
          RangeSet all = wanted.keys();
          pass(
              first.revision(),
              read -> {
                if (all.contains(read.key())) {
                  sink.accept(read);
                }
              });
        });
  }

  private void pass(long revision, Consumer<KeyValue> sink) throws SourceException {
    long found = forEach(() -> sink, Consumer::accept).revision();
    if (found != revision) {
      throw SourceException.damaged(
          origin().words(),
          "a file that stays as it is, at revision " + revision,
          "one of revision " + found);
    }
  }
}
