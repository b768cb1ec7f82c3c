package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** B15: a node has no more blocks of a family than the limit. */
final class B15BlocksPerNode implements Rule {
  private static final About ABOUT =
      About.rule("B15")
          .demands("A node has no more blocks of a family than maxBlocksPerHost, or 20.")
          .severities(Severity.INFO)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: the node gets no further block.")
          .because(
              "The limit was lowered, or blocks were reassigned. The node gets no further block.")
          .repair("Nothing needs to be done.")
          .threads("calico", 4861, 9462)
          .source("calico-ipam.md 3.4, 6 B15")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Map<String, Map<IpFamily, Integer>> counts = new TreeMap<>();
    evidence.state().blocks().values().stream()
        .flatMap(stored -> stored.value().stream())
        .forEach(
            block ->
                block
                    .owner()
                    .filter(Owner::isNode)
                    .ifPresent(
                        owner ->
                            counts
                                .computeIfAbsent(owner.name(), none -> new TreeMap<>())
                                .merge(block.cidr().family(), 1, Integer::sum)));
    long limit = evidence.state().effectiveConfig().blockLimit();
    counts.forEach(
        (node, families) -> {
          int most = families.values().stream().mapToInt(Integer::intValue).max().orElse(0);
          if (most > limit) {
            found.accept(
                finding(
                    Severity.INFO,
                    List.of(ObjectName.node(node)),
                    "Node " + node + " has " + most + " blocks; the limit is " + limit + ".",
                    evidence.traffic().administrative("The node gets no further block."),
                    Remedy.None.NEEDED));
          }
        });
  }
}
