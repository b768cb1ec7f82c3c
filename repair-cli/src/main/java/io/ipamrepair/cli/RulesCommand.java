package io.ipamrepair.cli;

import io.ipamrepair.check.About;
import io.ipamrepair.check.Check;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.source.RuleExample;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rules}: what {@code scan} demands, and what each demand is good for. */
@Command(
    name = "rules",
    description =
        "The rules that scan judges by; with an ID, what one demands, why it is broken, how urgent that is, and an example. Needs no etcd.")
final class RulesCommand extends ToolCommand {
  private static final int SHOWN_IDS = 4;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "A rule's ID, as scan prints it: A3.")
  Optional<String> id = Optional.empty();

  @Override
  public ExitCode call() {
    List<About> rules = Check.rules();
    if (id.isEmpty()) {
      list(rules);
    } else {
      explain(find(rules, id.get()));
    }
    return ExitCode.DONE;
  }

  private void list(List<About> rules) {
    if (json()) {
      session.terminal().raw(PrettyJson.of(RulesJson.of(rules)));
    } else {
      new RulesText(session.terminal()).list(rules);
    }
  }

  private void explain(About about) {
    RuleExample example = RuleExample.of(about.id());
    if (json()) {
      session.terminal().raw(PrettyJson.of(RulesJson.of(about, example)));
    } else {
      new RulesText(session.terminal()).explain(about, example);
    }
  }

  private static About find(List<About> rules, String id) {
    String wanted = id.toUpperCase(Locale.ROOT);
    return rules.stream()
        .filter(about -> about.id().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.USAGE,
                    "there is no rule "
                        + id
                        + "; the nearest are "
                        + String.join(", ", nearest(rules, wanted))
                        + " (ipam-repair rules lists all)"));
  }

  /** Rules of the same letter come first, then those whose number is near. */
  private static List<String> nearest(List<About> rules, String wanted) {
    String letter = wanted.isEmpty() ? "" : wanted.substring(0, 1);
    int number = number(wanted);
    return rules.stream()
        .map(About::id)
        .sorted(
            Comparator.<String, Boolean>comparing(id -> !id.startsWith(letter))
                .thenComparing(id -> Math.abs(number(id) - number)))
        .limit(SHOWN_IDS)
        .toList();
  }

  /** The number behind the letter; 0 where there is none that a rule could have. */
  private static int number(String id) {
    String digits = id.replaceAll("[^0-9]", "");
    return digits.isEmpty() || digits.length() > 4 ? 0 : Integer.parseInt(digits);
  }
}
