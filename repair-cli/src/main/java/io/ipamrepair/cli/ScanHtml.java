package io.ipamrepair.cli;

import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cli.html.Fact;
import io.ipamrepair.cli.html.Head;
import io.ipamrepair.cli.html.Pages;
import io.ipamrepair.cli.html.ScanPage;
import io.ipamrepair.cli.html.Tile;
import io.ipamrepair.map.AddressMap;
import io.ipamrepair.repair.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A scan as a page. */
final class ScanHtml {
  private ScanHtml() {}

  /**
   * The page.
   *
   * @param now the present, which the page names and ages are counted from
   */
  static String of(ScanReport report, Instant now) {
    return new Pages(Terminal::escape)
        .of(
            new ScanPage(
                head(report, now),
                next(report.findings()),
                AddressMap.of(report.look().read().state()),
                FindingNotes.of(report.findings()),
                new CapacityWords(true)
                    .lines(report.capacity()).stream()
                        .map(
                            line ->
                                line.level() == Severity.INFO
                                    ? sentence(line.text())
                                    : line.level().name() + ": " + sentence(line.text()))
                        .toList(),
                new ScanRemarks(report, now, true).leftOut()));
  }

  private static List<String> next(List<Finding> findings) {
    List<String> next = new ArrayList<>();
    ScanText.commonCommand(findings)
        .ifPresent(command -> next.add("ipam-repair " + Shell.words(command.arguments())));
    ScanText.playbook(findings).ifPresent(next::add);
    return next;
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + text.substring(1);
  }

  private static Head head(ScanReport report, Instant now) {
    List<Finding> findings = report.findings();
    long errors = report.count(Severity.ERROR);
    long warnings = report.count(Severity.WARNING);
    return new Head(
        "Scan of " + report.look().read().origin().words(),
        errors + warnings == 0
            ? "No errors, no warnings"
            : Words.count(errors, "error") + ", " + Words.count(warnings, "warning"),
        ScanText.mostUrgent(findings)
            .map(urgency -> "Urgency: " + ScanText.urgencies(findings) + ". " + urgency.meaning())
            .orElse("Nothing above info was found."),
        MomentText.lines(report.look()),
        tiles(report),
        facts(report.look().read(), now));
  }

  private static List<Tile> tiles(ScanReport report) {
    Capacity capacity = report.capacity();
    boolean errors = report.count(Severity.ERROR) > 0;
    return List.of(
        new Tile(
            "Findings",
            Words.count(report.findings().size(), "finding"),
            List.of(
                Words.count(report.count(Severity.ERROR), "error")
                    + ", "
                    + Words.count(report.count(Severity.WARNING), "warning")
                    + ", "
                    + report.count(Severity.INFO)
                    + " info"),
            errors ? Tile.Tone.BAD : Tile.Tone.GOOD),
        new Tile(
            "Pools and blocks",
            Words.count(capacity.blocks(), "block"),
            List.of(
                "in " + Words.count(capacity.pools(), "pool"), capacity.emptyBlocks() + " empty"),
            Tile.Tone.PLAIN),
        new Tile(
            "Nodes",
            Words.count(capacity.nodes(), "node"),
            List.of(capacity.nodesWithoutBlock().size() + " without a block"),
            Tile.Tone.PLAIN),
        new Tile(
            "Addresses",
            capacity.addresses().isEmpty()
                ? "none"
                : capacity.addresses().values().stream().mapToLong(Capacity.Addresses::used).sum()
                    + " used",
            List.of(
                capacity.addresses().entrySet().stream()
                    .map(
                        family ->
                            "of "
                                + Capacity.words(family.getValue().total())
                                + " "
                                + family.getKey().pathSegment())
                    .collect(Collectors.joining(", "))),
            Tile.Tone.PLAIN));
  }

  /** Where a page about a state as it was read is from. */
  static List<Fact> facts(ReadState read, Instant now) {
    List<Fact> facts = new ArrayList<>();
    facts.add(Fact.of("Read from", read.origin().words()));
    read.origin().etcdClusterId().ifPresent(id -> facts.add(Fact.of("etcd cluster", id)));
    read.state().guid().ifPresent(guid -> facts.add(Fact.of("Calico cluster", guid)));
    read.state()
        .cluster()
        .flatMap(Stored::value)
        .map(ClusterInformation::calicoVersion)
        .filter(version -> !version.isEmpty())
        .ifPresent(version -> facts.add(Fact.of("Calico", version)));
    facts.add(Fact.of("Revision", Long.toString(read.state().revision())));
    facts.add(Fact.of("Keys", Long.toString(read.state().keys())));
    facts.add(Fact.of("Written", now.toString()));
    return facts;
  }
}
