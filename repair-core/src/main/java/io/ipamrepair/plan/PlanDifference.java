package io.ipamrepair.plan;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a plan does that an earlier one of the same command did not, and the other way round: for
 * somebody who has read the earlier one. Bytes that others changed meanwhile are no difference, as
 * long as the change that is made in them is the same.
 */
public final class PlanDifference {
  private final KeyLayout layout = new KeyLayout();
  private final List<String> lines = new ArrayList<>();

  private PlanDifference() {}

  /**
   * The difference in words, one line each, {@code +} for what is new and {@code -} for what is no
   * longer there; empty when the plans do the same, to the same objects, on the same conditions.
   */
  public static List<String> between(Plan before, Plan now) {
    PlanDifference difference = new PlanDifference();
    difference.compare(before, now);
    return List.copyOf(difference.lines);
  }

  private void compare(Plan before, Plan now) {
    if (!before.title().equals(now.title())) {
      lines.add("title: " + before.title() + " → " + now.title());
    }
    if (before.steps().size() != now.steps().size()) {
      lines.add("steps: " + before.steps().size() + " → " + now.steps().size());
    }
    writes(edits(before), edits(now));
    sets("condition", requirements(before), requirements(now));
    sets("resolves", findings(before.findings().resolved()), findings(now.findings().resolved()));
    sets("breaks", findings(before.findings().introduced()), findings(now.findings().introduced()));
    impact(before.impact(), now.impact());
    sets("leaves", before.left(), now.left());
    if (!before.acceptedRisk().equals(now.acceptedRisk())) {
      lines.add(
          "accepted risk: "
              + (before.acceptedRisk().isEmpty() ? "none" : before.acceptedRisk())
              + " → "
              + (now.acceptedRisk().isEmpty() ? "none" : now.acceptedRisk()));
    }
  }

  /** What is done to each key, in words; a key that several steps write has all of theirs. */
  private static Map<Bytes, List<Edit>> edits(Plan plan) {
    Map<Bytes, List<Edit>> edits = new LinkedHashMap<>();
    plan.steps().stream()
        .flatMap(step -> step.writes().stream())
        .forEach(
            (PlannedWrite write) ->
                edits
                    .computeIfAbsent(write.key(), none -> new ArrayList<>())
                    .addAll(write.edits()));
    return edits;
  }

  private void writes(Map<Bytes, List<Edit>> before, Map<Bytes, List<Edit>> now) {
    Set<Bytes> keys = new LinkedHashSet<>(before.keySet());
    keys.addAll(now.keySet());
    for (Bytes key : keys) {
      String object = layout.classify(key).object().text();
      List<Edit> was = before.getOrDefault(key, List.of());
      List<Edit> is = now.getOrDefault(key, List.of());
      if (was.isEmpty()) {
        lines.add("+ " + object + ": " + words(is));
      } else if (is.isEmpty()) {
        lines.add("- " + object + ": " + words(was));
      } else if (!was.equals(is)) {
        lines.add("~ " + object + ": " + words(was) + " → " + words(is));
      }
    }
  }

  private static String words(List<Edit> edits) {
    return edits.stream().map(Edit::words).collect(Collectors.joining("; "));
  }

  private static List<String> requirements(Plan plan) {
    return plan.steps().stream()
        .flatMap(step -> step.requires().stream())
        .map(Requirement::words)
        .toList();
  }

  private static List<String> findings(Collection<FindingRef> findings) {
    return findings.stream()
        .map(each -> each.rule() + " " + each.severity().text() + " " + each.objects().get(0))
        .toList();
  }

  private void impact(Plan.Impact before, Plan.Impact now) {
    if (before.addresses() != now.addresses()) {
      lines.add("addresses concerned: " + before.addresses() + " → " + now.addresses());
    }
    sets("node concerned", before.nodes(), now.nodes());
    sets("workload concerned", before.workloads(), now.workloads());
    sets("with a single endpoint", before.singleEndpoint(), now.singleEndpoint());
    sets("effect", before.effects(), now.effects());
  }

  private void sets(String what, Collection<String> before, Collection<String> now) {
    Set<String> gone = new LinkedHashSet<>(before);
    gone.removeAll(now);
    Set<String> added = new LinkedHashSet<>(now);
    added.removeAll(before);
    gone.forEach(each -> lines.add("- " + what + ": " + each));
    added.forEach(each -> lines.add("+ " + what + ": " + each));
  }
}
