package io.ipamrepair.calico;

import java.util.Optional;

/**
 * What became of a value when it was decoded. What cannot be read is unknown, not absent (rules.md,
 * "General").
 */
public sealed interface Reading<T> {
  /** The value, decoded. */
  record Readable<T>(T content) implements Reading<T> {}

  /** The value does not decode; the object exists all the same. */
  record Unreadable<T>(String reason) implements Reading<T> {}

  /** The decoded value, if there is one. */
  default Optional<T> value() {
    return this instanceof Readable<T> readable
        ? Optional.of(readable.content())
        : Optional.empty();
  }
}
