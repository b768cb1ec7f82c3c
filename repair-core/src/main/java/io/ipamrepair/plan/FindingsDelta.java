package io.ipamrepair.plan;

import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.plan.Plan.FindingRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a change does to the findings. Two findings are the same when rule, severity and first
 * object are.
 */
public final class FindingsDelta {
  private FindingsDelta() {}

  /**
   * The difference between two checks.
   *
   * @param written the objects that the change writes, by name
   */
  public static Plan.Findings between(
      List<Finding> before, List<Finding> after, Set<String> written) {
    Map<String, Finding> old = byIdentity(before);
    Map<String, Finding> now = byIdentity(after);
    List<FindingRef> resolved = references(old, now, false);
    List<FindingRef> introduced = references(now, old, false);
    List<FindingRef> both = references(now, old, true);
    List<FindingRef> left = both.stream().filter(finding -> concerns(finding, written)).toList();
    return new Plan.Findings(resolved, left, introduced);
  }

  /**
   * How many errors and warnings there are in both checks, on other objects than those {@code
   * written}.
   */
  static int leftElsewhere(List<Finding> before, List<Finding> after, Set<String> written) {
    return (int)
        references(byIdentity(after), byIdentity(before), true).stream()
            .filter(finding -> finding.severity() != Severity.INFO && !concerns(finding, written))
            .count();
  }

  private static boolean concerns(FindingRef finding, Set<String> written) {
    return finding.objects().stream().anyMatch(object -> written.contains(object.text()));
  }

  private static Map<String, Finding> byIdentity(List<Finding> findings) {
    Map<String, Finding> byIdentity = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            byIdentity.putIfAbsent(
                finding.rule() + " " + finding.severity() + " " + finding.objects().get(0),
                finding));
    return byIdentity;
  }

  private static List<FindingRef> references(
      Map<String, Finding> of, Map<String, Finding> other, boolean inBoth) {
    return of.entrySet().stream()
        .filter(entry -> other.containsKey(entry.getKey()) == inBoth)
        .map(entry -> Planner.reference(entry.getValue()))
        .toList();
  }
}
