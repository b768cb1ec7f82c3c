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
  @Override
  public About about() {
    return new About(
        "P2",
        "No two pools overlap.",
        "A mistyped pool over a right one: Calico masks the CIDR, and deleting the mistyped pool"
            + " took the blocks of the right one. While a split runs, the disabled parent and its"
            + " children overlap on purpose.",
        "calico-ipam.md 6 P2, 7.5, 7.6; routing.md 5");
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
    return new Finding(
        id(),
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
    return new Finding(
        id(),
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
