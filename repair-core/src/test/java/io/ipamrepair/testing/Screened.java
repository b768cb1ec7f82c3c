package io.ipamrepair.testing;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Screening;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;
import io.ipamrepair.kv.RangeSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

/** Screens keys as a source does, in any order that is allowed, without an etcd. */
public final class Screened {
  private static final KeyLayout LAYOUT = new KeyLayout();

  private final NavigableMap<Bytes, KeyValue> byKey = new TreeMap<>();
  private final List<KeyValue> nodesAndBlocks = new ArrayList<>();
  private final List<KeyValue> workloads = new ArrayList<>();
  private final IpamState.Builder rest = new IpamState.Builder(LAYOUT);
  private final long revision;

  private Screened(List<KeyValue> all, long revision) {
    this.revision = revision;
    for (KeyValue each : all) {
      byKey.put(each.key(), each);
      if (LAYOUT.nodes().contains(each.key()) || LAYOUT.blocks().contains(each.key())) {
        nodesAndBlocks.add(each);
      } else if (LAYOUT.handles().contains(each.key()) || LAYOUT.endpoints().contains(each.key())) {
        workloads.add(each);
      } else {
        rest.add(each);
      }
    }
  }

  /** For the rules alone. */
  public static IpamState forRules(List<KeyValue> all, long revision, Random random) {
    Screened screened = new Screened(all, revision);
    return screened.state(Screening.forRules(LAYOUT, screened.rest), random, s -> Focus.NOTHING);
  }

  /** With what {@code focus} asks for. */
  public static IpamState with(
      List<KeyValue> all, long revision, Random random, Function<IpamState, Focus> focus) {
    Screened screened = new Screened(all, revision);
    return screened.state(Screening.forChanges(LAYOUT, screened.rest), random, focus);
  }

  private IpamState state(Screening screening, Random random, Function<IpamState, Focus> focus) {
    Collections.shuffle(nodesAndBlocks, random);
    Collections.shuffle(workloads, random);
    KeyValueView view = new KeyValueView();
    Screening.Worker first = screening.worker();
    for (KeyValue each : nodesAndBlocks) {
      view.moveTo(each);
      first.nodeOrBlock(view);
    }
    screening.blocksAreRead();
    Screening.Worker second = screening.worker();
    for (KeyValue each : workloads) {
      view.moveTo(each);
      second.handleOrEndpoint(view);
      if (random.nextBoolean()) {
        second.flush();
      }
    }
    second.flush();
    return screening.state(
        revision,
        focus,
        (wanted, sink) -> {
          RangeSet all = wanted.keys();
          byKey.values().stream().filter(each -> all.contains(each.key())).forEach(sink);
        });
  }
}
