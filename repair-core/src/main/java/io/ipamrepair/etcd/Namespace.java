package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;

/**
 * The bytes before every key in an etcd that several users share: put before each key and range
 * that is sent, taken from each key that comes back. Outside this class no key has them.
 *
 * @param prefix empty when there is no namespace
 */
record Namespace(Bytes prefix) {
  /**
   * The key as etcd has it. Right for the end of a range too, since every key of a range has the
   * same prefix.
   */
  ByteString inside(Bytes key) {
    return bytes(prefix.plus(key));
  }

  /** What etcd sent, with the key as the rest of the tool knows it. */
  KeyValue outside(io.etcd.jetcd.api.KeyValue sent) {
    return new KeyValue(
        Bytes.of(sent.getKey().substring(prefix.length()).toByteArray()),
        Bytes.of(sent.getValue().toByteArray()),
        sent.getCreateRevision(),
        sent.getModRevision(),
        sent.getVersion());
  }

  static ByteString bytes(Bytes bytes) {
    // The array is a copy that nobody else holds, so wrapping it is safe.
    return UnsafeByteOperations.unsafeWrap(bytes.toArray());
  }
}
