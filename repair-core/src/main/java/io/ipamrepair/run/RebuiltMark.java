package io.ipamrepair.run;

import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a journal rests on that was lost and written again.
 *
 * @param at when it was written
 * @param by who did it, {@code user@host}
 * @param done how many steps the run record said are done; nothing when there was no record
 * @param images how many writes rest on what, for the steps that may be in etcd
 * @param kept the name under which the file is kept that was there before; nothing when there was
 *     none
 */
public record RebuiltMark(
    Instant at, String by, OptionalInt done, Map<Trace, Integer> images, Optional<String> kept) {
  public RebuiltMark {
    images = Map.copyOf(images);
  }

  /** Where it is known from what a key held before and after a step, the surest first. */
  public enum Trace {
    /** etcd still has the very revisions. */
    HISTORY("history", "etcd's own history"),
    /** The file that was there before has it, although it is damaged or lost its end. */
    REMAINS("remains", "what is left of the old file"),
    /** The dump that the run wrote before its first step. */
    DUMP("dump", "the dump that the run wrote before its first step"),
    /** The plan alone. */
    PLAN("plan", "the plan alone");

    private final String word;
    private final String words;

    Trace(String word, String words) {
      this.word = word;
      this.words = words;
    }
  }

  /** The mark in a journal; nothing when it was never rebuilt. */
  public static Optional<RebuiltMark> of(RunHistory history) {
    return history.entries().stream()
        .filter(entry -> entry.kind() == EntryKind.REBUILT)
        .findFirst()
        .map(RebuiltMark::read);
  }

  /** What that means, in sentences. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    String when = " at " + at.truncatedTo(ChronoUnit.SECONDS) + " by " + by;
    words.add(
        done.isPresent()
            ? "rebuilt"
                + when
                + " from the plan file and the run record, which said "
                + done.getAsInt()
                + (done.getAsInt() == 1 ? " step done" : " steps done")
            : "rebuilt"
                + when
                + " from the plan file; there was no run record, so which steps are in etcd only the"
                + " keys tell: ipam-repair recover");
    List<String> sources = new ArrayList<>();
    for (Trace trace : Trace.values()) {
      if (images.containsKey(trace)) {
        sources.add(images.get(trace) + " from " + trace.words);
      }
    }
    if (!sources.isEmpty()) {
      words.add("what its keys held before: " + String.join(", ", sources));
    }
    if (images.containsKey(Trace.PLAN)) {
      words.add(
          "the plan says what was expected; where its step was carried over to what others had"
              + " written, the key held that. A rollback takes back what is as the plan says, and"
              + " tells the rest as conflicts");
    }
    kept.ifPresent(name -> words.add("the file that was here before is kept: " + name));
    return words;
  }

  byte[] encode() {
    Map<String, Json> counts = new LinkedHashMap<>();
    for (Trace trace : Trace.values()) {
      if (images.containsKey(trace)) {
        counts.put(trace.word, Json.Num.of(images.get(trace)));
      }
    }
    return Json.Obj.of(
            "by",
            new Json.Text(by),
            "done",
            done.isPresent() ? Json.Num.of(done.getAsInt()) : Json.Null.NULL,
            "images",
            new Json.Obj(counts),
            "kept",
            kept.<Json>map(Json.Text::new).orElse(Json.Null.NULL))
        .encode()
        .toArray();
  }

  private static RebuiltMark read(Entry entry) {
    try {
      Json.Obj json = new JsonReader().readObject(Bytes.of(entry.body()));
      Map<Trace, Integer> images = new EnumMap<>(Trace.class);
      for (Trace trace : Trace.values()) {
        OptionalInt count = number(json.get("images").orElse(Json.Null.NULL), trace.word);
        count.ifPresent(number -> images.put(trace, number));
      }
      return new RebuiltMark(
          entry.at(), json.needText("by"), number(json, "done"), images, json.text("kept"));
    } catch (JsonFormatException unreadable) {
      // Whatever it says, the journal was rebuilt.
      return new RebuiltMark(
          entry.at(), "somebody", OptionalInt.empty(), Map.of(), Optional.empty());
    }
  }

  private static OptionalInt number(Json json, String name) {
    return json instanceof Json.Obj object
            && object.get(name).orElse(Json.Null.NULL) instanceof Json.Num number
            && number.literal().matches("[0-9]{1,9}")
        ? OptionalInt.of(Integer.parseInt(number.literal()))
        : OptionalInt.empty();
  }
}
