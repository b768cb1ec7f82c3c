package io.ipamrepair.calico;

import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The known members of an object, read by type. {@code null} is the empty value of every type, as
 * in Go; a wrong type or range ends in {@link UnreadableValueException} (rules.md, "Unreadable").
 */
final class Fields {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
  private static final Pattern RFC_3339 =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:[.](\\d+))?(?:Z|([+-])(\\d{2}):(\\d{2}))");
  private static final BigInteger MAX_UINT64 =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private final Json.Obj object;
  private final String path;

  private Fields(Json.Obj object, String path) {
    this.object = object;
    this.path = path;
  }

  static Fields of(Json.Obj object) {
    return new Fields(object, "");
  }

  private static Fields of(Json json, String path) {
    if (json == Json.Null.NULL) {
      return new Fields(new Json.Obj(Map.of()), path + ".");
    }
    if (json instanceof Json.Obj object) {
      return new Fields(object, path + ".");
    }
    throw wrong(path, "an object", json);
  }

  Fields object(String name) {
    return of(member(name), path + name);
  }

  boolean has(String name) {
    return object.get(name).isPresent();
  }

  String text(String name) {
    return text(member(name), path + name);
  }

  /** The text, or nothing when the member is absent or null. */
  Optional<String> optionalText(String name) {
    return member(name) == Json.Null.NULL ? Optional.empty() : Optional.of(text(name));
  }

  boolean bool(String name) {
    Json json = member(name);
    if (json == Json.Null.NULL) {
      return false;
    }
    if (json instanceof Json.Bool bool) {
      return bool == Json.Bool.TRUE;
    }
    throw wrong(path + name, "true or false", json);
  }

  Optional<Boolean> optionalBool(String name) {
    return member(name) == Json.Null.NULL ? Optional.empty() : Optional.of(bool(name));
  }

  long int64(String name) {
    return int64(member(name), path + name);
  }

  BigInteger uint64(String name) {
    return uint64(member(name), path + name);
  }

  /** A text, or an unsigned number as text. */
  Optional<String> textOrUint64(String name) {
    Json json = member(name);
    if (json == Json.Null.NULL) {
      return Optional.empty();
    }
    return Optional.of(
        json instanceof Json.Text text ? text.value() : uint64(json, path + name).toString());
  }

  Optional<Instant> time(String name) {
    if (member(name) == Json.Null.NULL) {
      return Optional.empty();
    }
    return Optional.of(
        rfc3339(text(name))
            .orElseThrow(() -> wrong(path + name, "an RFC 3339 time", member(name))));
  }

  /** As Go reads it: any number of digits behind the second, offsets up to 23:59. */
  private static Optional<Instant> rfc3339(String text) {
    Matcher matcher = RFC_3339.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean utc = matcher.group(2) == null;
    int hours = utc ? 0 : Integer.parseInt(matcher.group(3));
    int minutes = utc ? 0 : Integer.parseInt(matcher.group(4));
    if (hours > 23 || minutes > 59) {
      return Optional.empty();
    }
    String fraction = matcher.group(1) == null ? "" : matcher.group(1);
    int nanos = Integer.parseInt((fraction + "000000000").substring(0, 9));
    long ahead = 60L * (60 * hours + minutes) * ("-".equals(matcher.group(2)) ? -1 : 1);
    try {
      return Optional.of(
          // Each number is where the pattern says: a formatter for it costs more than all the rest.
          LocalDateTime.of(
                  Integer.parseInt(text.substring(0, 4)),
                  Integer.parseInt(text.substring(5, 7)),
                  Integer.parseInt(text.substring(8, 10)),
                  Integer.parseInt(text.substring(11, 13)),
                  Integer.parseInt(text.substring(14, 16)),
                  Integer.parseInt(text.substring(17, 19)))
              .toInstant(ZoneOffset.UTC)
              .minusSeconds(ahead)
              .plusNanos(nanos));
    } catch (DateTimeException noSuchDay) {
      return Optional.empty();
    }
  }

  /** A CIDR, host bits and all; {@code null} is none here. Absent gives nothing. */
  Optional<CidrText> cidr(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    Json json = member(name);
    if (json instanceof Json.Text text) {
      return Optional.of(
          CidrText.read(text.value()).orElseThrow(() -> wrong(path + name, "a CIDR", json)));
    }
    throw wrong(path + name, "a CIDR", json);
  }

  /** The items of a list, which each are read by {@code reader} with their path. */
  <T> List<T> list(String name, ItemReader<T> reader) {
    Json json = member(name);
    if (json == Json.Null.NULL) {
      return List.of();
    }
    if (!(json instanceof Json.Array array)) {
      throw wrong(path + name, "a list", json);
    }
    List<T> items = new ArrayList<>(array.items().size());
    for (int i = 0; i < array.items().size(); i++) {
      items.add(reader.read(array.items().get(i), path + name + "[" + i + "]"));
    }
    return items;
  }

  List<String> texts(String name) {
    return List.copyOf(list(name, Fields::text));
  }

  <T> List<T> objects(String name, Function<Fields, T> reader) {
    return List.copyOf(list(name, (json, at) -> reader.apply(of(json, at))));
  }

  <T> Map<String, T> map(String name, ItemReader<T> reader) {
    Json json = member(name);
    Map<String, T> map = new LinkedHashMap<>();
    if (json == Json.Null.NULL) {
      return map;
    }
    if (!(json instanceof Json.Obj members)) {
      throw wrong(path + name, "an object", json);
    }
    members
        .members()
        .forEach((key, item) -> map.put(key, reader.read(item, path + name + "." + key)));
    return map;
  }

  Map<String, String> textMap(String name) {
    return map(name, Fields::text);
  }

  /** Reads one item of a list or map. */
  interface ItemReader<T> {
    T read(Json json, String path);
  }

  static String text(Json json, String path) {
    if (json == Json.Null.NULL) {
      return "";
    }
    if (json instanceof Json.Text text) {
      return text.value();
    }
    throw wrong(path, "a text", json);
  }

  static long int64(Json json, String path) {
    if (json == Json.Null.NULL) {
      return 0;
    }
    if (json instanceof Json.Num number && INTEGER.matcher(number.literal()).matches()) {
      try {
        return Long.parseLong(number.literal());
      } catch (NumberFormatException outOfRange) {
        throw wrong(path, "an integer of 64 bits", json);
      }
    }
    throw wrong(path, "an integer of 64 bits", json);
  }

  static BigInteger uint64(Json json, String path) {
    if (json == Json.Null.NULL) {
      return BigInteger.ZERO;
    }
    boolean literal =
        json instanceof Json.Num number
            && number.literal().length() <= 20
            && INTEGER.matcher(number.literal()).matches();
    if (literal) {
      BigInteger value = new BigInteger(((Json.Num) json).literal());
      if (!((Json.Num) json).literal().startsWith("-") && value.compareTo(MAX_UINT64) <= 0) {
        return value;
      }
    }
    throw wrong(path, "an unsigned integer of 64 bits", json);
  }

  private Json member(String name) {
    return object.get(name).orElse(Json.Null.NULL);
  }

  private static UnreadableValueException wrong(String path, String expected, Json found) {
    String text = found.encode().display();
    String shown = text.length() <= 60 ? text : text.substring(0, 57) + "...";
    return new UnreadableValueException(path + ": expected " + expected + ", found " + shown);
  }

  /** A member of a known name has a wrong type or range. Never leaves this package. */
  static final class UnreadableValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableValueException(String message) {
      super(message, null, false, false);
    }
  }
}
