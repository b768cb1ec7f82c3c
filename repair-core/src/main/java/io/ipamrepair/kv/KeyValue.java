package io.ipamrepair.kv;

/**
 * A key and what it held at the revision of a read.
 *
 * @param key the key's exact bytes, without the prefix of an etcd namespace
 * @param value the value's exact bytes
 * @param createRevision the revision at which the key came into being, last time
 * @param modRevision the revision of its last write
 * @param version how many writes since it came into being, from 1
 */
public record KeyValue(
    Bytes key, Bytes value, long createRevision, long modRevision, long version) {}
