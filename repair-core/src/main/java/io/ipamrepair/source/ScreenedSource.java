package io.ipamrepair.source;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Screening;
import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;
import io.ipamrepair.kv.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Reads Calico's data from a live etcd as a scan needs it, whatever its size: at one revision, what
 * is small first, then nodes and blocks, then handles and endpoints, in parts, of which healthy
 * workloads are let go ({@link Screening}).
 */
public final class ScreenedSource {
  /**
   * How large parts are.
   *
   * @param nodes nodes in a part
   * @param blocks the same of blocks
   * @param handles sampled handles in a part, each of which stands for a block's worth
   * @param endpoints the same of endpoints, which are larger
   * @param few so many requests for single keys cost less than reading all the parts again
   */
  record Parts(int nodes, int blocks, int handles, int endpoints, int few) {
    /**
     * Some 2.5 MB each, where blocks are full: a part more costs etcd next to nothing, and the
     * larger they are, the longer one waits for the last.
     */
    static Parts standard() {
      return new Parts(1500, 200, 260, 45, 300);
    }
  }

  private static final int ATTEMPTS = 3;

  private final Etcd etcd;
  private final Parts parts;
  private final KeyLayout layout = new KeyLayout();

  public ScreenedSource(Etcd etcd) {
    this(etcd, Parts.standard());
  }

  ScreenedSource(Etcd etcd, Parts parts) {
    this.etcd = etcd;
    this.parts = parts;
  }

  /**
   * How many keys {@link #read} would read now; cheap.
   *
   * @throws EtcdException when etcd cannot be read
   */
  public long count() throws EtcdException {
    return etcd.count(layout.ranges());
  }

  /**
   * The state as it is now, for the rules.
   *
   * @throws EtcdException when etcd cannot be read, or compacts each time while it is read
   */
  public IpamState read() throws EtcdException {
    return read(keys -> {});
  }

  /**
   * The state as it is now, for the rules.
   *
   * @param progress told now and then how many keys were read; from the beginning again when the
   *     read starts again; never by two threads at once
   * @throws EtcdException when etcd cannot be read, or compacts each time while it is read
   */
  public IpamState read(LongConsumer progress) throws EtcdException {
    return read(progress, builder -> Screening.forRules(layout, builder), state -> Focus.NOTHING);
  }

  /** The state as it is now, with all that {@code focus} asks for; without progress. */
  public IpamState read(Focus focus) throws EtcdException {
    return read(keys -> {}, state -> focus);
  }

  /**
   * The state as it is now, with all that {@code focus} asks for.
   *
   * @param progress as above
   * @param focus asked what it needs of the state; asked again of the state that has it, until it
   *     needs no more
   * @throws EtcdException as above
   */
  public IpamState read(LongConsumer progress, Function<IpamState, Focus> focus)
      throws EtcdException {
    return read(progress, builder -> Screening.forChanges(layout, builder), focus);
  }

  private IpamState read(
      LongConsumer progress,
      Function<IpamState.Builder, Screening> begin,
      Function<IpamState, Focus> focus)
      throws EtcdException {
    for (int made = 1; ; made++) {
      try {
        return readOnce(new Progress(progress), begin, focus);
      } catch (EtcdException failed) {
        boolean again = failed.failure().kind() == EtcdFailure.Kind.COMPACTED && made < ATTEMPTS;
        if (!again) {
          throw failed;
        }
      }
    }
  }

  /** Adds up what several threads have read. */
  private static final class Progress {
    private static final int STEP = 1000;

    private final LongConsumer told;
    private long keys;

    Progress(LongConsumer told) {
      this.told = told;
    }

    synchronized void add(long more) {
      keys += more;
      told.accept(keys);
    }
  }

  private IpamState readOnce(
      Progress progress,
      Function<IpamState.Builder, Screening> begin,
      Function<IpamState, Focus> focus)
      throws EtcdException {
    AtRevision<IpamState.Builder> small =
        etcd.read(
            layout.smallRanges(), () -> new IpamState.Builder(layout), IpamState.Builder::add);
    progress.add(small.value().keys());
    long revision = small.revision();
    Screening screening = begin.apply(small.value());
    List<KeyRange> nodes = cut(layout.nodes(), small.value().claimingNodes(), parts.nodes());
    List<KeyRange> blocks = cut(layout.blocks(), small.value().claimedBlocks(), parts.blocks());
    read(screening, progress, revision, all(nodes, blocks), Screening.Worker::nodeOrBlock);
    screening.blocksAreRead();
    List<KeyRange> handles =
        cut(layout.handles(), screening.takeSampleOfHandles(), parts.handles());
    List<KeyRange> endpoints =
        cut(layout.endpoints(), screening.takeSampleOfEndpoints(), parts.endpoints());
    read(
        screening, progress, revision, all(handles, endpoints), Screening.Worker::handleOrEndpoint);
    return screening.state(
        revision,
        focus,
        (wanted, sink) -> {
          again(revision, blocks, points(wanted.blocks()), sink);
          again(revision, handles, points(wanted.handles()), sink);
          again(revision, endpoints, wanted.endpoints(), sink);
        });
  }

  /** Together, so that nobody waits for the last of one kind before the first of the next. */
  private static List<KeyRange> all(List<KeyRange> some, List<KeyRange> others) {
    List<KeyRange> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private void read(
      Screening screening,
      Progress progress,
      long revision,
      List<KeyRange> parts,
      BiConsumer<Screening.Worker, KeyValueView> screen)
      throws EtcdException {
    Supplier<Etcd.PartSink> sinks =
        () -> {
          Screening.Worker worker = screening.worker();
          return new Etcd.PartSink() {
            private int untold;

            @Override
            public void key(KeyValueView read) {
              screen.accept(worker, read);
              if (++untold == Progress.STEP) {
                tell();
              }
            }

            @Override
            public void partEnds() {
              worker.flush();
              tell();
            }

            private void tell() {
              progress.add(untold);
              untold = 0;
            }
          };
        };
    etcd.readParts(revision, parts, sinks);
  }

  /**
   * Reads what is wanted once more: range by range where it is little, else all the parts, which
   * costs less than a request for each.
   */
  private void again(
      long revision, List<KeyRange> all, List<KeyRange> wanted, Consumer<KeyValue> sink)
      throws EtcdException {
    RangeSet ranges = new RangeSet(wanted);
    boolean few = ranges.ranges().size() <= parts.few();
    etcd.readParts(
        revision,
        few ? ranges.ranges() : all,
        () ->
            new Etcd.PartSink() {
              @Override
              public void key(KeyValueView read) {
                KeyValue copy = read.copy();
                if (ranges.contains(copy.key())) {
                  synchronized (sink) {
                    sink.accept(copy);
                  }
                }
              }

              @Override
              public void partEnds() {
                // Nothing is gathered.
              }
            });
  }

  private static List<KeyRange> points(List<Bytes> keys) {
    return keys.stream().map(KeyRange::of).toList();
  }

  /** Cuts a range at every so manieth of some keys in it. */
  private static List<KeyRange> cut(KeyRange range, List<Bytes> keys, int step) {
    SortedSet<Bytes> sorted = new TreeSet<>(keys);
    List<KeyRange> parts = new ArrayList<>();
    Bytes from = range.from();
    int count = 0;
    for (Bytes key : sorted) {
      count++;
      boolean inside = key.compareTo(from) > 0 && key.compareTo(range.to()) < 0;
      if (count % step == 0 && inside) {
        parts.add(new KeyRange(from, key));
        from = key;
      }
    }
    parts.add(new KeyRange(from, range.to()));
    return parts;
  }
}
