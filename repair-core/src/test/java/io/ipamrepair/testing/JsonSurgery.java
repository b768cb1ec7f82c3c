package io.ipamrepair.testing;

import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Writes a JSON value with one of its nodes replaced by any text at all, so that what comes out
 * need not be JSON any more. Nodes are counted from 0, each before its children.
 */
final class JsonSurgery {
  private final StringBuilder out = new StringBuilder();
  private final int target;
  private final Function<Json, String> replacement;
  private int next;

  private JsonSurgery(int target, Function<Json, String> replacement) {
    this.target = target;
    this.replacement = replacement;
  }

  /** The numbers of the nodes of {@code root} that are so. */
  static List<Integer> nodes(Json root, Predicate<Json> wanted) {
    List<Integer> found = new ArrayList<>();
    List<Json> order = new ArrayList<>();
    collect(root, order);
    for (int i = 0; i < order.size(); i++) {
      if (wanted.test(order.get(i))) {
        found.add(i);
      }
    }
    return found;
  }

  private static void collect(Json json, List<Json> order) {
    order.add(json);
    if (json instanceof Json.Array array) {
      array.items().forEach(item -> collect(item, order));
    } else if (json instanceof Json.Obj object) {
      object.members().values().forEach(member -> collect(member, order));
    }
  }

  /** The text of {@code root}, with {@code replacement} of node {@code target} in its place. */
  static String rewrite(Json root, int target, Function<Json, String> replacement) {
    JsonSurgery surgery = new JsonSurgery(target, replacement);
    surgery.write(root);
    return surgery.out.toString();
  }

  /** The text of {@code json} as it is. */
  static String text(Json json) {
    return json.encode().display();
  }

  private void write(Json json) {
    if (next++ == target) {
      out.append(replacement.apply(json));
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
        out.append(text(new Json.Text(member.getKey()))).append(':');
        write(member.getValue());
        out.append(members.hasNext() ? "," : "");
      }
      out.append('}');
    } else {
      out.append(text(json));
    }
  }
}
