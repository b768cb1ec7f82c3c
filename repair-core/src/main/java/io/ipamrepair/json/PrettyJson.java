package io.ipamrepair.json;

import io.ipamrepair.kv.Bytes;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON for people who read it in a pull request or on a terminal: two spaces a level, one member a
 * line, short lists of texts on one line. What could steer a terminal, or show text in another
 * order than it has, is escaped; the value stays the same.
 */
public final class PrettyJson {
  private static final int LINE = 100;

  private final StringBuilder out = new StringBuilder();

  private PrettyJson() {}

  /** {@code json} as indented text that ends with a newline; deterministic. */
  public static String of(Json json) {
    PrettyJson pretty = new PrettyJson();
    pretty.write(json, 0);
    return escaped(pretty.out.append('\n'));
  }

  /**
   * The same JSON without control and format characters. They are in strings only, where an escape
   * means the same; those below U+0020 are escaped by the encoder already, but for the newlines
   * between members.
   */
  private static String escaped(CharSequence json) {
    StringBuilder safe = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            c -> {
              if (isPlain(c)) {
                safe.appendCodePoint(c);
              } else {
                // Two escapes where it takes two UTF-16 units, as JSON wants it.
                for (char unit : Character.toChars(c)) {
                  safe.append(String.format("\\u%04x", (int) unit));
                }
              }
            });
    return safe.toString();
  }

  private static boolean isPlain(int c) {
    if (c < 0x7f) {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private void write(Json json, int level) {
    Bytes compact = json.encode();
    boolean simple =
        json instanceof Json.Array array
            && array.items().stream().noneMatch(Json.Obj.class::isInstance);
    if (json instanceof Json.Array array
        && !array.items().isEmpty()
        && !(simple && compact.length() + 2 * level < LINE)) {
      out.append("[\n");
      for (Iterator<Json> items = array.items().iterator(); items.hasNext(); ) {
        indent(level + 1);
        write(items.next(), level + 1);
        out.append(items.hasNext() ? ",\n" : "\n");
      }
      indent(level);
      out.append(']');
    } else if (json instanceof Json.Obj object && !object.members().isEmpty()) {
      out.append("{\n");
      for (Iterator<Map.Entry<String, Json>> members = object.members().entrySet().iterator();
          members.hasNext(); ) {
        Map.Entry<String, Json> member = members.next();
        indent(level + 1);
        out.append(new Json.Text(member.getKey()).encode().display()).append(": ");
        write(member.getValue(), level + 1);
        out.append(members.hasNext() ? ",\n" : "\n");
      }
      indent(level);
      out.append('}');
    } else {
      out.append(compact.display());
    }
  }

  private void indent(int level) {
    out.append("  ".repeat(level));
  }
}
