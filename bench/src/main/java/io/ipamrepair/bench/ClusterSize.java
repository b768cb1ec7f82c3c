package io.ipamrepair.bench;

/**
 * What to generate. The same size gives the same bytes.
 *
 * @param nodes 1 to 100,000
 * @param workloads at least one for each node, at most 3,000,000
 * @param seed decides everything that is left to chance
 */
record ClusterSize(int nodes, int workloads, long seed) {
  private static final int MOST_NODES = 100_000;
  private static final int MOST_WORKLOADS = 3_000_000;

  ClusterSize {
    require(nodes, "nodes", 1, MOST_NODES);
    require(workloads, "workloads", nodes, MOST_WORKLOADS);
  }

  private static void require(int found, String what, int least, int most) {
    if (found < least || found > most) {
      throw new IllegalArgumentException(
          "expected " + least + " to " + most + " " + what + ", found " + found);
    }
  }

  /** Addresses in use: one for each workload, and each node's tunnel address. */
  int addresses() {
    return nodes + workloads;
  }
}
