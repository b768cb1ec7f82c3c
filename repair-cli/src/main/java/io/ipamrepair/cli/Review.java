package io.ipamrepair.cli;

import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.repair.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a review of a plan says: its words and counts, whole. Each form ({@link ReviewText}, {@link
 * ReviewMarkdown}) lays them out, shortens and escapes; none adds a sentence about the plan.
 *
 * @param title what the plan does
 * @param summary the answer first: whether it can be applied, what is written, what becomes of
 *     findings, who is affected
 * @param digest the plan's, whole; among the facts it is as people compare it
 * @param facts why, by whom, until when, where, and what holds it together
 * @param findings what the plan does to findings, those that are the same in one line
 * @param judged what was judged, and what stays elsewhere
 * @param effects what changes for traffic
 * @param nodes the nodes concerned
 * @param singleEndpoint workloads that nothing stands in for
 * @param steps what is written, and under which conditions
 * @param left what was looked at and left alone
 * @param rollback what a rollback would do
 */
record Review(
    String title,
    List<String> summary,
    String digest,
    List<Fact> facts,
    List<FindingLine> findings,
    String judged,
    List<String> effects,
    List<String> nodes,
    List<String> singleEndpoint,
    List<StepReview> steps,
    List<String> left,
    String rollback) {
  /** What is said of workloads that nothing stands in for. */
  static final String SINGLE_ENDPOINT = "Workloads with a single endpoint";

  /** The condition of each step that its writes are made of. */
  static final String AS_BEFORE = "each key above exactly as it is now";

  Review {
    summary = List.copyOf(summary);
    facts = List.copyOf(facts);
    findings = List.copyOf(findings);
    effects = List.copyOf(effects);
    nodes = List.copyOf(nodes);
    singleEndpoint = List.copyOf(singleEndpoint);
    steps = List.copyOf(steps);
    left = List.copyOf(left);
  }

  /**
   * A named line.
   *
   * @param command whether it is a command, which is not broken
   */
  record Fact(String name, String text, boolean command) {
    private Fact(String name, String text) {
      this(name, text, false);
    }
  }

  /**
   * Findings of one rule and severity that share their fate.
   *
   * @param demand what the rule demands, without a full stop; empty for a rule of another release
   * @param objects the first object of each
   * @param before how many there are now
   * @param after how many there are afterwards
   */
  record FindingLine(
      String rule, Severity severity, String demand, List<String> objects, int before, int after) {
    FindingLine {
      objects = List.copyOf(objects);
    }
  }

  /**
   * One transaction.
   *
   * @param heading what it writes, in counts, and when it may begin
   * @param requires what must hold besides {@link #AS_BEFORE}
   */
  record StepReview(String heading, List<WriteReview> writes, List<String> requires) {
    StepReview {
      writes = List.copyOf(writes);
      requires = List.copyOf(requires);
    }
  }

  /** What becomes of a key. */
  enum Fate {
    CREATED("+", "creates", "created"),
    CHANGED("~", "changes", "changed"),
    DELETED("-", "deletes", "deleted");

    private final String mark;
    private final String verb;
    private final String done;

    Fate(String mark, String verb, String done) {
      this.mark = mark;
      this.verb = verb;
      this.done = done;
    }

    /** One character in front of the object. */
    String mark() {
      return mark;
    }

    private static Fate of(PlannedWrite write) {
      return write.before().isEmpty() ? CREATED : write.after().isEmpty() ? DELETED : CHANGED;
    }
  }

  /**
   * One write.
   *
   * @param object what is written, as people name it
   * @param edits what changes, in the object's own terms
   * @param reason why
   * @param differences what the edits make of the value; of a key that comes or goes, all it says
   */
  record WriteReview(
      Fate fate,
      String object,
      String edits,
      String reason,
      List<ValueDiff.Difference> differences) {
    WriteReview {
      differences = List.copyOf(differences);
    }
  }

  /**
   * What is said of a plan.
   *
   * @param signatures what lies beside it as signatures
   * @param now for whether it has expired
   */
  static Review of(PlanFile.Sealed sealed, List<SignatureReport.Line> signatures, Instant now) {
    Plan plan = sealed.plan();
    Plan.Findings findings = plan.findings();
    List<FindingLine> lines = new ArrayList<>();
    grouped(findings.resolved(), 1, 0, lines);
    grouped(findings.introduced(), 0, 1, lines);
    grouped(findings.left(), 1, 1, lines);
    List<PlannedWrite> writes = writes(plan);
    return new Review(
        plan.title(),
        summary(plan, writes, now),
        sealed.digest(),
        facts(sealed, signatures),
        lines,
        judged(plan),
        plan.impact().effects(),
        List.copyOf(plan.impact().nodes()),
        List.copyOf(plan.impact().singleEndpoint()),
        plan.steps().stream().map(Review::step).toList(),
        plan.left(),
        rollback(plan, writes));
  }

  /** A command that comes next, and what for. */
  record Next(String words, String command) {
    /** Both in one line. */
    String line() {
      return words + ": " + command;
    }
  }

  /**
   * The commands that come next, in the order of their use.
   *
   * @param file the plan file, as it is to be named in them
   */
  static List<Next> next(Plan plan, String file, Instant now) {
    if (plan.cluster().etcdClusterId().isEmpty()) {
      List<String> again = new ArrayList<>(plan.command());
      plan.fileOption().ifPresent(again::remove);
      return List.of(
          new Next("To plan it from the live etcd", "ipam-repair " + Shell.words(again)));
    } else if (expired(plan, now)) {
      boolean rollback = plan.command().stream().limit(1).anyMatch("rollback"::equals);
      return List.of(
          new Next(
              "To plan it again",
              rollback
                  ? "ipam-repair " + Shell.words(plan.command()) + " --out NEW"
                  : "ipam-repair replan " + file));
    }
    List<Next> next = new ArrayList<>();
    if (plan.authorKey().isPresent()) {
      next.add(new Next("Say yes to it with your SSH key", "ipam-repair approve " + file));
    }
    next.addAll(
        List.of(
            new Next("Try, writing nothing", "ipam-repair apply " + file + " --dry-run"),
            new Next("Next", "ipam-repair apply " + file),
            new Next("Undo, with the run's ID that apply prints", "ipam-repair rollback RUN")));
    return next;
  }

  /** Whether {@code apply} refuses the plan for its age. */
  static boolean expired(Plan plan, Instant now) {
    return !now.isBefore(plan.expires());
  }

  private static List<PlannedWrite> writes(Plan plan) {
    return plan.steps().stream().flatMap(step -> step.writes().stream()).toList();
  }

  private static List<String> summary(Plan plan, List<PlannedWrite> writes, Instant now) {
    List<String> summary = new ArrayList<>();
    if (plan.cluster().etcdClusterId().isEmpty()) {
      summary.add(
          "This plan was made from a file that does not name its etcd, and cannot be applied.");
    } else if (expired(plan, now)) {
      summary.add("This plan has expired and cannot be applied any more.");
    }
    String what =
        counts(writes).entrySet().stream()
            .map(fate -> fate.getKey().verb + " " + objects(fate.getValue()))
            .collect(Collectors.joining(", "));
    summary.add(sentence(what + ", in " + Words.count(plan.steps().size(), "transaction")));
    summary.add(fateOfFindings(plan));
    summary.add(affected(plan.impact()));
    return summary;
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
  }

  private static String fateOfFindings(Plan plan) {
    Plan.Findings findings = plan.findings();
    String risk = plan.acceptedRisk().isEmpty() ? "" : ", accepted by " + plan.acceptedRisk();
    return sentence(
        "resolves "
            + severities(findings.resolved())
            + ", adds "
            + severities(findings.introduced())
            + (findings.introduced().isEmpty() ? "" : risk)
            + ", leaves "
            + severities(findings.left())
            + " on what it writes");
  }

  /** {@code 7 errors and 1 info}. */
  private static String severities(List<FindingRef> findings) {
    SortedMap<Severity, Long> counts =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    FindingRef::severity,
                    () -> new TreeMap<>(Comparator.<Severity>reverseOrder()),
                    Collectors.counting()));
    return counts.isEmpty()
        ? "no finding"
        : counts.entrySet().stream()
            .map(
                each ->
                    each.getKey() == Severity.INFO
                        ? each.getValue() + " info"
                        : Words.count(each.getValue(), each.getKey().text()))
            .collect(Collectors.joining(" and "));
  }

  private static String affected(Plan.Impact impact) {
    if (impact.addresses() == 0) {
      return "No address is affected.";
    }
    String whose =
        impact.workloads().isEmpty()
            ? ", used by no workload"
            : " of " + Words.count(impact.workloads().size(), "workload");
    String nodes =
        impact.nodes().isEmpty() ? "" : ", on " + Words.count(impact.nodes().size(), "node");
    String single =
        impact.singleEndpoint().isEmpty()
            ? ""
            : "; "
                + impact.singleEndpoint().size()
                + " of the workloads "
                + (impact.singleEndpoint().size() == 1 ? "has" : "have")
                + " a single endpoint";
    return "Affects " + Words.count(impact.addresses(), "address") + whose + nodes + single + ".";
  }

  private static List<Fact> facts(PlanFile.Sealed sealed, List<SignatureReport.Line> signatures) {
    Plan plan = sealed.plan();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Reason", plan.reason().isEmpty() ? "none given" : plan.reason()));
    facts.add(new Fact("Author", plan.author() + ", " + plan.created()));
    facts.add(new Fact("Expires", plan.expires().toString()));
    facts.add(new Fact("Made by", "ipam-repair " + Shell.words(plan.command()), true));
    facts.add(
        new Fact(
            "Cluster",
            "etcd cluster "
                + plan.cluster().etcdClusterId().orElse("not known (review only)")
                + ", Calico cluster "
                + plan.cluster().guid().orElse("without GUID")
                + ", revision "
                + plan.cluster().revision()));
    plan.fileOption()
        .ifPresent(
            option ->
                facts.add(
                    new Fact("Read", "made from a file (" + option + "), not from a live etcd")));
    facts.add(new Fact("Digest", Phrases.digest(sealed.digest())));
    signatures.forEach(each -> facts.add(new Fact("Signature", each.file() + ": " + each.words())));
    plan.authorKey()
        .filter(key -> signatures.stream().noneMatch(each -> isBy(each, key)))
        .ifPresent(key -> facts.add(new Fact("Signature", "of its author still missing: " + key)));
    return facts;
  }

  private static boolean isBy(SignatureReport.Line signature, String key) {
    return signature.fingerprint().filter(key::equals).isPresent();
  }

  private static void grouped(
      List<FindingRef> findings, int before, int after, List<FindingLine> lines) {
    Map<String, List<FindingRef>> byRule = new LinkedHashMap<>();
    findings.forEach(
        finding ->
            byRule
                .computeIfAbsent(
                    finding.rule() + " " + finding.severity(), none -> new ArrayList<>())
                .add(finding));
    for (List<FindingRef> same : byRule.values()) {
      FindingRef first = same.get(0);
      lines.add(
          new FindingLine(
              first.rule(),
              first.severity(),
              Check.rules().stream()
                  .filter(rule -> rule.id().equals(first.rule()))
                  .findFirst()
                  .map(rule -> rule.demand().replaceFirst("\\.$", ""))
                  .orElse(""),
              same.stream().map(finding -> named(finding.objects().get(0))).toList(),
              before * same.size(),
              after * same.size()));
    }
  }

  private static String judged(Plan plan) {
    int elsewhere = plan.cluster().leftElsewhere();
    return "All rules, judged on all "
        + Words.count(plan.cluster().keys(), "key")
        + " at revision "
        + plan.cluster().revision()
        + (elsewhere == 0
            ? "; no error or warning elsewhere."
            : "; "
                + (elsewhere == 1
                    ? "1 error or warning elsewhere stays."
                    : elsewhere + " errors and warnings elsewhere stay."));
  }

  private static StepReview step(Step step) {
    String what =
        counts(step.writes()).entrySet().stream()
            .map(fate -> objects(fate.getValue()) + " " + fate.getKey().done)
            .collect(Collectors.joining(", "));
    return new StepReview(
        what
            + ", in one transaction"
            + (step.quietFirst() ? ", when the blocks have been quiet for a while" : ""),
        step.writes().stream().map(Review::write).toList(),
        step.requires().stream().map(Review::words).toList());
  }

  private static WriteReview write(PlannedWrite write) {
    return new WriteReview(
        Fate.of(write),
        named(write.key()),
        write.edits().stream().map(Edit::words).collect(Collectors.joining("; ")),
        write.reason(),
        new ValueDiff()
            .differences(write.key(), write.before(), write.after()).stream()
                .map(difference -> bound(write, difference))
                .toList());
  }

  /** The value in the plan is that of its making; what counts is the commit's. */
  private static ValueDiff.Difference bound(PlannedWrite write, ValueDiff.Difference difference) {
    return write.boundAtCommit().contains(difference.what())
        ? new ValueDiff.Difference(
            difference.what(),
            difference.was(),
            difference.is().map(planned -> "(time of the commit)"))
        : difference;
  }

  /** Objects, not keys: a reviewer need not know Calico's key layout. */
  static String words(Requirement requirement) {
    if (requirement instanceof Requirement.KeyIs is) {
      return named(is.key()) + " as it is now";
    } else if (requirement instanceof Requirement.KeyAbsent absent) {
      return named(absent.key()) + " still absent";
    }
    return requirement.words();
  }

  static String named(Bytes key) {
    return named(new KeyLayout().classify(key).object());
  }

  private static String named(ObjectName object) {
    if (object.equals(ObjectName.CONFIG)) {
      return "the IPAM configuration";
    } else if (object.equals(ObjectName.CLUSTER)) {
      return "the cluster information";
    }
    return object.text().replaceFirst(":", " ");
  }

  private static String rollback(Plan plan, List<PlannedWrite> writes) {
    String what =
        counts(writes).entrySet().stream()
            .map(
                fate ->
                    switch (fate.getKey()) {
                      case CREATED -> "deletes " + objects(fate.getValue()) + " again";
                      case CHANGED -> "gives " + objects(fate.getValue()) + " the old content";
                      case DELETED -> "creates " + objects(fate.getValue()) + " again";
                    })
            .collect(Collectors.joining(", "));
    Plan.Findings findings = plan.findings();
    String back =
        Stream.of(
                findings.resolved().isEmpty()
                    ? ""
                    : severities(findings.resolved()) + " may come back",
                findings.introduced().isEmpty()
                    ? ""
                    : severities(findings.introduced()) + " should go again")
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("; "));
    return sentence(what + "; what others write meanwhile stays")
        + (back.isEmpty() ? "" : " " + sentence(back));
  }

  private static SortedMap<Fate, List<PlannedWrite>> counts(Collection<PlannedWrite> writes) {
    return writes.stream()
        .collect(Collectors.groupingBy(Fate::of, TreeMap::new, Collectors.toList()));
  }

  /** {@code 1 block and 2 affinities}: the kinds in the order in which they come first. */
  private static String objects(List<PlannedWrite> writes) {
    Map<String, Long> kinds =
        writes.stream()
            .map(write -> new KeyLayout().classify(write.key()).object().kind())
            .collect(
                Collectors.groupingBy(kind -> kind, LinkedHashMap::new, Collectors.counting()));
    return kinds.entrySet().stream()
        .map(kind -> Words.count(kind.getValue(), kind.getKey()))
        .collect(Collectors.joining(" and "));
  }
}
