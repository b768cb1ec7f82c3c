package io.ipamrepair.change;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.util.Optional;

/**
 * The maintenance flag of the cluster information (reference, sections 3.8 and 7.7). It is only
 * ever written, never removed: some of Calico's components die of its absence.
 */
public final class DatastoreReady {
  private static final String MEMBER = "datastoreReady";

  private DatastoreReady() {}

  /** The flag as written; nothing when it is missing, no boolean, or the value cannot be read. */
  public static Optional<Boolean> in(Bytes value) {
    return spec(value)
        .flatMap(spec -> spec.get(MEMBER))
        .filter(Json.Bool.class::isInstance)
        .map(Json.Bool.TRUE::equals);
  }

  /**
   * The value with its flag set to {@code ready}, every other byte as it was; nothing when it has
   * no flag, or would get other bytes besides: white space that Calico does not write.
   */
  public static Optional<Bytes> set(Bytes value, boolean ready) {
    Optional<Json.Obj> read = object(value);
    if (in(value).isEmpty() || !read.get().encode().equals(value)) {
      return Optional.empty();
    }
    return Optional.of(
        read.get()
            .with("spec", spec(value).orElseThrow().with(MEMBER, Json.Bool.of(ready)))
            .encode());
  }

  private static Optional<Json.Obj> spec(Bytes value) {
    return object(value)
        .flatMap(object -> object.get("spec"))
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast);
  }

  private static Optional<Json.Obj> object(Bytes value) {
    try {
      return Optional.of(new JsonReader().readObject(value));
    } catch (JsonFormatException unreadable) {
      return Optional.empty();
    }
  }
}
