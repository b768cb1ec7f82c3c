package io.ipamrepair.calico;

/**
 * How Calico builds the name of a workload endpoint: segments joined by {@code -}, a {@code -}
 * inside one doubled (section 2.3).
 */
final class EndpointNames {
  private EndpointNames() {}

  static String escape(String segment) {
    return segment.replace("-", "--");
  }
}
