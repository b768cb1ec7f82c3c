package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.check.Since;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A scan, whatever the form of its result: looks, lets settle, and leaves out what is not wanted.
 */
final class Scan {
  private final FilterOptions filters;
  private final Optional<BaselineFile> file;
  private final Optional<Baseline> baseline;
  private final Duration settles;

  /**
   * A scan that has not begun; reads the baseline, and refuses one that is damaged.
   *
   * @param settles how long it may look again; 0 for one look
   */
  Scan(FilterOptions filters, Optional<BaselineFile> file, Duration settles) {
    this.filters = filters;
    this.file = file;
    this.baseline = file.map(BaselineFile::read);
    this.settles = settles;
  }

  /**
   * Makes the scan.
   *
   * @param waiting told how many findings are suspicious, before it waits for them to pass
   */
  ScanReport report(ScanReader reader, IntConsumer waiting) {
    Look first = reader.look();
    baseline.flatMap(Baseline::calicoGuid).ifPresent(guid -> refuseAnother(guid, first));
    Settling.Settled settled =
        new Settling(reader, settles, this::isSuspicious).after(first, waiting);
    List<Finding> visible = settled.findings().stream().filter(filters::shows).toList();
    List<Finding> shown = visible.stream().filter(finding -> !isAccepted(finding)).toList();
    Look last = settled.look();
    return new ScanReport(
        last,
        shown,
        settled.findings().size() - visible.size(),
        baseline.map(each -> use(each, visible.size() - shown.size(), last)),
        Optional.of(settled).filter(any -> !settles.isZero()),
        Capacity.of(last.live().state()),
        Since.of(last.live().state(), shown));
  }

  private boolean isSuspicious(Finding finding) {
    return finding.severity() != Severity.INFO && filters.shows(finding) && !isAccepted(finding);
  }

  private boolean isAccepted(Finding finding) {
    return baseline.filter(each -> each.accepts(finding)).isPresent();
  }

  private ScanReport.BaselineUse use(Baseline used, int leftOut, Look last) {
    return new ScanReport.BaselineUse(
        file.orElseThrow().shown(), leftOut, used.gone(last.findings()));
  }

  /** Names of objects are much the same everywhere: what is accepted there is damage here. */
  private void refuseAnother(String guid, Look look) {
    Optional<String> here = look.live().state().guid();
    if (here.isPresent() && !here.get().equals(guid)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "baseline "
              + file.orElseThrow().shown()
              + " is of Calico cluster "
              + guid
              + ", and this is "
              + here.get());
    }
  }
}
