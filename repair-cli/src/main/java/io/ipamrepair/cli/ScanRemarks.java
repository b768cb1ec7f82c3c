package io.ipamrepair.cli;

import io.ipamrepair.check.Finding;
import io.ipamrepair.repair.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a scan says in text besides its findings: since when they are so, and what it left out. */
final class ScanRemarks {
  private final ScanReport report;
  private final Instant now;
  private final boolean revisions;

  /**
   * Remarks on {@code report}.
   *
   * @param now the present, which ages are counted from
   * @param revisions whether revisions are told, too
   */
  ScanRemarks(ScanReport report, Instant now, boolean revisions) {
    this.report = report;
    this.now = now;
    this.revisions = revisions;
  }

  /**
   * What to add to the sentence about the first of {@code group}, findings that say the same;
   * begins with a space, or is empty.
   */
  String on(List<Finding> group) {
    String allocated =
        report
            .since()
            .allocated(group.get(0))
            .map(time -> " Allocated " + ago(time) + ".")
            .orElse("");
    return allocated + (revisions ? unchanged(group) : "");
  }

  private String ago(Instant time) {
    return age(time).map(age -> age + " ago").orElse("at " + time + ", which lies ahead");
  }

  /** Only what is true of all of them is said. */
  private String unchanged(List<Finding> group) {
    long latest = 0;
    for (Finding finding : group) {
      OptionalLong revision = report.since().revision(finding);
      if (revision.isEmpty()) {
        return "";
      }
      latest = Math.max(latest, revision.getAsLong());
    }
    return " (unchanged since revision " + latest + ")";
  }

  /** The age of a leak in brackets, behind its name; empty for other findings. */
  String onName(Finding finding) {
    return report
        .since()
        .allocated(finding)
        .flatMap(this::age)
        .map(age -> " (" + age + ")")
        .orElse("");
  }

  private Optional<String> age(Instant time) {
    return time.isAfter(now)
        ? Optional.empty()
        : Optional.of(Phrases.age(Duration.between(time, now)));
  }

  /** What was found and is not shown, a line each. */
  List<String> leftOut() {
    List<String> lines = new ArrayList<>();
    if (report.hidden() > 0) {
      lines.add("Hidden by --only and --ignore: " + Words.count(report.hidden(), "finding") + ".");
    }
    report.baseline().map(ScanRemarks::line).ifPresent(lines::add);
    report.settled().flatMap(this::line).ifPresent(lines::add);
    return lines;
  }

  private static String line(ScanReport.BaselineUse baseline) {
    String gone =
        baseline.gone() == 0
            ? ""
            : " "
                + baseline.gone()
                + " of its entries "
                + (baseline.gone() == 1 ? "is" : "are")
                + " gone: write a new one with --write-baseline.";
    return "Left out, accepted in "
        + baseline.file()
        + ": "
        + Words.count(baseline.leftOut(), "finding")
        + "."
        + gone;
  }

  private Optional<String> line(Settling.Settled settled) {
    if (settled.passed() + settled.fresh() == 0) {
      return Optional.empty();
    }
    String fresh =
        settled.fresh() == 0
            ? ""
            : " Not shown, since they came up meanwhile: "
                + Words.count(settled.fresh(), "finding")
                + "; a later scan tells whether they stay.";
    return Optional.of(
        "Passed between revisions "
            + settled.firstRevision()
            + " and "
            + settled.look().revision()
            + ": "
            + Words.count(settled.passed(), "finding")
            + "."
            + fresh);
  }
}
