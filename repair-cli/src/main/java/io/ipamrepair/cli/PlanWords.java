package io.ipamrepair.cli;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is said of the parts of a plan, whatever the form. */
final class PlanWords {
  private final KeyLayout layout = new KeyLayout();
  private final ValueDiff diff = new ValueDiff();

  /** Objects, not keys: a reviewer need not know Calico's key layout. */
  String object(Bytes key) {
    return layout.classify(key).object().text().replaceFirst(":", " ");
  }

  static String edits(PlannedWrite write) {
    return write.edits().stream().map(Edit::words).collect(Collectors.joining("; "));
  }

  /** What differs in the value besides what the edits say, a line each. */
  List<String> differences(PlannedWrite write) {
    List<String> lines = new ArrayList<>();
    // What is put back follows from no edit: all of it is shown.
    boolean putBack = write.edits().stream().anyMatch(Edit.RestoreBytes.class::isInstance);
    if (write.before().isPresent() && write.after().isPresent() || putBack) {
      List<String> said = write.edits().stream().map(Edit::words).toList();
      diff.between(write.key(), write.before(), write.after()).stream()
          .filter(line -> !said.contains(line))
          .forEach(lines::add);
    }
    write
        .boundAtCommit()
        .forEach(member -> lines.add(member + " is set to the time of the commit"));
    return lines;
  }

  String requirement(Requirement requirement) {
    if (requirement instanceof Requirement.KeyIs is) {
      return object(is.key()) + " as it is now";
    } else if (requirement instanceof Requirement.KeyAbsent absent) {
      return object(absent.key()) + " still absent";
    }
    return requirement.words();
  }

  static String commit(Step step) {
    return "one transaction"
        + (step.quietFirst() ? ", when the blocks have been quiet for a while" : "");
  }

  static String rollback(Plan plan) {
    return "puts back "
        + Words.count(plan.writes(), "key")
        + "; what others write meanwhile stays: ipam-repair rollback RUN (apply prints the run's ID)";
  }

  static String impact(Plan.Impact impact) {
    return Words.count(impact.addresses(), "address")
        + " of "
        + Words.count(impact.workloads().size(), "workload")
        + " on "
        + Words.count(impact.nodes().size(), "node");
  }
}
