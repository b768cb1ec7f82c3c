package io.ipamrepair.cni;

import io.ipamrepair.cni.KeyStore.Stored;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes of one operation, one key at a time, with a pause between each two. */
final class Hand {
  private final KeyStore store;
  private final Pauses pauses;
  private final String operation;
  private boolean first = true;
  private long last;

  Hand(KeyStore store, Pauses pauses, String operation) {
    this.store = store;
    this.pauses = pauses;
    this.operation = operation;
  }

  /** The revision of the newest write of the operation, 0 before the first. */
  long last() {
    return last;
  }

  /** The key as written; nothing when it exists. */
  Optional<Stored> create(String key, String value) {
    pause(key);
    return remember(store.create(key, value)).map(at -> new Stored(key, value, at));
  }

  /** The key as written; nothing when it is not as it was read. */
  Optional<Stored> update(Stored read, String value) {
    pause(read.key());
    return remember(store.update(read, value)).map(at -> read.written(value, at));
  }

  /** The revision of the deletion; nothing when the key is not as it was read. */
  Optional<Long> delete(Stored read) {
    pause(read.key());
    return remember(store.delete(read));
  }

  private Optional<Long> remember(OptionalLong revision) {
    if (revision.isEmpty()) {
      return Optional.empty();
    }
    last = revision.getAsLong();
    return Optional.of(last);
  }

  private void pause(String next) {
    if (!first) {
      pauses.between(operation, next);
    }
    first = false;
  }
}
