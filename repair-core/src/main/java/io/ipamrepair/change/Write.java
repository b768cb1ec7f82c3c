package io.ipamrepair.change;

import io.ipamrepair.kv.Bytes;
import java.util.List;

/**
 * What a repair wants done to one key.
 *
 * @param key the key
 * @param reason why, for a reviewer
 * @param edits what changes
 */
public record Write(Bytes key, String reason, List<Edit> edits) {
  public Write {
    edits = List.copyOf(edits);
  }

  public Write(Bytes key, String reason, Edit edit) {
    this(key, reason, List.of(edit));
  }
}
