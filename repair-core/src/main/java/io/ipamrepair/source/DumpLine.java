package io.ipamrepair.source;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lines of a dump as JSON (docs/sources.md): the first, which says what the dump is of, and one
 * for each key. Members that are not known are refused: they may mean that the others mean
 * something else.
 */
final class DumpLine {
  private static final String FORMAT = "dump";
  private static final String REVISION = "revision";
  private static final String ETCD = "etcdClusterId";
  private static final String GUID = "calicoGuid";
  private static final String REDACTED = "redacted";
  private static final String KEYS = "keys";
  private static final String KEY = "key";
  private static final String VALUE = "value";
  private static final String CREATED = "createRevision";
  private static final String MODIFIED = "modRevision";
  private static final String VERSION = "version";
  private static final String BASE64 = "Base64";

  private final Json.Obj json;
  private final Set<String> known = new HashSet<>();

  private DumpLine(Json.Obj json) {
    this.json = json;
  }

  /**
   * The first line.
   *
   * @param revision the revision at which everything was read
   * @param etcdClusterId in hexadecimal; nothing when it is not known
   * @param guid Calico's cluster GUID, for people; nothing when the data have none
   * @param redacted whether names are pseudonyms
   * @param keys how many lines follow
   */
  record Header(
      long revision,
      Optional<String> etcdClusterId,
      Optional<String> guid,
      boolean redacted,
      long keys) {}

  static Bytes of(Header header) {
    return Json.Obj.of(
            FORMAT, Json.Num.of(1),
            REVISION, Json.Num.of(header.revision()),
            ETCD, optional(header.etcdClusterId()),
            GUID, optional(header.guid()),
            REDACTED, Json.Bool.of(header.redacted()),
            KEYS, Json.Num.of(header.keys()))
        .encode();
  }

  private static Json optional(Optional<String> text) {
    return text.<Json>map(Json.Text::new).orElse(Json.Null.NULL);
  }

  static Bytes of(KeyValue read) {
    Map<String, Json> line = new LinkedHashMap<>();
    put(line, KEY, read.key());
    put(line, VALUE, read.value());
    line.put(CREATED, Json.Num.of(read.createRevision()));
    line.put(MODIFIED, Json.Num.of(read.modRevision()));
    line.put(VERSION, Json.Num.of(read.version()));
    return new Json.Obj(line).encode();
  }

  private static void put(Map<String, Json> line, String name, Bytes bytes) {
    bytes
        .text()
        .ifPresentOrElse(
            text -> line.put(name, new Json.Text(text)),
            () ->
                line.put(
                    name + BASE64,
                    new Json.Text(Base64.getEncoder().encodeToString(bytes.toArray()))));
  }

  /** Whether the line is a first one; one that is missing is no mistake. */
  static boolean isHeader(Json.Obj json) {
    return json.get(FORMAT).isPresent();
  }

  static Json.Obj json(JsonReader reader, Bytes line) throws FormatException {
    try {
      return reader.readObject(line);
    } catch (JsonFormatException notJson) {
      throw new FormatException("a JSON object", notJson.getMessage());
    }
  }

  static Header header(Json.Obj json) throws FormatException {
    DumpLine line = new DumpLine(json);
    if (line.number(FORMAT) != 1) {
      throw new FormatException("a dump of version 1", "version " + line.number(FORMAT));
    }
    Header header =
        new Header(
            line.number(REVISION),
            line.optionalText(ETCD),
            line.optionalText(GUID),
            line.bool(REDACTED),
            line.number(KEYS));
    line.rejectUnknown();
    return header;
  }

  static KeyValue keyValue(Json.Obj json) throws FormatException {
    DumpLine line = new DumpLine(json);
    KeyValue read =
        new KeyValue(
            line.bytes(KEY),
            line.bytes(VALUE),
            line.number(CREATED),
            line.number(MODIFIED),
            line.number(VERSION));
    line.rejectUnknown();
    return read;
  }

  private Optional<Json> member(String name) {
    known.add(name);
    return json.get(name);
  }

  private Bytes bytes(String name) throws FormatException {
    Optional<Json> base64 = member(name + BASE64);
    if (base64.isPresent()) {
      try {
        return Bytes.of(Base64.getDecoder().decode(text(name + BASE64)));
      } catch (IllegalArgumentException damaged) {
        throw new FormatException(name + BASE64 + " as base64", damaged.getMessage());
      }
    }
    String text = text(name);
    // JSON can name half a character; no bytes stand for it.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new FormatException(name + " as text, or " + name + BASE64, "half a surrogate pair");
    }
    return Bytes.utf8(text);
  }

  private String text(String name) throws FormatException {
    if (member(name).orElse(Json.Null.NULL) instanceof Json.Text text) {
      return text.value();
    }
    throw wrong(name, "a text");
  }

  private Optional<String> optionalText(String name) throws FormatException {
    return member(name).orElse(Json.Null.NULL) == Json.Null.NULL
        ? Optional.empty()
        : Optional.of(text(name));
  }

  private boolean bool(String name) throws FormatException {
    if (member(name).orElse(Json.Null.NULL) instanceof Json.Bool bool) {
      return bool == Json.Bool.TRUE;
    }
    throw wrong(name, "true or false");
  }

  private long number(String name) throws FormatException {
    if (member(name).orElse(Json.Null.NULL) instanceof Json.Num number
        && number.literal().matches("0|[1-9][0-9]{0,17}")) {
      return Long.parseLong(number.literal());
    }
    throw wrong(name, "an integer of 0 or more");
  }

  private FormatException wrong(String name, String expected) {
    String found =
        json.get(name).map(member -> shortened(member.encode().display())).orElse("none");
    return new FormatException("as " + name + " " + expected, found);
  }

  private void rejectUnknown() throws FormatException {
    for (String name : json.members().keySet()) {
      if (!known.contains(name)) {
        throw new FormatException("no other members", shortened(name));
      }
    }
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /** A line that is none of a dump. */
  static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    FormatException(String expected, String found) {
      super("expected " + expected + ", found " + found);
      this.expected = expected;
      this.found = found;
    }

    String expected() {
      return expected;
    }

    String found() {
      return found;
    }
  }
}
