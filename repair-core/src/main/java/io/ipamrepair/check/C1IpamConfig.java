package io.ipamrepair.check;

import io.ipamrepair.calico.IpamConfig;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** C1: the IPAM configuration lets nodes claim blocks, and its values go together. */
final class C1IpamConfig implements Rule {
  private static final Set<String> PERSISTENCE = Set.of("", "Enabled", "Disabled");

  private static final About ABOUT =
      About.rule("C1")
          .demands("The IPAM configuration allows new blocks, and its values go together.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(
              Urgency.ANY_TIME,
              "Now where new blocks are forbidden and a node has none; today where they are"
                  + " forbidden and each node has one.")
          .traffic(
              "None on running traffic. Where new blocks are forbidden, pods on nodes without room"
                  + " in their blocks get no address.")
          .because(
              "Absent means false: a configuration that was written by hand without"
                  + " auto_allocate_blocks forbids every new block in silence.")
          .repair(
              "No command. Put auto_allocate_blocks into it by hand, and make the other settings"
                  + " with calicoctl ipam configure.")
          .source("calico-ipam.md 3.4, 6 C1")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
          finding(
              forbidden && !config.strictAffinity() ? Severity.ERROR : Severity.WARNING,
              List.of(ObjectName.CONFIG),
              "The IPAM configuration: " + Wording.some(problems, 2) + ".",
              forbidden ? forbidden(evidence) : evidence.traffic().notMeasured(""),
              Remedy.None.YET));
    }
  }

  private static Effect forbidden(Evidence evidence) {
    Set<String> owners =
        evidence.judgedBlocks().stream()
            .flatMap(block -> block.owner().stream())
            .filter(Owner::isNode)
            .map(Owner::name)
            .collect(Collectors.toSet());
    boolean all = owners.containsAll(evidence.state().nodes().keySet());
    return evidence
        .traffic()
        .administrative("Pods on nodes without room in their blocks get no address.")
        .judged(all ? Urgency.TODAY : Urgency.NOW);
  }
}
