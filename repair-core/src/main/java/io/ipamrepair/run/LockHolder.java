package io.ipamrepair.run;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * Who holds the operator lock, as its key says.
 *
 * @param name {@code user@host}
 * @param run the run that it was taken for; it may not have begun
 * @param since when it was taken, by the holder's clock
 * @param createRevision the key's, which tells this taking from any other
 */
public record LockHolder(String name, String run, Instant since, long createRevision) {
  /**
   * The content of the key.
   *
   * @param token tells one taking from another of the same run
   */
  static Bytes encode(String name, String run, Instant since, String token) {
    return Json.Obj.of(
            "holder", new Json.Text(name),
            "run", new Json.Text(run),
            "since", new Json.Text(since.toString()),
            "token", new Json.Text(token))
        .encode();
  }

  /**
   * Reads the key; where it says nothing that this release knows, somebody holds it all the same.
   */
  static LockHolder of(KeyValue lock) {
    Optional<Json.Obj> json = json(lock.value());
    return new LockHolder(
        json.flatMap(object -> object.text("holder")).orElse("somebody"),
        json.flatMap(object -> object.text("run")).orElse(""),
        json.flatMap(object -> object.text("since"))
            .flatMap(LockHolder::time)
            .orElse(Instant.EPOCH),
        lock.createRevision());
  }

  private static Optional<Json.Obj> json(Bytes value) {
    try {
      return Optional.of(new JsonReader().readObject(value));
    } catch (JsonFormatException foreign) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException foreign) {
      return Optional.empty();
    }
  }

  /** {@code anna@cumin1001 since 2026-11-25T03:12:07Z, for run r-7k2d9x}. */
  public String words() {
    return name
        + (since.equals(Instant.EPOCH) ? "" : " since " + since)
        + (run.isEmpty() ? "" : ", for run " + run);
  }
}
