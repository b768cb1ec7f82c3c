package io.ipamrepair.source;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Screening;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;

/** Screens the bulk of a file's keys, in key order: blocks, then handles, then endpoints. */
final class FileBulk {
  private final KeyRange blocks;
  private final KeyRange handles;
  private final KeyRange endpoints;
  private final Screening screening;
  private final KeyValueView view = new KeyValueView();
  private final Screening.Worker first;
  private Screening.Worker second;

  FileBulk(KeyLayout layout, Screening screening) {
    this.blocks = layout.blocks();
    this.handles = layout.handles();
    this.endpoints = layout.endpoints();
    this.screening = screening;
    this.first = screening.worker();
    this.second = first;
  }

  void take(KeyValue read) {
    view.moveTo(read);
    if (blocks.contains(read.key())) {
      first.nodeOrBlock(view);
    } else if (handles.contains(read.key()) || endpoints.contains(read.key())) {
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

  void ends() {
    blocksAreRead();
    second.flush();
  }
}
