package io.ipamrepair.calico;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How Calico builds the name of a workload endpoint: segments joined by {@code -}, a {@code -}
 * inside one doubled (section 2.3).
 */
final class EndpointNames {
  private EndpointNames() {}

  static String escape(String segment) {
    return segment.replace("-", "--");
  }

  /** The segments of a name, from left to right. */
  private static List<String> segments(String name) {
    List<String> segments = new ArrayList<>();
    StringBuilder segment = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) != '-') {
        segment.append(name.charAt(i));
      } else if (name.startsWith("--", i)) {
        segment.append('-');
        i++;
      } else {
        segments.add(segment.toString());
        segment.setLength(0);
      }
    }
    segments.add(segment.toString());
    return segments;
  }

  /**
   * The name with a pseudonym for each segment: again the one that follows from the endpoint's
   * value, if it was before, and again none that does, if it was none.
   */
  static String redacted(String name, Pseudonyms pseudonyms) {
    return segments(name).stream()
        .map(pseudonyms::of)
        .map(EndpointNames::escape)
        .collect(Collectors.joining("-"));
  }
}
