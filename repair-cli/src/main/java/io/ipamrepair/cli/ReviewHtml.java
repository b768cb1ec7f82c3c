package io.ipamrepair.cli;

import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.check.About;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cli.html.Change;
import io.ipamrepair.cli.html.Fact;
import io.ipamrepair.cli.html.FindingLine;
import io.ipamrepair.cli.html.Head;
import io.ipamrepair.cli.html.Pages;
import io.ipamrepair.cli.html.ReviewPage;
import io.ipamrepair.cli.html.StepPart;
import io.ipamrepair.cli.html.Tile;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.map.AddressMap;
import io.ipamrepair.map.Extent;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A plan as a page for who says yes or no to it. */
final class ReviewHtml {
  private static final int LONG_LIST = 40;

  private final ValueDiff diff = new ValueDiff();
  private final Map<String, String> demands =
      Check.rules().stream().collect(Collectors.toMap(About::id, About::demand));

  /**
   * The page.
   *
   * @param signatures what lies beside the plan as signatures
   * @param next the commands that come next
   */
  String of(PlanFile.Sealed sealed, List<SignatureReport.Line> signatures, List<Review.Next> next) {
    Plan plan = sealed.plan();
    IpamState before = Simulation.before(plan);
    AddressMap map = AddressMap.of(Extent.PART, before, Simulation.after(before, plan));
    return new Pages(Terminal::escape)
        .of(
            new ReviewPage(
                head(sealed, signatures),
                map,
                findings(plan.findings()),
                elsewhere(plan),
                answer(plan.impact()),
                plan.impact().effects(),
                List.copyOf(plan.impact().workloads()),
                List.copyOf(plan.impact().singleEndpoint()),
                steps(plan),
                plan.left(),
                rollback(plan),
                next.stream().map(Review.Next::line).toList()));
  }

  private static Head head(PlanFile.Sealed sealed, List<SignatureReport.Line> signatures) {
    Plan plan = sealed.plan();
    return new Head(
        "Plan to review",
        plan.title(),
        (plan.reason().isEmpty() ? "No reason was given. " : "For " + plan.reason() + ". ")
            + "Planned by "
            + plan.author()
            + "; expires "
            + plan.expires()
            + ". Digest "
            + Phrases.digest(sealed.digest())
            + ".",
        warnings(plan),
        List.of(findings(plan), impact(plan), writes(plan), back(plan)),
        facts(sealed, signatures));
  }

  private static List<String> warnings(Plan plan) {
    List<String> warnings = new ArrayList<>();
    List<FindingRef> introduced = plan.findings().introduced();
    if (!introduced.isEmpty()) {
      warnings.add(
          "it introduces "
              + Words.count(introduced.size(), "finding")
              + " ("
              + rules(introduced)
              + ")"
              + (plan.acceptedRisk().isEmpty()
                  ? "."
                  : ", which its author accepted with " + plan.acceptedRisk() + "."));
    }
    if (!plan.impact().singleEndpoint().isEmpty()) {
      warnings.add(
          plan.impact().singleEndpoint().size()
              + " of "
              + Words.count(plan.impact().workloads().size(), "workload")
              + " that it touches "
              + (plan.impact().singleEndpoint().size() == 1 ? "has" : "have")
              + " a single endpoint: nothing stands in for "
              + (plan.impact().singleEndpoint().size() == 1 ? "it" : "them")
              + ".");
    }
    plan.fileOption()
        .ifPresent(
            option ->
                warnings.add("it was made from a file (" + option + "), not from a live etcd."));
    if (plan.cluster().etcdClusterId().isEmpty()) {
      warnings.add("it names no etcd cluster, so that it can be reviewed and not applied.");
    }
    return warnings;
  }

  private static String rules(List<FindingRef> findings) {
    return findings.stream().map(FindingRef::rule).distinct().collect(Collectors.joining(", "));
  }

  private static Tile findings(Plan plan) {
    Plan.Findings findings = plan.findings();
    int left = findings.left().size() + plan.cluster().leftElsewhere();
    List<String> more = new ArrayList<>();
    more.add(
        findings.introduced().isEmpty()
            ? "None introduced"
            : findings.introduced().size() + " introduced: " + rules(findings.introduced()));
    more.add(left == 0 ? "None left" : left + (left == 1 ? " left as it is" : " left as they are"));
    boolean bad = findings.introduced().stream().anyMatch(each -> each.severity() != Severity.INFO);
    return new Tile(
        "Findings",
        findings.resolved().isEmpty() ? "None resolved" : findings.resolved().size() + " resolved",
        more,
        bad ? Tile.Tone.BAD : findings.resolved().isEmpty() ? Tile.Tone.PLAIN : Tile.Tone.GOOD);
  }

  private static Tile impact(Plan plan) {
    Plan.Impact impact = plan.impact();
    return new Tile(
        "Who notices",
        impact.addresses() == 0
            ? "No address affected"
            : Words.count(impact.addresses(), "address") + " affected",
        List.of(
            Words.count(impact.workloads().size(), "workload")
                + " on "
                + Words.count(impact.nodes().size(), "node")),
        Tile.Tone.PLAIN);
  }

  private static Tile writes(Plan plan) {
    Map<Change.Kind, Integer> kinds = kinds(plan);
    return new Tile(
        "Writes",
        Words.count(plan.writes(), "key"),
        List.of(
            kinds.entrySet().stream()
                .map(kind -> kind.getValue() + " " + kind.getKey().word())
                .collect(Collectors.joining(", ")),
            plan.steps().size() == 1
                ? "In one transaction: all or nothing"
                : "In " + plan.steps().size() + " steps, each all or nothing"),
        Tile.Tone.PLAIN);
  }

  private static Map<Change.Kind, Integer> kinds(Plan plan) {
    Map<Change.Kind, Integer> kinds = new EnumMap<>(Change.Kind.class);
    plan.steps().stream()
        .flatMap(step -> step.writes().stream())
        .forEach(write -> kinds.merge(kind(write), 1, Integer::sum));
    return kinds;
  }

  private static Change.Kind kind(PlannedWrite write) {
    if (write.before().isEmpty()) {
      return Change.Kind.CREATED;
    }
    return write.after().isEmpty() ? Change.Kind.DELETED : Change.Kind.CHANGED;
  }

  private static Tile back(Plan plan) {
    return new Tile(
        "The way back",
        "Can be rolled back",
        List.of(Words.count(plan.writes(), "key") + " put back, or a conflict is told"),
        Tile.Tone.PLAIN);
  }

  private static List<Fact> facts(PlanFile.Sealed sealed, List<SignatureReport.Line> signatures) {
    Plan plan = sealed.plan();
    List<Fact> facts = new ArrayList<>();
    facts.add(Fact.of("Digest", sealed.digest()));
    facts.add(Fact.of("Author", plan.author()));
    signatures.forEach(each -> facts.add(Fact.of("Signature", each.file() + ": " + each.words())));
    facts.add(Fact.of("Created", plan.created().toString()));
    facts.add(Fact.of("Expires", plan.expires().toString()));
    facts.add(Fact.of("Reason", plan.reason().isEmpty() ? "none given" : plan.reason()));
    facts.add(Fact.of("Command", "ipam-repair " + Shell.words(plan.command())));
    facts.add(
        Fact.of("etcd cluster", plan.cluster().etcdClusterId().orElse("not known (review only)")));
    facts.add(Fact.of("Calico cluster", plan.cluster().guid().orElse("without GUID")));
    facts.add(
        Fact.of(
            "Judged",
            "all rules, on all "
                + Words.count(plan.cluster().keys(), "key")
                + " at revision "
                + plan.cluster().revision()));
    facts.add(
        Fact.of(
            "This page",
            "shows the plan and is not it: what is applied is the file with this digest."));
    return facts;
  }

  private List<FindingLine> findings(Plan.Findings findings) {
    List<FindingLine> lines = new ArrayList<>();
    lines.addAll(lines(findings.introduced(), FindingLine.Fate.INTRODUCED));
    lines.addAll(lines(findings.resolved(), FindingLine.Fate.RESOLVED));
    lines.addAll(lines(findings.left(), FindingLine.Fate.LEFT));
    return lines;
  }

  private List<FindingLine> lines(List<FindingRef> findings, FindingLine.Fate fate) {
    Map<List<String>, List<String>> objects = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            objects
                .computeIfAbsent(
                    List.of(finding.rule(), finding.severity().text()), none -> new ArrayList<>())
                .add(ScanText.name(finding.objects().get(0))));
    return objects.entrySet().stream()
        .map(
            entry ->
                new FindingLine(
                    entry.getKey().get(0),
                    entry.getKey().get(1),
                    demands.getOrDefault(
                        entry.getKey().get(0), "a rule that this release does not know"),
                    entry.getValue(),
                    fate))
        .toList();
  }

  private static String elsewhere(Plan plan) {
    int elsewhere = plan.cluster().leftElsewhere();
    return elsewhere == 0
        ? ""
        : Words.count(elsewhere, "other finding")
            + (elsewhere == 1 ? " lies" : " lie")
            + " on objects that the plan does not write, before and afterwards.";
  }

  private static String answer(Plan.Impact impact) {
    return Words.count(impact.addresses(), "address")
        + " of "
        + Words.count(impact.workloads().size(), "workload")
        + " on "
        + Words.count(impact.nodes().size(), "node")
        + (impact.nodes().isEmpty() ? "" : ": " + Words.some(impact.nodes(), LONG_LIST))
        + ".";
  }

  private List<StepPart> steps(Plan plan) {
    List<StepPart> parts = new ArrayList<>();
    for (Step step : plan.steps()) {
      parts.add(
          new StepPart(
              parts.size() + 1,
              "one transaction"
                  + (step.quietFirst() ? ", when the blocks have been quiet for a while" : ""),
              step.writes().stream().map(this::change).toList(),
              step.requires().stream().map(Review::words).toList()));
    }
    return parts;
  }

  private Change change(PlannedWrite write) {
    return new Change(
        kind(write),
        Review.named(write.key()),
        write.edits().stream().map(Edit::words).collect(Collectors.joining("; ")),
        write.reason(),
        differences(write),
        write.key().display(),
        write.before().map(Bytes::display),
        write.after().map(Bytes::display));
  }

  /** What differs in the value besides what the edits say, a line each. */
  private List<String> differences(PlannedWrite write) {
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

  private static List<String> rollback(Plan plan) {
    Map<Change.Kind, Integer> kinds = kinds(plan);
    List<String> lines = new ArrayList<>();
    lines.add(
        "ipam-repair rollback RUN takes it back, from the journal of whoever applied it; apply prints"
            + " the run's ID before it writes.");
    kinds.forEach(
        (kind, count) ->
            lines.add(
                Words.count(count, "key")
                    + switch (kind) {
                      case CREATED -> " that the plan creates: removed again.";
                      case CHANGED -> " that it changes: as before.";
                      case DELETED -> " that it deletes: put back, byte for byte.";
                    }));
    lines.add(
        "What others write meanwhile in other parts of the same keys stays. Where somebody changed the"
            + " same part, the rollback writes nothing and says so.");
    return lines;
  }
}
