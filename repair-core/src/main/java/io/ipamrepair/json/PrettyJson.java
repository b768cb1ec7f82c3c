package io.ipamrepair.json;

import io.ipamrepair.kv.Bytes;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON for people who read it in a pull request: two spaces a level, one member a line, short lists
 * of texts on one line.
 */
public final class PrettyJson {
  private static final int LINE = 100;

  private final StringBuilder out = new StringBuilder();

  private PrettyJson() {}

  /** {@code json} as indented text that ends with a newline; deterministic. */
  public static String of(Json json) {
    PrettyJson pretty = new PrettyJson();
    pretty.write(json, 0);
    return pretty.out.append('\n').toString();
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
