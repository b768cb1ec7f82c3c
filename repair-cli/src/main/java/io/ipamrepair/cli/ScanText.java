package io.ipamrepair.cli;

import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.check.Severity;
import io.ipamrepair.repair.Words;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code scan} found, for a tired person: the answer first, one screen, the next command. */
final class ScanText {
  private static final int INDENT = 12;
  private static final int SHOWN_OBJECTS = 8;

  private final Terminal terminal;
  private final Instant now;
  private final boolean all;

  ScanText(Session session, boolean all) {
    this.terminal = session.terminal();
    this.now = session.now();
    this.all = all;
  }

  void print(ScanReport report) {
    LiveState live = report.look().live();
    String version =
        live.state()
            .cluster()
            .flatMap(Stored::value)
            .map(ClusterInformation::calicoVersion)
            .filter(text -> !text.isEmpty())
            .map(text -> "Calico " + text)
            .orElse("Calico version unknown");
    terminal.result(
        "etcd "
            + live.identity().endpoint()
            + "   cluster "
            + live.clusterId()
            + "   "
            + version
            + "   revision "
            + live.state().revision()
            + "   "
            + Words.count(live.state().keys(), "key")
            + String.format(" in %.1f s", live.took().toMillis() / 1000.0));
    MomentText.lines(report.look()).stream()
        .flatMap(line -> Phrases.wrapped(line, Phrases.WIDTH).stream())
        .forEach(terminal::result);
    terminal.result("");
    headline(report.capacity());
    terminal.result("");
    ScanRemarks remarks = new ScanRemarks(report, now, all || report.settled().isPresent());
    groups(report.findings()).forEach(group -> print(group, remarks));
    capacity(report.capacity());
    summary(report.findings());
    remarks.leftOut().forEach(terminal::result);
  }

  /** Findings that say the same of several objects are one paragraph. */
  private static List<List<Finding>> groups(List<Finding> findings) {
    Map<List<Object>, List<Finding>> groups = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            groups
                .computeIfAbsent(
                    List.of(
                        finding.severity(),
                        finding.rule(),
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

  private void print(List<Finding> group, ScanRemarks remarks) {
    Finding first = group.get(0);
    String head = String.format("%-7s %-3s ", first.severity().name(), first.rule());
    List<String> lines =
        new ArrayList<>(
            Phrases.wrapped(first.problem() + remarks.on(group), Phrases.WIDTH - INDENT));
    if (group.size() > 1) {
      lines.addAll(
          Phrases.wrapped("The same of " + others(group, remarks), Phrases.WIDTH - INDENT));
    }
    lines.addAll(Phrases.wrapped("Traffic: " + first.traffic(), Phrases.WIDTH - INDENT));
    terminal.result(
        colour(first.severity()), head.substring(0, 7), head.substring(7) + lines.get(0));
    lines.stream()
        .skip(1)
        .filter(line -> !line.isEmpty())
        .forEach(line -> terminal.result(" ".repeat(INDENT) + line));
    remedies(group).forEach(line -> terminal.result(" ".repeat(INDENT) + line));
  }

  private String others(List<Finding> group, ScanRemarks remarks) {
    return shortened(
            group.stream()
                .skip(1)
                .map(finding -> name(finding.first()) + remarks.onName(finding))
                .toList())
        + ".";
  }

  private static String name(ObjectName object) {
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
                        + rounded(family.getValue().total())
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

  /** An IPv6 pool's size is no number that anybody reads. */
  private static String rounded(BigInteger size) {
    return size.bitLength() <= 32 ? size.toString() : "2^" + (size.bitLength() - 1);
  }

  private void capacity(Capacity capacity) {
    for (Capacity.PoolUse pool : capacity.byPool()) {
      boolean full = pool.room().signum() == 0;
      String room = full ? "no room for another" : "room for " + rounded(pool.room()) + " more";
      String text =
          "Capacity: pool "
              + pool.name()
              + " ("
              + pool.network()
              + (pool.enabled() ? "" : ", disabled")
              + ") has "
              + Words.count(pool.blocks(), "block")
              + " and "
              + room
              + " of /"
              + pool.blockSize()
              + "; "
              + pool.addresses().used()
              + " of "
              + rounded(pool.addresses().total())
              + " addresses used, "
              + pool.addresses().borrowed()
              + " borrowed."
              + without(pool);
      List<String> lines = Phrases.wrapped(text, Phrases.WIDTH - INDENT);
      terminal.result(Terminal.Colour.BLUE, "INFO   ", "     " + lines.get(0));
      lines.stream().skip(1).forEach(line -> terminal.result(" ".repeat(INDENT) + line));
    }
  }

  private String without(Capacity.PoolUse pool) {
    List<String> nodes =
        pool.nodesWithoutBlock().stream()
            .map(
                node ->
                    node.node()
                        + (node.addresses() == 0
                            ? ""
                            : " (" + node.addresses() + " borrowed addresses)"))
            .toList();
    return nodes.isEmpty() ? "" : " Nodes without a block: " + shortened(nodes) + ".";
  }

  private String shortened(List<String> names) {
    if (all || names.size() <= SHOWN_OBJECTS) {
      return String.join(", ", names);
    }
    return names.stream().limit(SHOWN_OBJECTS).collect(Collectors.joining(", "))
        + " and "
        + (names.size() - SHOWN_OBJECTS)
        + " more (--all lists them)";
  }

  private void summary(List<Finding> findings) {
    long errors = findings.stream().filter(finding -> finding.severity() == Severity.ERROR).count();
    long warnings =
        findings.stream().filter(finding -> finding.severity() == Severity.WARNING).count();
    terminal.result("");
    terminal.result(
        errors + warnings == 0
            ? "No errors, no warnings."
            : Words.count(errors, "error") + ", " + Words.count(warnings, "warning") + ".");
    commonCommand(findings)
        .ifPresent(
            command -> {
              terminal.result("All of them go away with:");
              terminal.result("  ipam-repair " + Shell.words(command.arguments()));
            });
    Set<String> rules = findings.stream().map(Finding::rule).collect(Collectors.toSet());
    if (rules.contains("P2")) {
      terminal.result("The playbook for this: ipam-repair playbook show overlapping-pool");
    }
  }

  /** The one command that every error and warning names, if there is one. */
  private static Optional<Remedy.Command> commonCommand(List<Finding> findings) {
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
