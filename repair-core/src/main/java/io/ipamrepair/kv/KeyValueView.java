package io.ipamrepair.kv;

import java.util.Arrays;

/**
 * A key and its value where they lie in the answer of a read: for a million keys, copies would cost
 * more than reading them. Valid only until the next one is looked at; {@link #copy} keeps it.
 */
public final class KeyValueView {
  private byte[] buffer = new byte[0];
  private int keyFrom;
  private int keyTo;
  private int valueFrom;
  private int valueTo;
  private long createRevision;
  private long modRevision;
  private long version;

  /** Moves the view to another key. The arrays are not copied. */
  public void moveTo(
      byte[] bytes,
      int keyStart,
      int keyEnd,
      int valueStart,
      int valueEnd,
      long created,
      long modified,
      long versions) {
    buffer = bytes;
    keyFrom = keyStart;
    keyTo = keyEnd;
    valueFrom = valueStart;
    valueTo = valueEnd;
    createRevision = created;
    modRevision = modified;
    version = versions;
  }

  /** Moves the view to {@code read}. */
  public void moveTo(KeyValue read) {
    byte[] key = read.key().toArray();
    byte[] value = read.value().toArray();
    byte[] both = Arrays.copyOf(key, key.length + value.length);
    System.arraycopy(value, 0, both, key.length, value.length);
    moveTo(
        both,
        0,
        key.length,
        key.length,
        both.length,
        read.createRevision(),
        read.modRevision(),
        read.version());
  }

  /** What key and value lie in; must not be changed. */
  public byte[] buffer() {
    return buffer;
  }

  /** Where the key begins. */
  public int keyFrom() {
    return keyFrom;
  }

  /** The place behind the key. */
  public int keyTo() {
    return keyTo;
  }

  /** Where the value begins. */
  public int valueFrom() {
    return valueFrom;
  }

  /** The place behind the value. */
  public int valueTo() {
    return valueTo;
  }

  /** The revision of the key's last write. */
  public long modRevision() {
    return modRevision;
  }

  /** The revision at which the key came into being, last time. */
  public long createRevision() {
    return createRevision;
  }

  /** The same, to keep. */
  public KeyValue copy() {
    return new KeyValue(
        Bytes.of(Arrays.copyOfRange(buffer, keyFrom, keyTo)),
        Bytes.of(Arrays.copyOfRange(buffer, valueFrom, valueTo)),
        createRevision,
        modRevision,
        version);
  }
}
