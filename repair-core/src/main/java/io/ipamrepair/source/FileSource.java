package io.ipamrepair.source;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Screening;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;
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
    Bulk bulk = new Bulk(layout, screening);
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

  /** The bulk of the keys, in key order: blocks, then handles, then endpoints. */
  final class Bulk {
    private final KeyRange blocks;
    private final KeyRange handles;
    private final KeyRange endpoints;
    private final Screening screening;
    private final KeyValueView view = new KeyValueView();
    private final Screening.Worker first;
    private Screening.Worker second;

    private Bulk(KeyLayout layout, Screening screening) {
      this.blocks = layout.blocks();
      this.handles = layout.handles();
      this.endpoints = layout.endpoints();
      this.screening = screening;
      this.first = screening.worker();
      this.second = first;
    }

    private void take(KeyValue read) {
      view.moveTo(read);
      if (blocks.contains(read.key())) {
        first.nodeOrBlock(view);
      } else if (handles.contains(read.key())) {
        blocksAreRead();
        second.handleOrEndpoint(view);
      } else if (endpoints.contains(read.key())) {
        blocksAreRead();
        second.handleOrEndpoint(view);
      }
    }

    private void blocksAreRead() {
      if (second == first) {
        screening.blocksAreRead();
        second = screening.worker();
      }
    }

    private void ends() {
      blocksAreRead();
      second.flush();
    }
  }
}
