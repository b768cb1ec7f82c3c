package io.ipamrepair.kv;

/** What a transaction does with one key. etcd refuses two writes of one key in one transaction. */
public sealed interface Operation {
  /** The key the operation reads or writes. */
  Bytes key();

  /** Writes {@code value} at {@code key}, without a lease. */
  record Put(Bytes key, Bytes value) implements Operation {}

  /** The same with a lease: the key goes when the lease does. */
  record PutLeased(Bytes key, Bytes value, long lease) implements Operation {}

  /** Removes {@code key}; an absent key stays absent. */
  record Delete(Bytes key) implements Operation {}

  /** Reads {@code key}. */
  record Get(Bytes key) implements Operation {}
}
