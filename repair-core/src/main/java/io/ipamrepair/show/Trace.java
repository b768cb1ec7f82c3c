package io.ipamrepair.show;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.kv.Bytes;
import java.util.OptionalInt;

/**
 * A key whose history is told.
 *
 * @param object what the key stands for
 * @param key the key
 * @param ordinal the one ordinal of a block that is of interest; nothing for all of the value
 */
public record Trace(ObjectName object, Bytes key, OptionalInt ordinal) {
  /** All of the value of {@code key}. */
  static Trace of(ObjectName object, Bytes key) {
    return new Trace(object, key, OptionalInt.empty());
  }
}
