package io.ipamrepair.cli;

import io.ipamrepair.change.Requirement;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.repair.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A plan as a person reads it. */
final class ReviewText {
  private static final int LONG_LIST = 12;

  private final Consumer<String> out;
  private final PlanWords words = new PlanWords();

  /**
   * A review.
   *
   * @param out takes its lines
   */
  ReviewText(Consumer<String> out) {
    this.out = out;
  }

  void print(PlanFile.Sealed sealed) {
    Plan plan = sealed.plan();
    out.accept(plan.title());
    out.accept(
        "by "
            + plan.author()
            + ", "
            + plan.created()
            + (plan.reason().isEmpty() ? "" : ", " + plan.reason())
            + "; expires "
            + plan.expires());
    out.accept(
        "etcd cluster "
            + plan.cluster().etcdClusterId().orElse("not known (review only)")
            + ", Calico cluster "
            + plan.cluster().guid().orElse("without GUID")
            + ", revision "
            + plan.cluster().revision()
            + ", digest "
            + Phrases.digest(sealed.digest()));
    plan.fileOption()
        .ifPresent(option -> out.accept("made from a file (" + option + "), not from a live etcd"));
    out.accept("");
    why(plan);
    field(
        "Judged",
        "all rules, on all "
            + Words.count(plan.cluster().keys(), "key")
            + " at revision "
            + plan.cluster().revision());
    impact(plan.impact());
    for (int number = 1; number <= plan.steps().size(); number++) {
      step(number, plan.steps().get(number - 1));
    }
    if (!plan.left().isEmpty()) {
      field("Left", "");
      plan.left().forEach(left -> field("", left));
    }
    field("Rollback", PlanWords.rollback(plan));
  }

  private void why(Plan plan) {
    Plan.Findings findings = plan.findings();
    field(
        "Why",
        findings.resolved().isEmpty()
            ? "resolves no finding"
            : "resolves " + summary(findings.resolved()));
    if (!findings.introduced().isEmpty()) {
      field(
          "Adds",
          summary(findings.introduced())
              + (plan.acceptedRisk().isEmpty() ? "" : "  accepted by " + plan.acceptedRisk()));
    }
    String left =
        findings.left().isEmpty() ? "" : summary(findings.left()) + " on what is changed here";
    String elsewhere =
        findings.leftElsewhere() == 0
            ? ""
            : Words.count(findings.leftElsewhere(), "other finding") + " elsewhere";
    if (!left.isEmpty() || !elsewhere.isEmpty()) {
      field("Leaves", left + (left.isEmpty() || elsewhere.isEmpty() ? "" : "; ") + elsewhere);
    }
  }

  /** {@code P1 error pool:x; B10 error ×4 block:a, block:b…}. */
  private static String summary(List<FindingRef> findings) {
    Map<String, List<FindingRef>> byRule = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            byRule
                .computeIfAbsent(
                    finding.rule() + " " + finding.severity().text(),
                    none -> new java.util.ArrayList<>())
                .add(finding));
    return byRule.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + (entry.getValue().size() == 1 ? " " : " ×" + entry.getValue().size() + " ")
                    + Words.some(
                        entry.getValue().stream()
                            .map(finding -> finding.objects().get(0).text())
                            .toList(),
                        4))
        .collect(Collectors.joining("; "));
  }

  private void impact(Plan.Impact impact) {
    field(
        "Impact",
        PlanWords.impact(impact)
            + (impact.nodes().isEmpty() ? "" : ": " + Words.some(impact.nodes(), LONG_LIST)));
    impact.effects().forEach(effect -> field("", effect));
    if (!impact.singleEndpoint().isEmpty()) {
      field(
          "",
          "Workloads with a single endpoint: " + Words.some(impact.singleEndpoint(), LONG_LIST));
    }
  }

  private void step(int number, Step step) {
    field("Step " + number, PlanWords.commit(step));
    for (PlannedWrite write : step.writes()) {
      String mark = write.before().isEmpty() ? "+" : write.after().isEmpty() ? "-" : "~";
      out.accept("  " + mark + " " + words.object(write.key()) + "  " + PlanWords.edits(write));
      out.accept("      why: " + write.reason());
      words.differences(write).forEach(line -> out.accept("      " + line));
    }
    out.accept("  requires");
    out.accept("    each key above exactly as it is now");
    for (Requirement requirement : step.requires()) {
      Phrases.wrapped(words.requirement(requirement), Phrases.WIDTH - 6)
          .forEach(line -> out.accept("    " + line));
    }
  }

  private void field(String name, String text) {
    List<String> lines = Phrases.wrapped(text, Phrases.WIDTH - 10);
    for (int i = 0; i < lines.size(); i++) {
      out.accept(
          String.format("%-9s %s", i == 0 ? name : "", (i == 0 ? "" : "  ") + lines.get(i))
              .stripTrailing());
    }
  }
}
