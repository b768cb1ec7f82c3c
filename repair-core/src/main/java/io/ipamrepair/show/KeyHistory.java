package io.ipamrepair.show;

import io.ipamrepair.kv.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What a key held, as far back as it was read.
 *
 * @param key the key
 * @param versions the newest first; empty when etcd knows of no value
 * @param beginning what lies before the last of them
 */
public record KeyHistory(Bytes key, List<Version> versions, Beginning beginning) {
  /**
   * A write of the key.
   *
   * @param revision the revision of the write
   * @param value what it wrote; nothing when it deleted the key
   */
  public record Version(long revision, Optional<Bytes> value) {}

  /** What lies before the oldest version that was read. */
  public enum Beginning {
    /**
     * No key: the oldest version created it. An earlier life of the key that was shorter than the
     * time since may have been missed.
     */
    CREATED("created"),
    /** It cannot be known: etcd has compacted it away. */
    COMPACTED("compacted"),
    /** More versions, which were not read. */
    CUT("cut");

    private final String word;

    Beginning(String word) {
      this.word = word;
    }

    /** The word in JSON output. */
    public String word() {
      return word;
    }
  }

  public KeyHistory {
    versions = List.copyOf(versions);
  }
}
