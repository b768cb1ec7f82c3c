package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** P4: a pool's settings go together, and its words are known. */
final class P4PoolSettings implements Rule {
  private static final Set<String> MODES = Set.of("Never", "Always", "CrossSubnet");
  private static final Set<String> USES = Set.of("Workload", "Tunnel", "LoadBalancer");
  private static final Set<String> ASSIGNMENTS = Set.of("Automatic", "Manual");
  private static final List<Cidr> LINK_LOCAL =
      List.of(Cidr.of("169.254.0.0/16"), Cidr.of("fe80::/10"));

  private static final About ABOUT =
      About.rule("P4")
          .demands(
              "A pool's settings go together, and each of its words is one that a release knows.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("Not measured.")
          .because(
              "Calico checks them when a pool is created through its API, and not when it is put"
                  + " into etcd by hand.")
          .repair("No command. Set the pool's settings right with calicoctl.")
          .source("calico-ipam.md 3.5, 6 P4")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .pools()
        .forEach(
            (name, stored) ->
                stored
                    .value()
                    .map(P4PoolSettings::problems)
                    .filter(problems -> !problems.isEmpty())
                    .ifPresent(
                        problems ->
                            found.accept(
                                finding(
                                    Severity.WARNING,
                                    List.of(ObjectName.pool(name)),
                                    "Pool " + name + ": " + Wording.some(problems, 2) + ".",
                                    evidence.traffic().notMeasured(""),
                                    Remedy.None.YET))));
  }

  private static List<String> problems(Pool pool) {
    List<String> problems = new ArrayList<>();
    Optional<Cidr> network = pool.network();
    if (network.filter(cidr -> LINK_LOCAL.stream().anyMatch(cidr::overlaps)).isPresent()) {
      problems.add("its network overlaps link-local addresses");
    }
    if (pool.isIpip() && pool.isVxlan()) {
      problems.add("it has IPIP and VXLAN at once");
    }
    if (pool.isIpip() && network.filter(cidr -> cidr.family() == IpFamily.IPV6).isPresent()) {
      problems.add("IPIP does not exist for IPv6");
    }
    if (pool.allowedUses().contains("LoadBalancer")) {
      loadBalancer(pool, problems);
    }
    if (pool.allowedUses().contains("Tunnel") && !pool.namespaceSelector().isEmpty()) {
      problems.add("it is for tunnels and has a namespaceSelector");
    }
    word(problems, "ipipMode", pool.ipipMode(), MODES);
    word(problems, "vxlanMode", pool.vxlanMode(), MODES);
    word(problems, "assignmentMode", pool.assignmentMode(), ASSIGNMENTS);
    pool.allowedUses().forEach(use -> word(problems, "allowedUses", use, USES));
    return problems;
  }

  private static void loadBalancer(Pool pool, List<String> problems) {
    List<String> with = new ArrayList<>();
    if (pool.allowedUses().contains("Workload") || pool.allowedUses().contains("Tunnel")) {
      with.add("other uses");
    }
    if (pool.isIpip() || pool.isVxlan()) {
      with.add("encapsulation");
    }
    if (pool.disableBgpExport()) {
      with.add("disableBGPExport");
    }
    if (!pool.nodeSelector().equals("all()")) {
      with.add("a nodeSelector");
    }
    if (!with.isEmpty()) {
      problems.add("it is for load balancers and has " + Wording.all(with));
    }
  }

  private static void word(List<String> problems, String member, String word, Set<String> known) {
    if (!known.contains(word)) {
      problems.add(member + " \"" + Wording.reason(word) + "\" is a word that no release knows");
    }
  }
}
