package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import java.util.Comparator;
import java.util.List;

/**
 * One breach of a rule. There is one finding per rule and first object.
 *
 * <p>Sorted by severity, the worst first; then by rule, in the order of the reference; then by
 * objects, networks by address.
 *
 * @param rule the rule's ID: {@code A3}
 * @param severity how bad it is
 * @param urgency whether it can wait until morning, in this state
 * @param objects what breaks the rule, as rules.md orders it; further objects are related ones
 * @param problem one sentence in an operator's words, with names and values
 * @param traffic what it does to traffic, as routing.md measured it
 * @param remedy what to do about it
 */
public record Finding(
    String rule,
    Severity severity,
    Urgency urgency,
    List<ObjectName> objects,
    String problem,
    String traffic,
    Remedy remedy)
    implements Comparable<Finding> {
  /** The groups of rules, in the order of the reference. */
  private static final String GROUPS = "KPBAHWRC";

  private static final Comparator<List<ObjectName>> LISTS = NetworkOrder.ofLists();

  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::severity)
          .reversed()
          .thenComparing(finding -> GROUPS.indexOf(finding.rule.charAt(0)))
          .thenComparing(finding -> Integer.parseInt(finding.rule.substring(1)))
          .thenComparing(Finding::objects, LISTS);

  public Finding {
    if (!rule.matches("[" + GROUPS + "][1-9][0-9]?")) {
      throw new IllegalArgumentException("not a rule: " + rule);
    }
    if (objects.isEmpty()) {
      throw new IllegalArgumentException("a finding of " + rule + " without an object");
    }
    objects = List.copyOf(objects);
  }

  /** The object that breaks the rule. */
  public ObjectName first() {
    return objects.get(0);
  }

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }
}
