package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.run.Recovery.Recovered;
import io.ipamrepair.undo.KeyStanding;
import io.ipamrepair.undo.KeyStanding.Content;
import io.ipamrepair.undo.RecordedRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a run stands that was recovered, and what can be done, in text or as JSON. */
final class RecoveredOutput {
  private static final String RESUME = "resume";
  private static final String ROLLBACK = "rollback";

  private final Terminal terminal;
  private final boolean json;

  RecoveredOutput(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  void settled(Recovered.Settled settled) {
    RecordedRun run = settled.run();
    List<String> next = new ArrayList<>();
    if (run.applied() < run.steps().size()) {
      next.add(RESUME);
    }
    if (run.applied() > 0) {
      next.add(ROLLBACK);
    }
    if (json) {
      terminal.raw(PrettyJson.of(object(run, run.status().words(), next, List.of())));
    } else {
      steps(run, run.status().words());
      terminal.result("No step of it can commit any more.");
      commands(run, next);
    }
    settled.notes().forEach(terminal::message);
    if (!settled.journalled()) {
      terminal.message(
          "Its journal is open in another process, which writes nothing more in etcd. When that"
              + " has ended: ipam-repair recover "
              + run.id());
    }
  }

  void diverged(Recovered.Diverged diverged) {
    RecordedRun run = diverged.run();
    String standing = "diverged: " + diverged.why();
    boolean inPlace = diverged.keys().stream().anyMatch(each -> each.content() == Content.WRITTEN);
    List<String> next = inPlace ? List.of(ROLLBACK) : List.of();
    if (json) {
      terminal.raw(PrettyJson.of(object(run, standing, next, diverged.keys())));
      return;
    }
    steps(run, standing);
    terminal.result("That is what this machine knows. What the keys that it writes hold now:");
    keys(diverged.keys());
    terminal.result("No step of it can commit any more; it cannot be resumed.");
    commands(run, next);
    if (diverged.keys().stream().allMatch(each -> each.content() == Content.ORIGINAL)) {
      terminal.result("Nothing of it is in place. To do it again, make its plan again:");
      terminal.result("         ipam-repair replan PLAN");
    } else {
      terminal.result(
          (inPlace
                  ? "Back goes what is as a step leaves it; what is something else is told as a"
                      + " conflict and left."
                  : "Nothing is as a step of it leaves it: there is nothing to take back.")
              + " Look: ipam-repair scan");
    }
  }

  private void steps(RecordedRun run, String standing) {
    terminal.result("Run " + run.id() + " of " + run.operator() + ": " + standing);
    for (int number = 1; number <= run.steps().size(); number++) {
      terminal.result("  step " + number + "  " + run.steps().get(number - 1).words());
    }
  }

  private void keys(List<KeyStanding> keys) {
    int width = keys.stream().mapToInt(each -> each.object().text().length()).max().orElse(0);
    for (KeyStanding each : keys) {
      terminal.result("  " + pad(each.object().text(), width) + "  " + each.words());
      each.lines().forEach(line -> terminal.result("    against the original: " + line));
    }
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private void commands(RecordedRun run, List<String> next) {
    if (next.contains(RESUME)) {
      terminal.result("Go on:   ipam-repair resume " + run.id());
    }
    if (next.contains(ROLLBACK)) {
      terminal.result("Go back: ipam-repair rollback " + run.id());
    }
  }

  private static Json.Obj object(
      RecordedRun run, String standing, List<String> next, List<KeyStanding> keys) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("run", new Json.Text(run.id()));
    members.put("status", new Json.Text(standing));
    members.put(
        "steps",
        Json.Array.ofTexts(run.steps().stream().map(step -> step.status().words()).toList()));
    members.put("next", Json.Array.ofTexts(next));
    members.put("keys", new Json.Array(keys.stream().<Json>map(RecoveredOutput::object).toList()));
    return new Json.Obj(members);
  }

  private static Json.Obj object(KeyStanding standing) {
    return Json.Obj.of(
        "key", new Json.Text(standing.key().display()),
        "object", new Json.Text(standing.object().text()),
        "holds", new Json.Text(standing.content().word()),
        "step", standing.step() == 0 ? Json.Null.NULL : Json.Num.of(standing.step()),
        "differences", Json.Array.ofTexts(standing.lines()));
  }
}
