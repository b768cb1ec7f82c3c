package io.ipamrepair.cli;

import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.check.Severity;
import io.ipamrepair.check.Urgency;
import io.ipamrepair.repair.Words;
import io.ipamrepair.source.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code scan} found, for a tired person: the answer first, one screen, the next command. */
final class ScanText {
  private static final int INDENT = 12;
  private static final int SHOWN_OBJECTS = 8;

  private final Terminal terminal;
  private final boolean all;

  ScanText(Terminal terminal, boolean all) {
    this.terminal = terminal;
    this.all = all;
  }

  /**
   * All of a scan.
   *
   * @param now the present, which ages are counted from
   */
  void print(ScanReport report, Instant now) {
    ReadState read = report.look().read();
    String version =
        read.state()
            .cluster()
            .flatMap(Stored::value)
            .map(ClusterInformation::calicoVersion)
            .filter(text -> !text.isEmpty())
            .map(text -> "Calico " + text)
            .orElse("Calico version unknown");
    terminal.result(
        read.origin().words()
            + read.origin().etcdClusterId().map(id -> "   cluster " + id).orElse("")
            + "   "
            + version
            + "   revision "
            + read.state().revision()
            + "   "
            + Words.count(read.state().keys(), "key")
            + String.format(" in %.1f s", read.took().toMillis() / 1000.0));
    MomentText.lines(report.look()).stream()
        .flatMap(line -> Phrases.wrapped(line, Phrases.WIDTH).stream())
        .forEach(terminal::result);
    terminal.result("");
    headline(report.capacity());
    terminal.result("");
    ScanRemarks remarks = new ScanRemarks(report, now, all || report.settled().isPresent());
    groups(report.findings()).forEach(group -> print(group, Optional.of(remarks)));
    capacity(report.capacity());
    summary(report.findings(), report.capacity());
    remarks.leftOut().forEach(terminal::result);
    if (!(read.origin() instanceof Origin.Live)) {
      planning(read.origin(), report.findings());
    }
  }

  /** Says what was found, and nothing else. */
  void paragraphs(List<Finding> findings) {
    groups(findings).forEach(group -> print(group, Optional.empty()));
  }

  /** Findings that say the same of several objects are one paragraph. */
  static List<List<Finding>> groups(List<Finding> findings) {
    Map<List<Object>, List<Finding>> groups = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            groups
                .computeIfAbsent(
                    List.of(
                        finding.severity(),
                        finding.rule(),
                        finding.urgency(),
                        finding.traffic(),
                        remedyKind(finding.remedy())),
                    none -> new ArrayList<>())
                .add(finding));
    return List.copyOf(groups.values());
  }

  /** Remedies of one command differ in the object only. */
  private static Object remedyKind(Remedy remedy) {
    return remedy instanceof Remedy.Command command ? command.arguments().get(0) : remedy;
  }

  /** One paragraph for findings of one rule that differ in the object only. */
  void print(List<Finding> group) {
    print(group, Optional.empty());
  }

  private void print(List<Finding> group, Optional<ScanRemarks> remarks) {
    Finding first = group.get(0);
    String head = String.format("%-7s %-3s ", first.severity().name(), first.rule());
    List<String> lines =
        new ArrayList<>(
            Phrases.wrapped(
                first.problem() + remarks.map(each -> each.on(group)).orElse(""),
                Phrases.WIDTH - INDENT));
    if (group.size() > 1) {
      lines.addAll(
          Phrases.wrapped("The same of " + others(group, remarks), Phrases.WIDTH - INDENT));
    }
    lines.addAll(Phrases.wrapped("Traffic: " + traffic(first), Phrases.WIDTH - INDENT));
    terminal.result(
        colour(first.severity()), head.substring(0, 7), head.substring(7) + lines.get(0));
    lines.stream()
        .skip(1)
        .filter(line -> !line.isEmpty())
        .forEach(line -> terminal.result(" ".repeat(INDENT) + line));
    remedies(group).forEach(line -> terminal.result(" ".repeat(INDENT) + line));
  }

  /** What it does to traffic, and behind it whether that can wait; what is only told can. */
  static String traffic(Finding finding) {
    return finding.severity() == Severity.INFO
        ? finding.traffic()
        : finding.traffic() + " Urgency: " + finding.urgency().words() + ".";
  }

  private String others(List<Finding> group, Optional<ScanRemarks> remarks) {
    return shortened(
            group.stream()
                .skip(1)
                .map(
                    finding ->
                        name(finding.first())
                            + remarks.map(each -> each.onName(finding)).orElse(""))
                .toList(),
            all)
        + ".";
  }

  static String name(ObjectName object) {
    return object.text().replaceFirst(":", " ");
  }

  private List<String> remedies(List<Finding> group) {
    Set<String> lines = new LinkedHashSet<>();
    for (Finding finding : group) {
      if (finding.remedy() instanceof Remedy.Command command) {
        lines.add("ipam-repair " + Shell.words(command.arguments()));
      } else if (finding.remedy() instanceof Remedy.None none) {
        lines.addAll(Phrases.wrapped(none.why(), Phrases.WIDTH - INDENT));
      }
    }
    List<String> shown =
        lines.stream()
            .limit(all ? lines.size() : SHOWN_OBJECTS)
            .collect(Collectors.toCollection(ArrayList::new));
    if (shown.size() < lines.size()) {
      shown.add("… and " + (lines.size() - shown.size()) + " more commands (--all lists them)");
    }
    return shown;
  }

  private static Terminal.Colour colour(Severity severity) {
    return switch (severity) {
      case ERROR -> Terminal.Colour.RED;
      case WARNING -> Terminal.Colour.YELLOW;
      case INFO -> Terminal.Colour.BLUE;
    };
  }

  private void headline(Capacity capacity) {
    String addresses =
        capacity.addresses().entrySet().stream()
            .map(
                family ->
                    family.getValue().used()
                        + " of "
                        + Capacity.words(family.getValue().total())
                        + (capacity.addresses().size() == 1
                            ? ""
                            : " " + family.getKey().pathSegment()))
            .collect(Collectors.joining(", "));
    terminal.result(
        "  "
            + Words.count(capacity.pools(), "pool")
            + "   "
            + Words.count(capacity.blocks(), "block")
            + " ("
            + capacity.emptyBlocks()
            + " empty)   "
            + Words.count(capacity.nodes(), "node")
            + ", "
            + capacity.nodesWithoutBlock().size()
            + " without a block   "
            + (addresses.isEmpty() ? "no addresses" : addresses + " addresses used"));
  }

  private void capacity(Capacity capacity) {
    new CapacityWords(all).lines(capacity).forEach(line -> capacity(line.level(), line.text()));
  }

  private void capacity(Severity level, String text) {
    List<String> lines = Phrases.wrapped("Capacity: " + text, Phrases.WIDTH - INDENT);
    String head = String.format("%-12s", level.name());
    terminal.result(colour(level), head.substring(0, 7), head.substring(7) + lines.get(0));
    lines.stream().skip(1).forEach(line -> terminal.result(" ".repeat(INDENT) + line));
  }

  /** Names in one line: all of them, or the first and how many more. */
  static String shortened(List<String> names, boolean all) {
    if (all || names.size() <= SHOWN_OBJECTS) {
      return String.join(", ", names);
    }
    return names.stream().limit(SHOWN_OBJECTS).collect(Collectors.joining(", "))
        + " and "
        + (names.size() - SHOWN_OBJECTS)
        + " more (--all lists them)";
  }

  private void summary(List<Finding> findings, Capacity capacity) {
    long errors = findings.stream().filter(finding -> finding.severity() == Severity.ERROR).count();
    long warnings =
        findings.stream().filter(finding -> finding.severity() == Severity.WARNING).count();
    long full = capacity.notes().stream().filter(note -> note.level() == Severity.WARNING).count();
    terminal.result("");
    terminal.result(
        (errors + warnings == 0
                ? "No errors, no warnings."
                : Words.count(errors, "error") + ", " + Words.count(warnings, "warning") + ".")
            + (full == 0 ? "" : " " + Words.count(full, "capacity warning") + "."));
    mostUrgent(findings)
        .map(urgency -> "Urgency: " + urgencies(findings) + ". " + urgency.meaning())
        .ifPresent(text -> Phrases.wrapped(text, Phrases.WIDTH).forEach(terminal::result));
    commonCommand(findings)
        .ifPresent(
            command -> {
              terminal.result("The errors and warnings go away with:");
              terminal.result("  ipam-repair " + Shell.words(command.arguments()));
            });
    playbook(findings).ifPresent(command -> terminal.result("The playbook for this: " + command));
  }

  /** The command that shows the playbook for what was found, if there is one. */
  static Optional<String> playbook(List<Finding> findings) {
    return findings.stream().anyMatch(finding -> finding.rule().equals("P2"))
        ? Optional.of("ipam-repair playbook show overlapping-pool")
        : Optional.empty();
  }

  /** What the commands that were named mean here, where the data are not those of a live etcd. */
  private void planning(Origin origin, List<Finding> findings) {
    if (findings.stream().anyMatch(finding -> finding.remedy() instanceof Remedy.Command)) {
      String option = Shell.words(origin.option().stream().toList());
      boolean redacted = origin instanceof Origin.Dump dump && dump.redacted();
      terminal.result(
          redacted
              ? "Names are pseudonyms: these commands work with " + option + " only."
              : "These commands plan from the live etcd; with "
                  + option
                  + " they plan from this file.");
    }
  }

  /** {@code 2 now, 5 any time}: how many errors and warnings can wait how long. */
  static String urgencies(List<Finding> findings) {
    Map<Urgency, Long> counts =
        findings.stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .collect(
                Collectors.groupingBy(
                    Finding::urgency,
                    () -> new TreeMap<>(Comparator.reverseOrder()),
                    Collectors.counting()));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().words())
        .collect(Collectors.joining(", "));
  }

  static Optional<Urgency> mostUrgent(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .map(Finding::urgency)
        .max(Comparator.naturalOrder());
  }

  /** The one command that every error and warning names, if there is one. */
  static Optional<Remedy.Command> commonCommand(List<Finding> findings) {
    Set<Remedy> remedies =
        findings.stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .map(Finding::remedy)
            .collect(Collectors.toSet());
    return remedies.size() == 1 && remedies.iterator().next() instanceof Remedy.Command command
        ? Optional.of(command)
        : Optional.empty();
  }
}
