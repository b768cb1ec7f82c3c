package io.ipamrepair.undo;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way back as a shell script around {@code etcdctl txn}, for a host that has nothing else. Each
 * transaction puts the old bytes back only where the run's own are still there, so it overwrites
 * nothing that somebody wrote since, and does nothing a second time. What a rollback checks beyond
 * that, it does not: the rules, other keys, who is at work.
 */
public final class EtcdctlScript {
  private final RecordedRun run;
  private final Bytes prefix;

  /**
   * A script to be.
   *
   * @param run settled: of each step it must be known whether it was applied
   * @param prefix of all keys in this etcd, mostly empty
   */
  public EtcdctlScript(RecordedRun run, Bytes prefix) {
    this.run = run;
    this.prefix = prefix;
  }

  /** The script, with a line feed at its end. */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add("#!/bin/sh");
    lines.add(
        "# Undoes run "
            + run.id()
            + ", as far as nobody has changed its keys since. It checks nothing else:");
    lines.add(
        "# where ipam-repair is at hand, ipam-repair rollback " + run.id() + " is the better way.");
    lines.add(
        "# Needs etcdctl 3.4 or later, and its options in ETCDCTL_ENDPOINTS, ETCDCTL_CACERT and so on.");
    lines.add("set -eu");
    lines.add("export ETCDCTL_API=3");
    lines.add("undo() {");
    lines.add("  answer=$(etcdctl txn)");
    lines.add("  case $answer in");
    lines.add("    SUCCESS*) printf '%s: undone\\n' \"$1\" ;;");
    lines.add("    *)");
    lines.add(
        "      printf '%s: NOT undone: a key was changed since, or it was undone before\\n' \"$1\" >&2");
    lines.add("      exit 1");
    lines.add("      ;;");
    lines.add("  esac");
    lines.add("}");
    for (int number = run.steps().size(); number >= 1; number--) {
      RecordedStep recorded = run.steps().get(number - 1);
      if (recorded.status() == StepStatus.APPLIED) {
        step(lines, number, run.plan().steps().get(number - 1), recorded);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private void step(List<String> lines, int number, Step step, RecordedStep recorded) {
    List<String> compares = new ArrayList<>();
    List<String> operations = new ArrayList<>();
    for (PlannedWrite write : step.writes()) {
      String key = quoted(prefix.plus(write.key()));
      Optional<Bytes> wrote = recorded.after(write);
      compares.add(
          wrote
              .map(bytes -> "value(" + key + ") = " + quoted(bytes))
              .orElse("create(" + key + ") = \"0\""));
      operations.add(
          recorded
              .before(write)
              .map(bytes -> "put " + key + " " + quoted(bytes))
              .orElse("del " + key));
    }
    lines.add("");
    String end = end(compares, operations);
    lines.add("undo 'step " + number + "' <<'" + end + "'");
    lines.addAll(compares);
    lines.add("");
    lines.addAll(operations);
    lines.add("");
    lines.add("");
    lines.add(end);
  }

  /** A line that stands nowhere else. */
  private static String end(List<String> compares, List<String> operations) {
    Set<String> taken = new HashSet<>(compares);
    taken.addAll(operations);
    String end = "END";
    while (taken.contains(end)) {
      end += "_";
    }
    return end;
  }

  /** As Go quotes a text, which is how etcdctl reads one: any byte can be written so. */
  private static String quoted(Bytes bytes) {
    StringBuilder text = new StringBuilder("\"");
    for (byte each : bytes.toArray()) {
      if (each == '"' || each == '\\') {
        text.append('\\').append((char) each);
      } else if (each >= ' ' && each < 0x7f) {
        text.append((char) each);
      } else {
        text.append(String.format("\\x%02x", each & 0xff));
      }
    }
    return text.append('"').toString();
  }
}
