package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Findings that somebody has accepted, and does not want to be told again.
 *
 * @param calicoGuid the Calico cluster that they were found in; nothing where it had no GUID
 * @param written when they were accepted
 * @param findings them
 */
record Baseline(Optional<String> calicoGuid, Instant written, SortedSet<Accepted> findings) {
  /** One of them: the same finding if rule, severity and first object are the same. */
  record Accepted(String rule, Severity severity, ObjectName object)
      implements Comparable<Accepted> {
    private static final Comparator<Accepted> ORDER =
        Comparator.comparing(Accepted::rule)
            .thenComparing(Accepted::severity)
            .thenComparing(Accepted::object);

    static Accepted of(Finding finding) {
      return new Accepted(finding.rule(), finding.severity(), finding.first());
    }

    @Override
    public int compareTo(Accepted other) {
      return ORDER.compare(this, other);
    }
  }

  Baseline {
    findings = new TreeSet<>(findings);
  }

  boolean accepts(Finding finding) {
    return findings.contains(Accepted.of(finding));
  }

  /** How many of its findings are not among {@code present}. */
  int gone(Collection<Finding> present) {
    Set<Accepted> found = present.stream().map(Accepted::of).collect(Collectors.toSet());
    return (int) findings.stream().filter(each -> !found.contains(each)).count();
  }
}
