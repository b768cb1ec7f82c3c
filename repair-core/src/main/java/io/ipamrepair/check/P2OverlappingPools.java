package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.Cidr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** P2: no two pools overlap, but for a disabled pool and what it is being split into. */
final class P2OverlappingPools implements Rule {
  private static final About ABOUT =
      About.rule("P2")
          .demands("No two pools overlap.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.TODAY)
          .traffic(
              "None by itself. Over one network the first pool by name holds; deleting either by"
                  + " its CIDR may delete the other and takes blocks from their nodes. Of nested"
                  + " pools BIRD and Felix may choose different encapsulation.")
          .because(
              "A mistyped pool over a right one: Calico masks the CIDR, and deleting the mistyped"
                  + " pool took the blocks of the right one. While a split runs, the disabled"
                  + " parent and its children overlap on purpose.")
          .repair(
              "remove-pool, for the pool that nothing depends on. Where each pool has addresses in"
                  + " use of its own, move the workloads of one first. A split is finished by"
                  + " hand: create the missing parts, then remove the parent.")
          .threads("calicoctl", 828)
          .source("calico-ipam.md 6 P2, 7.5, 7.6; routing.md 5")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Map<NamedPool, List<NamedPool>> overlapping = new LinkedHashMap<>();
    Map<NamedPool, List<NamedPool>> children = new LinkedHashMap<>();
    // Networks that overlap are nested, so those around the present one form a stack.
    List<NamedPool> around = new ArrayList<>();
    List<NamedPool> sorted = new ArrayList<>(evidence.pools().known());
    sorted.sort(Comparator.comparing(NamedPool::network).thenComparing(NamedPool::name));
    for (NamedPool pool : sorted) {
      Cidr network = pool.network();
      around.removeIf(outer -> !outer.network().contains(network));
      for (NamedPool outer : around) {
        if (outer.isSplitInto(pool)) {
          add(children, outer, pool);
        } else {
          add(overlapping, outer, pool);
          add(overlapping, pool, outer);
        }
      }
      around.add(pool);
    }
    overlapping.forEach((pool, others) -> found.accept(overlap(evidence, pool, others)));
    children.forEach(
        (parent, parts) -> {
          // One finding per pool: an overlap is the worse one.
          if (!overlapping.containsKey(parent)) {
            found.accept(split(evidence, parent, parts));
          }
        });
  }

  private static void add(Map<NamedPool, List<NamedPool>> map, NamedPool pool, NamedPool other) {
    map.computeIfAbsent(pool, none -> new ArrayList<>()).add(other);
  }

  private Finding overlap(Evidence evidence, NamedPool pool, List<NamedPool> others) {
    others.sort(Comparator.comparing(NamedPool::name));
    List<NamedPool> all = new ArrayList<>(others);
    all.add(pool);
    return finding(
        Severity.ERROR,
        List.of(ObjectName.pool(pool.name())),
        "Pool "
            + title(pool)
            + " overlaps "
            + Wording.some(others.stream().map(P2OverlappingPools::title).toList(), 2)
            + ".",
        evidence.traffic().overlappingPools(pool, others.get(0)),
        evidence.remedies().overlap(all));
  }

  private static String title(NamedPool pool) {
    String text = pool.pool().cidrText().orElse("");
    String network = pool.network().toString();
    return pool.name() + " (" + (text.equals(network) ? text : text + " = " + network) + ")";
  }

  private Finding split(Evidence evidence, NamedPool parent, List<NamedPool> parts) {
    List<ObjectName> objects = new ArrayList<>();
    objects.add(ObjectName.pool(parent.name()));
    parts.forEach(part -> objects.add(ObjectName.pool(part.name())));
    return finding(
        Severity.WARNING,
        objects,
        "Pool "
            + title(parent)
            + " is disabled and partly split into "
            + Wording.some(parts.stream().map(P2OverlappingPools::title).toList(), 2)
            + ": an unfinished calicoctl ipam split.",
        evidence.traffic().unfinishedSplit(),
        new Remedy.None(
            "No command: create the missing parts, then remove the disabled pool, as the split"
                + " would have done."));
  }
}
