package io.ipamrepair.check;

import io.ipamrepair.calico.IpamConfig;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** C1: the IPAM configuration lets nodes claim blocks, and its values go together. */
final class C1IpamConfig implements Rule {
  private static final Set<String> PERSISTENCE = Set.of("", "Enabled", "Disabled");

  @Override
  public About about() {
    return new About(
        "C1",
        "The IPAM configuration allows new blocks, and its values go together.",
        "Absent means false: a configuration that was written by hand without auto_allocate_blocks"
            + " forbids every new block in silence.",
        "calico-ipam.md 3.4, 6 C1");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .config()
        .flatMap(Stored::value)
        .ifPresent(config -> judge(evidence, config, found));
  }

  private void judge(Evidence evidence, IpamConfig config, Consumer<Finding> found) {
    List<String> problems = new ArrayList<>();
    if (!config.autoAllocateBlocks()) {
      problems.add("auto_allocate_blocks is not true, so no node can claim a block");
    }
    if (config.maxBlocksPerHost() < 0) {
      problems.add("maxBlocksPerHost is negative");
    }
    if (config.maxBlocksPerHost() > 0 && !config.strictAffinity()) {
      problems.add("maxBlocksPerHost is set without strict_affinity");
    }
    if (config.cooldownSeconds() < 0) {
      problems.add("ipCooldownSeconds is negative");
    }
    if (!PERSISTENCE.contains(config.persistence())) {
      problems.add("kubeVirtVMAddressPersistence is a word that no release knows");
    }
    if (!problems.isEmpty()) {
      boolean forbidden = !config.autoAllocateBlocks();
      found.accept(
          new Finding(
              id(),
              forbidden && !config.strictAffinity() ? Severity.ERROR : Severity.WARNING,
              List.of(ObjectName.CONFIG),
              "The IPAM configuration: " + Wording.some(problems, 2) + ".",
              forbidden
                  ? evidence
                      .traffic()
                      .administrative("Pods on nodes without room in their blocks get no address.")
                  : evidence.traffic().notMeasured(""),
              Remedy.None.YET));
    }
  }
}
