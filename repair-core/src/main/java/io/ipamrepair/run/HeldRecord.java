package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyValue;
import java.util.List;
import java.util.Optional;

/**
 * A run record as this process last wrote or read it.
 *
 * @param key its key
 * @param record its content
 * @param revision the revision of its last write
 */
record HeldRecord(Bytes key, RunRecord record, long revision) {
  /**
   * The record of {@code run} as it is now; nothing when there is none.
   *
   * @throws TakenOverException when it is none that this release knows
   */
  static Optional<HeldRecord> find(Etcd etcd, String run) throws EtcdException, TakenOverException {
    List<KeyValue> found = etcd.get(List.of(RunKeys.record(run))).value();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    RunRecord record =
        RunRecord.decode(found.get(0).value())
            .orElseThrow(
                () -> new TakenOverException("the run record is not one that this release wrote"));
    return Optional.of(new HeldRecord(found.get(0).key(), record, found.get(0).modRevision()));
  }

  /** What the next write of the record goes out from. */
  RunRecord next() {
    return record.writtenAt(revision);
  }

  /**
   * That it still is so. By value too: after a restore from a backup a revision may come again with
   * other content.
   */
  List<Compare> compares() {
    return List.of(
        new Compare.ModRevisionIs(key, revision), new Compare.ValueIs(key, record.encode()));
  }
}
