package io.ipamrepair.cli;

import io.ipamrepair.check.About;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.check.Urgency;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.source.RuleExample;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The rules for people: a line or two each, or one on a screen of its own. */
final class RulesText {
  private static final String COLUMNS = "%-4s %-14s %-9s ";
  private static final int LIST_INDENT = String.format(COLUMNS, "", "", "").length();
  private static final int INDENT = 12;

  private final Terminal terminal;

  RulesText(Terminal terminal) {
    this.terminal = terminal;
  }

  /** All rules, one after the other. */
  void list(List<About> rules) {
    for (About about : rules) {
      String urgency = about.urgency().words() + (about.urgencyDepends().isEmpty() ? "" : "*");
      String head = String.format(COLUMNS, about.id(), severities(about), urgency);
      print(head, about.demand(), LIST_INDENT);
    }
    terminal.result("");
    terminal.result("* in most states; the rule says in which it is otherwise.");
    terminal.result("Read one: ipam-repair rules ID");
  }

  private static String severities(About about) {
    return about.severities().stream().map(Severity::text).collect(Collectors.joining(", "));
  }

  /** One rule, and an example that breaks it. */
  void explain(About about, RuleExample example) {
    part(about.id(), about.demand());
    terminal.result("");
    part("Severity", severities(about));
    part("Urgency", urgency(about.urgency()));
    if (!about.urgencyDepends().isEmpty()) {
      part("", about.urgencyDepends());
    }
    part("Traffic", about.traffic());
    part("Why", about.reason());
    part("Repair", about.repair());
    for (int i = 0; i < about.threads().size(); i++) {
      part(i == 0 ? "See" : "", about.threads().get(i));
    }
    terminal.result("");
    part("Example", example.story() + " In a healthy cluster of three nodes this differs:");
    example.changes().forEach((key, value) -> change(key, value.map(Bytes::display).orElse("")));
    part("", "Of this rule, ipam-repair scan then says:");
    terminal.result("");
    new ScanText(terminal, true).print(Check.byRule(about.id(), example.state()).subList(0, 1));
  }

  private static String urgency(Urgency urgency) {
    String words = urgency.words();
    return words.substring(0, 1).toUpperCase(Locale.ROOT)
        + words.substring(1)
        + ". "
        + urgency.meaning();
  }

  /** A key on a line of its own, and below it as much of its value as a line holds. */
  private void change(Bytes key, String value) {
    String sign = value.isEmpty() ? "- " : "+ ";
    terminal.result(" ".repeat(INDENT) + sign + key.display());
    if (!value.isEmpty()) {
      int room = Phrases.WIDTH - INDENT - 4;
      String shown = value.length() <= room ? value : value.substring(0, room - 1) + "…";
      terminal.result(" ".repeat(INDENT + 4) + shown);
    }
  }

  private void part(String name, String text) {
    print(String.format("%-" + INDENT + "s", name), text, INDENT);
  }

  private void print(String head, String text, int indent) {
    List<String> lines = Phrases.wrapped(text, Phrases.WIDTH - indent);
    terminal.result(head + lines.get(0));
    lines.stream().skip(1).forEach(line -> terminal.result(" ".repeat(indent) + line));
  }
}
