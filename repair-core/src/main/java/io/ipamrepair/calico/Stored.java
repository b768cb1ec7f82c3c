package io.ipamrepair.calico;

import io.ipamrepair.kv.Bytes;
import java.util.Optional;

/**
 * An object as it stands in etcd.
 *
 * @param <T> what its value says
 * @param at what its key says
 * @param key its exact key
 * @param bytes its exact value; not kept of the workload endpoints of a state for the rules alone,
 *     of which there may be a million
 * @param createRevision the revision at which the key came into being, last time
 * @param modRevision the revision of its last write
 * @param reading its value, decoded
 */
public record Stored<T>(
    CalicoKey at,
    Bytes key,
    Optional<Bytes> bytes,
    long createRevision,
    long modRevision,
    Reading<T> reading) {
  /** The decoded value, unless it is unreadable. */
  public Optional<T> value() {
    return reading.value();
  }

  public ObjectName object() {
    return at.object();
  }
}
