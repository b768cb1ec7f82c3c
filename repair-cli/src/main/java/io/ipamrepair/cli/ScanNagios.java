package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code scan} found, as a Nagios plugin says it: one line with performance data, and an exit
 * code of its own meaning.
 *
 * @param state what the exit code says
 * @param line the line, without control characters
 */
record ScanNagios(State state, String line) {
  private static final int SHOWN = 3;

  /** The exit codes that Nagios and its kin know. */
  enum State {
    OK(0),
    WARNING(1),
    CRITICAL(2),
    UNKNOWN(3);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private static ScanNagios of(State state, String text, String data) {
    // A bar begins the performance data.
    String said = "IPAM " + state + " - " + text.replace('|', '/');
    return new ScanNagios(state, said + (data.isEmpty() ? "" : " | " + data));
  }

  /** A scan that ended. */
  static ScanNagios of(ScanReport report) {
    State state =
        report.count(Severity.ERROR) > 0
            ? State.CRITICAL
            : report.count(Severity.WARNING) > 0 ? State.WARNING : State.OK;
    List<String> parts = new ArrayList<>();
    parts.add(counts(report));
    parts.addAll(MomentText.brief(report.look()));
    return of(state, String.join("; ", parts), data(report));
  }

  /** A scan that failed, with the lines that say why. */
  static ScanNagios unknown(List<String> lines) {
    String text = lines.stream().map(String::strip).collect(Collectors.joining(" "));
    return of(State.UNKNOWN, text, "");
  }

  /**
   * Whether {@code arguments}, which may be none that the command line understands, ask for this
   * form: whoever runs it so reads exit code 2 as a critical state.
   */
  static boolean isAskedFor(String... arguments) {
    List<String> words =
        Arrays.stream(arguments).map(word -> word.toLowerCase(Locale.ROOT)).toList();
    boolean nagios = false;
    for (int i = 0; i < words.size(); i++) {
      String before = i == 0 ? "" : words.get(i - 1);
      boolean behind = before.equals("-o") || before.equals("--output");
      nagios |= words.get(i).equals("nagios") && behind;
      nagios |= List.of("-onagios", "-o=nagios", "--output=nagios").contains(words.get(i));
    }
    return nagios && words.contains("scan");
  }

  private static String counts(ScanReport report) {
    long errors = report.count(Severity.ERROR);
    long warnings = report.count(Severity.WARNING);
    if (errors + warnings == 0) {
      return "no errors, no warnings";
    }
    List<String> named =
        report.findings().stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .map(ScanNagios::brief)
            .toList();
    return Words.count(errors, "error")
        + ", "
        + Words.count(warnings, "warning")
        + ": "
        + Words.some(named, SHOWN);
  }

  private static String brief(Finding finding) {
    return finding.rule() + " " + finding.first();
  }

  private static String data(ScanReport report) {
    List<String> data = new ArrayList<>();
    data.add("errors=" + report.count(Severity.ERROR) + ";;0;0");
    data.add("warnings=" + report.count(Severity.WARNING) + ";0;;0");
    data.add("hidden=" + report.hidden() + ";;;0");
    data.add(
        "accepted=" + report.baseline().map(ScanReport.BaselineUse::leftOut).orElse(0) + ";;;0");
    data.add("time=" + report.look().took().toMillis() + "ms;;;0");
    for (PoolUse pool : report.capacity().byPool()) {
      String used = pool.addresses().used() + ";;;0;" + pool.addresses().total();
      data.add(label(pool, "used") + "=" + used);
      data.add(label(pool, "borrowed") + "=" + pool.addresses().borrowed() + ";;;0");
      data.add(label(pool, "free blocks") + "=" + pool.room() + ";;;0");
    }
    return String.join(" ", data);
  }

  /** A label may have anything but an equals sign, quotes doubled. */
  private static String label(PoolUse pool, String what) {
    String name = (pool.name() + " " + what).replace('=', '_').replace("'", "''");
    return "'" + name.replace('|', '/') + "'";
  }
}
