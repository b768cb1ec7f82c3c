package io.ipamrepair.run;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Compare;
import java.util.List;

/**
 * A run record as this process last wrote or read it.
 *
 * @param key its key
 * @param record its content
 * @param revision the revision of its last write
 */
record HeldRecord(Bytes key, RunRecord record, long revision) {
  /**
   * That it still is so. By value too: after a restore from a backup a revision may come again with
   * other content.
   */
  List<Compare> compares() {
    return List.of(
        new Compare.ModRevisionIs(key, revision), new Compare.ValueIs(key, record.encode()));
  }
}
