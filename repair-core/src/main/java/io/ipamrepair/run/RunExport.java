package io.ipamrepair.run;

import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.journal.RunJournal.NewEntry;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A run in one file, to be rolled back from on another machine: every entry of its journal, plan,
 * before-images and outcomes among them, and the hash that they lead to.
 */
public final class RunExport {
  private static final int FORMAT = 1;

  private RunExport() {}

  /** The file's content. */
  public static Json.Obj of(RunHistory history) {
    List<Json> entries = new ArrayList<>();
    for (Entry entry : history.entries()) {
      entries.add(
          Json.Obj.of(
              "at", new Json.Text(entry.at().toString()),
              "kind", new Json.Text(entry.kind().name()),
              "step", Json.Num.of(entry.step()),
              "body", new Json.Text(Base64.getEncoder().encodeToString(entry.body()))));
    }
    return Json.Obj.of(
        "format", Json.Num.of(FORMAT),
        "run", new Json.Text(history.runId()),
        "createdAt", new Json.Text(history.createdAt().toString()),
        "entries", new Json.Array(entries),
        "head", new Json.Text(HexFormat.of().formatHex(history.head())));
  }

  /**
   * Puts an exported run into {@code journal}, which must not have it.
   *
   * @return the run's ID
   * @throws RunFormatException when it is no exported run of this release
   * @throws JournalException when its entries do not lead to its hash, or it cannot be written
   */
  public static String into(Journal journal, Bytes file)
      throws RunFormatException, JournalException {
    try {
      Json.Obj json = new JsonReader().readObject(file);
      if (!json.get("format").equals(Optional.of(Json.Num.of(FORMAT)))) {
        throw new RunFormatException("expected an exported run of format " + FORMAT);
      }
      List<NewEntry> entries = new ArrayList<>();
      if (json.get("entries").orElse(Json.Null.NULL) instanceof Json.Array array) {
        for (Json each : array.items()) {
          entries.add(entry(each));
        }
      }
      String run = json.needText("run");
      journal.restore(
          run,
          Instant.parse(json.needText("createdAt")),
          entries,
          HexFormat.of().parseHex(json.needText("head")));
      return run;
    } catch (JsonFormatException | IllegalArgumentException | DateTimeException damaged) {
      throw new RunFormatException("expected an exported run, found: " + damaged.getMessage());
    }
  }

  private static NewEntry entry(Json json) throws JsonFormatException {
    if (!(json instanceof Json.Obj object)
        || !(object.get("step").orElse(Json.Null.NULL) instanceof Json.Num step)) {
      throw new JsonFormatException("entries: expected objects with a step");
    }
    return new NewEntry(
        EntryKind.valueOf(object.needText("kind")),
        Integer.parseInt(step.literal()),
        Instant.parse(object.needText("at")),
        Base64.getDecoder().decode(object.needText("body")));
  }
}
