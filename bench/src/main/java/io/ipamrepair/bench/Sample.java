package io.ipamrepair.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A figure that was measured several times.
 *
 * @param median which one slow run does not move
 * @param least the smallest
 * @param most the largest: far from the median on a machine that had other work
 */
record Sample(double median, double least, double most) {
  /** One figure of each of some runs. */
  static <T> Sample of(List<T> runs, ToDoubleFunction<T> figure) {
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("expected at least one run, found none");
    }
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Sample(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** The ratio of one run to the other of the same round, over all rounds. */
  static Sample ofRatios(double[] runs, double[] others) {
    double[] ratios = new double[runs.length];
    Arrays.setAll(ratios, round -> runs[round] / others[round]);
    return of(Arrays.stream(ratios).boxed().toList(), ratio -> ratio);
  }

  /** Median and spread, with so many decimals. */
  String text(int decimals) {
    String format = "%." + decimals + "f (%." + decimals + "f–%." + decimals + "f)";
    return String.format(Locale.ROOT, format, median, least, most);
  }
}
