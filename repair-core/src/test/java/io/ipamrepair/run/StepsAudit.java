package io.ipamrepair.run;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.testing.WatchedHistory.Change;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Follows etcd's history from an empty one, and holds every transaction of a run against the
 * journals: each step that a journal calls applied is there once, with exactly its bytes, and no
 * other is there; and no step breaks a rule of severity error that its plan did not name. One rule
 * is left out: a claim that begins between the last read and the deletion of its pool leaves an
 * affinity in no pool (A6), which no compare can hold, for affinities are sorted by node;
 * docs/safety.md says so.
 */
final class StepsAudit implements WatchedHistory.Reader {
  private static final Bytes CALICO = Bytes.utf8("/calico/");

  private final Map<String, RecordedRun> runs = new HashMap<>();
  private final Map<Long, RecordedStep> reported = new HashMap<>();
  private final TreeMap<Bytes, Bytes> calico = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private int steps;

  StepsAudit(Collection<RecordedRun> recorded) {
    for (RecordedRun run : recorded) {
      runs.put(run.id(), run);
      run.steps().stream()
          .filter(step -> step.status() == StepStatus.APPLIED)
          .forEach(step -> reported.put(step.revision().orElseThrow(), step));
    }
  }

  /** What must not be, once the history is read to its end. */
  List<String> violations() {
    List<String> all = new ArrayList<>(violations);
    reported
        .keySet()
        .forEach(revision -> all.add("a step that was never applied at revision " + revision));
    return all;
  }

  /** How many steps it found. */
  int steps() {
    return steps;
  }

  @Override
  public void at(long revision, List<Change> changes) {
    Map<Bytes, Optional<Bytes>> written = new HashMap<>();
    Optional<String> run = Optional.empty();
    for (Change change : changes) {
      if (change.key().startsWith(CALICO)) {
        written.put(change.key(), change.value());
      } else if (RunKeys.records().contains(change.key())) {
        run = Optional.of(RunKeys.runOf(change.key()));
      }
    }
    if (run.isEmpty() || written.isEmpty()) {
      take(written);
      return;
    }
    steps++;
    RecordedStep step = reported.remove(revision);
    if (step == null || !step.written().equals(written)) {
      violations.add(
          "revision "
              + revision
              + ": run "
              + run.get()
              + " wrote what no journal says: "
              + written);
    }
    List<FindingRef> before = errors();
    take(written);
    List<FindingRef> named = runs.get(run.get()).plan().findings().introduced();
    for (FindingRef broken : errors()) {
      if (before.stream().noneMatch(broken::isSameAs)
          && named.stream().noneMatch(broken::isSameAs)) {
        violations.add(
            "revision "
                + revision
                + ": run "
                + run.get()
                + " ("
                + runs.get(run.get()).plan().title()
                + ") broke "
                + broken.rule()
                + " "
                + broken.objects());
      }
    }
  }

  private void take(Map<Bytes, Optional<Bytes>> written) {
    written.forEach(
        (key, value) ->
            value.ifPresentOrElse(bytes -> calico.put(key, bytes), () -> calico.remove(key)));
  }

  private List<FindingRef> errors() {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    calico.forEach((key, value) -> builder.add(new KeyValue(key, value, 1, 1, 1)));
    return Check.of(builder.build(1)).stream()
        .filter(finding -> finding.severity() == Severity.ERROR && !finding.rule().equals("A6"))
        .map(finding -> new FindingRef(finding.rule(), finding.severity(), finding.objects()))
        .toList();
  }
}
