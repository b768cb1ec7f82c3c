package io.ipamrepair.plan;

import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * An object of which every member must be known and of the right type. Problems are gathered, not
 * thrown, so that a person sees all of them at once; a wrong member reads as an empty value, which
 * must never leave its reader: who reads an object refuses it when there is a problem.
 */
public final class StrictObject {
  private final Map<String, Json> members;
  private final String path;
  private final List<String> problems;
  private final Set<String> asked = new TreeSet<>();

  /**
   * An object to read.
   *
   * @param path where it stands in the file; empty for the whole of it
   * @param problems where problems are gathered
   */
  public StrictObject(Json json, String path, List<String> problems) {
    this.path = path;
    this.problems = problems;
    if (json instanceof Json.Obj object) {
      this.members = object.members();
    } else {
      this.members = Map.of();
      problems.add((path.isEmpty() ? "the file" : path) + ": expected an object");
    }
  }

  /** Reports the members that nobody asked for. */
  public void rejectUnknown() {
    members.keySet().stream()
        .filter(name -> !asked.contains(name))
        .forEach(name -> problems.add(at(name) + ": unknown field"));
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private Json member(String name) {
    asked.add(name);
    Json json = members.get(name);
    if (json == null) {
      problems.add(at(name) + ": missing");
      return Json.Null.NULL;
    }
    return json;
  }

  /**
   * Whether reading {@code name} found what was expected is told by a value; a problem is noted
   * where it did not.
   */
  private <T> T expect(String name, Optional<T> value, T instead, String expected) {
    if (value.isEmpty() && members.containsKey(name)) {
      problems.add(at(name) + ": expected " + expected);
    }
    return value.orElse(instead);
  }

  private static Optional<String> asText(Json json) {
    return json instanceof Json.Text text ? Optional.of(text.value()) : Optional.empty();
  }

  /** Any JSON. */
  Json json(String name) {
    return member(name);
  }

  /** Any JSON but null, or nothing for null. */
  Optional<Json> optionalJson(String name) {
    return Optional.of(member(name)).filter(json -> json != Json.Null.NULL);
  }

  /** A text. */
  public String text(String name) {
    return expect(name, asText(member(name)), "", "a text");
  }

  /**
   * A text with a meaning.
   *
   * @param reader gives the meaning; nothing for a text that has none
   * @param instead what a wrong member reads as
   * @param expected what the problem says was expected: {@code a severity}
   */
  public <T> T textAs(
      String name, Function<String, Optional<T>> reader, T instead, String expected) {
    return expect(name, asText(member(name)).flatMap(reader), instead, expected);
  }

  /** A text, or null. */
  public Optional<String> optionalText(String name) {
    Json json = member(name);
    return json == Json.Null.NULL
        ? Optional.empty()
        : Optional.of(expect(name, asText(json), "", "a text or null"));
  }

  /** True or false. */
  public boolean bool(String name) {
    Json json = member(name);
    return expect(
        name,
        json instanceof Json.Bool bool ? Optional.of(bool == Json.Bool.TRUE) : Optional.empty(),
        false,
        "true or false");
  }

  /** An integer of 0 or more. */
  public long number(String name) {
    Json json = member(name);
    return expect(name, asLong(json), 0L, "an integer of 0 or more");
  }

  /** An integer of 0 or more, of 31 bits. */
  int integer(String name) {
    Json json = member(name);
    Optional<Integer> small =
        asLong(json).filter(value -> value <= Integer.MAX_VALUE).map(Long::intValue);
    return expect(name, small, 0, "an integer of 0 or more, 2147483647 at most");
  }

  /** An integer of 64 bits, which may be negative. */
  long signed(String name) {
    return expect(name, asSigned(member(name)), 0L, "an integer of 64 bits");
  }

  private static Optional<Long> asSigned(Json json) {
    try {
      return json instanceof Json.Num number && number.literal().matches("0|-?[1-9][0-9]{0,18}")
          ? Optional.of(Long.parseLong(number.literal()))
          : Optional.empty();
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  private static Optional<Long> asLong(Json json) {
    boolean integer =
        json instanceof Json.Num number && number.literal().matches("0|[1-9][0-9]{0,17}");
    return integer ? Optional.of(Long.parseLong(((Json.Num) json).literal())) : Optional.empty();
  }

  /** A time in UTC, as ISO 8601. */
  public Instant time(String name) {
    Optional<Instant> time = Optional.empty();
    try {
      time = asText(member(name)).map(Instant::parse);
    } catch (DateTimeException notATime) {
      time = Optional.empty();
    }
    return expect(name, time, Instant.EPOCH, "a time such as 2026-08-22T06:40:12Z");
  }

  Cidr cidr(String name) {
    return expect(
        name,
        asCidr(member(name)),
        new Cidr(io.ipamrepair.cidr.IpAddress.read("0.0.0.0").orElseThrow(), 0),
        "a canonical CIDR");
  }

  private static Optional<Cidr> asCidr(Json json) {
    return asText(json)
        .flatMap(CidrText::read)
        .filter(CidrText::isCanonical)
        .map(CidrText::network);
  }

  Optional<Owner> owner(String name) {
    Json json = member(name);
    if (json == Json.Null.NULL) {
      return Optional.empty();
    }
    return Optional.of(
        expect(
            name,
            asText(json).flatMap(Owner::read),
            Owner.LOAD_BALANCER,
            "an owner such as host:node1, or null"));
  }

  Bytes image(String name) {
    return expect(name, asImage(member(name)), Bytes.EMPTY, "text, or {\"base64\": …}");
  }

  Optional<Bytes> optionalImage(String name) {
    Json json = member(name);
    return json == Json.Null.NULL
        ? Optional.empty()
        : Optional.of(expect(name, asImage(json), Bytes.EMPTY, "text, {\"base64\": …} or null"));
  }

  private static Optional<Bytes> asImage(Json json) {
    if (json instanceof Json.Obj object && object.members().keySet().equals(Set.of("base64"))) {
      try {
        return object
            .get("base64")
            .flatMap(StrictObject::asText)
            .map(text -> Bytes.of(Base64.getDecoder().decode(text)));
      } catch (IllegalArgumentException notBase64) {
        return Optional.empty();
      }
    }
    return asText(json).map(Bytes::utf8);
  }

  /** A list of texts. */
  public List<String> texts(String name) {
    return items(
        name, (json, at) -> asText(json).orElseGet(() -> noted(at + ": expected a text", "")));
  }

  List<Cidr> cidrs(String name) {
    return items(
        name,
        (json, at) ->
            asCidr(json)
                .orElseGet(() -> noted(at + ": expected a canonical CIDR", Cidr.of("0.0.0.0/0"))));
  }

  private <T> T noted(String problem, T instead) {
    problems.add(problem);
    return instead;
  }

  /** A list of objects, each read by {@code reader}. */
  public <T> List<T> objects(String name, Function<StrictObject, T> reader) {
    return items(
        name,
        (json, at) -> {
          StrictObject object = new StrictObject(json, at, problems);
          T read = reader.apply(object);
          object.rejectUnknown();
          return read;
        });
  }

  <T> T object(String name, Function<StrictObject, T> reader) {
    StrictObject object = new StrictObject(member(name), at(name), problems);
    T read = reader.apply(object);
    object.rejectUnknown();
    return read;
  }

  /** An object, or null. */
  <T> Optional<T> optionalObject(String name, Function<StrictObject, T> reader) {
    return member(name) == Json.Null.NULL ? Optional.empty() : Optional.of(object(name, reader));
  }

  Map<String, String> textMap(String name) {
    Json json = member(name);
    Map<String, String> map = new LinkedHashMap<>();
    if (json instanceof Json.Obj object) {
      object
          .members()
          .forEach(
              (key, value) ->
                  map.put(
                      key,
                      asText(value)
                          .orElseGet(() -> noted(at(name) + "." + key + ": expected a text", ""))));
    } else if (members.containsKey(name)) {
      problems.add(at(name) + ": expected an object");
    }
    return map;
  }

  private interface ItemReader<T> {
    T read(Json json, String path);
  }

  private <T> List<T> items(String name, ItemReader<T> reader) {
    Json json = member(name);
    List<T> items = new ArrayList<>();
    if (json instanceof Json.Array array) {
      for (int i = 0; i < array.items().size(); i++) {
        items.add(reader.read(array.items().get(i), at(name) + "[" + i + "]"));
      }
    } else if (members.containsKey(name)) {
      problems.add(at(name) + ": expected a list");
    }
    return items;
  }

  /** Notes a problem of this object. */
  void problem(String name, String problem) {
    problems.add(at(name) + ": " + problem);
  }
}
