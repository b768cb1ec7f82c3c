package io.ipamrepair.plan;

import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** In what a plan says something else than follows, by the names that the file has for it. */
final class PlanSays {
  private static final int MOST_PROBLEMS = 20;
  private static final int MOST_TEXT = 160;

  private final List<String> problems = new ArrayList<>();

  private PlanSays() {}

  /** One line each: the place in the file, what stands there, and what would follow. */
  static List<String> differences(Plan said, Plan follows) {
    PlanSays differences = new PlanSays();
    differences.compare("", PlanWriter.json(said), PlanWriter.json(follows));
    List<String> all = differences.problems;
    if (all.size() <= MOST_PROBLEMS) {
      return all;
    }
    List<String> first = new ArrayList<>(all.subList(0, MOST_PROBLEMS));
    first.add("and " + (all.size() - MOST_PROBLEMS) + " more");
    return first;
  }

  private void compare(String at, Json said, Json follows) {
    if (said.encode().equals(follows.encode())) {
      return;
    }
    if (said instanceof Json.Obj here
        && follows instanceof Json.Obj there
        && here.members().keySet().equals(there.members().keySet())) {
      here.members()
          .forEach(
              (name, value) ->
                  compare(
                      at.isEmpty() ? name : at + "." + name, value, there.get(name).orElseThrow()));
    } else if (said instanceof Json.Array here && follows instanceof Json.Array there) {
      lists(at, here.items(), there.items());
    } else {
      problems.add(at + ": says " + text(said) + ", it follows " + text(follows));
    }
  }

  private void lists(String at, List<Json> said, List<Json> follows) {
    if (said.size() == follows.size()) {
      for (int i = 0; i < said.size(); i++) {
        compare(at + "[" + i + "]", said.get(i), follows.get(i));
      }
      return;
    }
    Set<Json> more = new LinkedHashSet<>(said);
    more.removeAll(new LinkedHashSet<>(follows));
    Set<Json> lacking = new LinkedHashSet<>(follows);
    lacking.removeAll(new LinkedHashSet<>(said));
    more.forEach(each -> problems.add(at + ": says what does not follow: " + text(each)));
    lacking.forEach(each -> problems.add(at + ": leaves out: " + text(each)));
    if (more.isEmpty() && lacking.isEmpty()) {
      problems.add(at + ": has " + said.size() + " entries, " + follows.size() + " follow");
    }
  }

  private static String text(Json json) {
    String text = json.encode().display();
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "…";
  }
}
