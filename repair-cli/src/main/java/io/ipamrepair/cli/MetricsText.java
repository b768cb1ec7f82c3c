package io.ipamrepair.cli;

/**
 * Prometheus' text format, version 0.0.4: families of gauges, each with its help, its type and all
 * of its samples.
 */
final class MetricsText {
  private final StringBuilder out = new StringBuilder();

  /** Begins a family; its samples follow. */
  MetricsText gauge(String name, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(" gauge\n");
    return this;
  }

  /**
   * A sample.
   *
   * @param labels names and values in turn; values are escaped here
   */
  MetricsText sample(String name, Number value, String... labels) {
    out.append(name);
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? '{' : ',')
          .append(labels[i])
          .append("=\"")
          .append(escaped(labels[i + 1]))
          .append('"');
    }
    out.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
    return this;
  }

  private static String escaped(String value) {
    // Control characters are legal here, but somebody may look at it on a terminal.
    return Terminal.escape(value).replace("\\", "\\\\").replace("\"", "\\\"");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
