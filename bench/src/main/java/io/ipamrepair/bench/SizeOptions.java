package io.ipamrepair.bench;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How large the cluster is. */
final class SizeOptions {
  @Option(names = "--nodes", required = true, description = "How many nodes.")
  int nodes;

  @Option(names = "--workloads", required = true, description = "How many pods.")
  int workloads;

  @Option(names = "--seed", description = "Decides what is left to chance (1).")
  long seed = 1;

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec;

  Cluster cluster() {
    try {
      return new Cluster(new ClusterSize(nodes, workloads, seed));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage());
    }
  }
}
