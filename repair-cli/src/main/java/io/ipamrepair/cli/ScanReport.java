package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.check.Since;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a scan has to say, whatever the form.
 *
 * @param look the last look at etcd
 * @param findings what is shown, the worst first
 * @param hidden how many findings {@code --only} and {@code --ignore} hide
 * @param baseline what a baseline left out; nothing without one
 * @param settled what has passed; nothing where only one look was asked for
 * @param capacity how full the pools are
 * @param since since when the objects of {@code findings} are as they are
 */
record ScanReport(
    Look look,
    List<Finding> findings,
    int hidden,
    Optional<BaselineUse> baseline,
    Optional<Settling.Settled> settled,
    Capacity capacity,
    Since since) {
  ScanReport {
    findings = List.copyOf(findings);
  }

  /**
   * What a baseline did.
   *
   * @param file the file, as the user would type it
   * @param leftOut how many findings it leaves out
   * @param gone how many of its entries were not found any more
   */
  record BaselineUse(Path file, int leftOut, int gone) {}

  /** How many findings of {@code severity} are shown. */
  long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  /** Findings, or nothing above info. */
  ExitCode exit() {
    boolean clean = findings.stream().allMatch(finding -> finding.severity() == Severity.INFO);
    return clean ? ExitCode.DONE : ExitCode.FOUND;
  }
}
