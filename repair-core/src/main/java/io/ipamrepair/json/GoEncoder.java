package io.ipamrepair.json;

import io.ipamrepair.kv.Bytes;
import java.util.Iterator;
import java.util.Map;

/** Writes JSON as Go's {@code encoding/json} does (golden README, "Re-encoding"). */
final class GoEncoder {
  private static final char REPLACEMENT = '\ufffd';

  private final StringBuilder out = new StringBuilder();

  private GoEncoder() {}

  static Bytes encode(Json json) {
    GoEncoder encoder = new GoEncoder();
    encoder.write(json);
    return Bytes.utf8(encoder.out.toString());
  }

  private void write(Json json) {
    if (json instanceof Json.Text text) {
      write(text.value());
    } else if (json instanceof Json.Num number) {
      out.append(number.literal());
    } else if (json instanceof Json.Bool bool) {
      out.append(bool == Json.Bool.TRUE);
    } else if (json instanceof Json.Array array) {
      out.append('[');
      for (Iterator<Json> items = array.items().iterator(); items.hasNext(); ) {
        write(items.next());
        out.append(items.hasNext() ? "," : "");
      }
      out.append(']');
    } else if (json instanceof Json.Obj object) {
      out.append('{');
      for (Iterator<Map.Entry<String, Json>> members = object.members().entrySet().iterator();
          members.hasNext(); ) {
        Map.Entry<String, Json> member = members.next();
        write(member.getKey());
        out.append(':');
        write(member.getValue());
        out.append(members.hasNext() ? "," : "");
      }
      out.append('}');
    } else {
      out.append("null");
    }
  }

  private void write(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        // Go 1.22 and later shorten these two as well; older releases wrote \u0008 and \u000c.
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '<', '>', '&', '\u2028', '\u2029' -> escape(c);
        default -> {
          if (c < 0x20) {
            escape(c);
          } else if (Character.isSurrogate(c) && !isPairAt(text, i)) {
            // Go cannot hold half a pair in a string: it reads and writes U+FFFD.
            out.append(REPLACEMENT);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPairAt(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }

  private void escape(char c) {
    out.append(String.format("\\u%04x", (int) c));
  }
}
