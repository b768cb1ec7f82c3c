package io.ipamrepair.etcd;

import io.ipamrepair.kv.KeyValue;

/** What etcd says of one key at a revision that is over. Each case is a definite answer. */
public sealed interface EarlierValue {
  /** The key held this, at that revision. */
  record Found(KeyValue content) implements EarlierValue {}

  /** The key did not exist at that revision. */
  record Absent() implements EarlierValue {}

  /** etcd does not know any more: its history below some later revision was compacted. */
  record Compacted() implements EarlierValue {}
}
