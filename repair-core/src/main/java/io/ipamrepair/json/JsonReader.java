package io.ipamrepair.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.ipamrepair.kv.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads exactly one JSON value from strict UTF-8: no byte order mark, comment, NaN or trailing
 * text, no member name twice, no nesting deeper than 512 (rules.md, "Unreadable").
 */
public final class JsonReader {
  /** Nesting deeper than this is unreadable. */
  public static final int MAX_DEPTH = 512;

  private final JsonFactory factory =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Handle values have block CIDRs as member names: interning thousands of them costs more
          // than it saves.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final boolean asGo;

  /** A reader that reads half a pair of surrogates as U+FFFD, as Go does. */
  public JsonReader() {
    this(true);
  }

  private JsonReader(boolean asGo) {
    this.asGo = asGo;
  }

  /**
   * A reader that leaves half a pair of surrogates in a text as it is: for who must tell it from
   * U+FFFD, because the text stands for bytes.
   */
  public static JsonReader keepingHalfPairs() {
    return new JsonReader(false);
  }

  /**
   * Reads {@code bytes}.
   *
   * @throws JsonFormatException with one line that says where it stops being JSON
   */
  public Json read(Bytes bytes) throws JsonFormatException {
    String text = bytes.text().orElseThrow(() -> new JsonFormatException("not UTF-8"));
    if (text.isEmpty()) {
      throw new JsonFormatException("empty");
    }
    try (JsonParser parser = factory.createParser(text)) {
      parser.nextToken();
      // UTF-8 has no half pairs, so only an escape can make one.
      Json json = value(parser, asGo && text.contains("\\u"));
      if (parser.nextToken() != null) {
        throw new JsonFormatException("text behind the end of the JSON value");
      }
      return json;
    } catch (IOException notJson) {
      throw new JsonFormatException(firstLine(notJson.getMessage()));
    }
  }

  /**
   * Reads {@code bytes} as one object.
   *
   * @throws JsonFormatException also when it is another JSON value
   */
  public Json.Obj readObject(Bytes bytes) throws JsonFormatException {
    if (read(bytes) instanceof Json.Obj object) {
      return object;
    }
    throw new JsonFormatException("not a JSON object");
  }

  private static Json value(JsonParser parser, boolean halves)
      throws IOException, JsonFormatException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new JsonFormatException("no JSON value");
    }
    return switch (token) {
      case VALUE_NULL -> Json.Null.NULL;
      case VALUE_TRUE -> Json.Bool.TRUE;
      case VALUE_FALSE -> Json.Bool.FALSE;
      case VALUE_STRING -> new Json.Text(halves ? whole(parser.getText()) : parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getText());
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser, halves));
        }
        yield new Json.Array(items);
      }
      case START_OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser, halves));
        }
        yield new Json.Obj(members);
      }
      default -> throw new JsonFormatException("unexpected " + token);
    };
  }

  /**
   * Half a pair of surrogates is read as U+FFFD, as Go does: it cannot be written as UTF-8. In
   * names the parser refuses it.
   */
  private static String whole(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints().forEach(c -> whole.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '\ufffd' : c));
    return whole.toString();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
