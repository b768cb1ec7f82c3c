package io.ipamrepair.cli;

import io.ipamrepair.check.About;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.json.Json;
import io.ipamrepair.source.RuleExample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules for programs. */
final class RulesJson {
  private RulesJson() {}

  static Json.Obj of(List<About> rules) {
    return Json.Obj.of(
        "format",
        Json.Num.of(1),
        "rules",
        new Json.Array(rules.stream().<Json>map(about -> new Json.Obj(line(about))).toList()));
  }

  static Json.Obj of(About about, RuleExample example) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("format", Json.Num.of(1));
    members.putAll(line(about));
    members.put("urgencyDepends", new Json.Text(about.urgencyDepends()));
    members.put("traffic", new Json.Text(about.traffic()));
    members.put("reason", new Json.Text(about.reason()));
    members.put("repair", new Json.Text(about.repair()));
    members.put("threads", Json.Array.ofTexts(about.threads()));
    members.put("example", example(about, example));
    return new Json.Obj(members);
  }

  private static Map<String, Json> line(About about) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("id", new Json.Text(about.id()));
    members.put(
        "severities", Json.Array.ofTexts(about.severities().stream().map(Severity::text).toList()));
    members.put("urgency", new Json.Text(about.urgency().text()));
    members.put("demand", new Json.Text(about.demand()));
    return members;
  }

  private static Json.Obj example(About about, RuleExample example) {
    List<Json> changes =
        example.changes().entrySet().stream()
            .<Json>map(
                change ->
                    Json.Obj.of(
                        "key",
                        new Json.Text(change.getKey().display()),
                        "value",
                        change
                            .getValue()
                            .<Json>map(value -> new Json.Text(value.display()))
                            .orElse(Json.Null.NULL)))
            .toList();
    List<Json> findings =
        Check.byRule(about.id(), example.state()).stream().<Json>map(ScanJson::finding).toList();
    return Json.Obj.of(
        "story", new Json.Text(example.story()),
        "changes", new Json.Array(changes),
        "findings", new Json.Array(findings));
  }
}
