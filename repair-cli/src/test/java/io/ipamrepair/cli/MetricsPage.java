package io.ipamrepair.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prometheus' text format, read as strictly as promtool's lint and the textfile collector together:
 * each family once, with help, type and samples in a row, no sample twice, names in base units.
 *
 * @param values every sample by its text up to the value: {@code ipam_repair_up}
 */
record MetricsPage(Map<String, Double> values) {
  private static final String NAME = "ipam_repair_[a-z][a-z0-9_]*[a-z0-9]";
  private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") ([A-Z].*\\.)");
  private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") gauge");
  private static final String LABEL = "[a-z]+=\"(?:[^\"\\\\\\p{Cntrl}]|\\\\[\\\\\"n])*\"";
  private static final Pattern SAMPLE =
      Pattern.compile(
          "((" + NAME + ")(?:\\{" + LABEL + "(?:," + LABEL + ")*\\})?) ([0-9]+(?:\\.[0-9]+)?)");

  /** What belongs to other types than gauges, and units that are none of the base units. */
  private static final Pattern BAD_END =
      Pattern.compile(".*_(total|count|sum|bucket|info|milliseconds|ms|minutes|percent|kilobytes)");

  static MetricsPage read(String text) {
    require(text.endsWith("\n") && !text.contains("\r"), "expected lines, found " + text);
    Map<String, Double> values = new LinkedHashMap<>();
    Set<String> families = new LinkedHashSet<>();
    List<String> lines = new ArrayList<>(List.of(text.split("\n")));
    while (!lines.isEmpty()) {
      String family = match(HELP, lines.remove(0)).group(1);
      require(families.add(family), "family twice: " + family);
      require(!BAD_END.matcher(family).matches(), "no name of a gauge in base units: " + family);
      require(match(TYPE, lines.remove(0)).group(1).equals(family), "type of another: " + family);
      require(!lines.isEmpty() && !lines.get(0).startsWith("#"), "no sample of " + family);
      while (!lines.isEmpty() && !lines.get(0).startsWith("#")) {
        Matcher sample = match(SAMPLE, lines.remove(0));
        require(sample.group(2).equals(family), "sample of another family: " + sample.group());
        Double before = values.put(sample.group(1), Double.valueOf(sample.group(3)));
        require(before == null, "sample twice: " + sample.group(1));
      }
    }
    return new MetricsPage(values);
  }

  private static Matcher match(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    require(matcher.matches(), "expected " + pattern + ", found " + line);
    return matcher;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** The value of a sample, named without its prefix. */
  double value(String sample) {
    require(values.containsKey("ipam_repair_" + sample), "no sample " + sample + " in " + values);
    return values.get("ipam_repair_" + sample);
  }

  double findings(String rule, String severity) {
    return value("findings{rule=\"" + rule + "\",severity=\"" + severity + "\"}");
  }
}
