package io.ipamrepair.kv;

/**
 * One condition of a transaction. All conditions of a transaction must hold, or nothing of its
 * {@code then} happens.
 */
public sealed interface Compare {
  /** The key exists and was last written at {@code revision} (greater than 0). */
  record ModRevisionIs(Bytes key, long revision) implements Compare {}

  /**
   * The key exists and came into being at {@code revision} (greater than 0): the same life of the
   * key.
   */
  record CreateRevisionIs(Bytes key, long revision) implements Compare {}

  /** The key exists and holds exactly {@code value}. */
  record ValueIs(Bytes key, Bytes value) implements Compare {}

  /** The key does not exist. */
  record Absent(Bytes key) implements Compare {}

  /**
   * No key that now lies in {@code range} was written after {@code revision}: it notices insertions
   * and changes, but <em>not deletions</em>. etcd loads the whole range for it, so the range must
   * be a small one (reference, etcd section 2).
   */
  record NothingWrittenSince(KeyRange range, long revision) implements Compare {}

  /**
   * A condition that never holds: with it a transaction can be tried in full size, permissions
   * included, without a write.
   */
  record Never(Bytes key) implements Compare {}
}
