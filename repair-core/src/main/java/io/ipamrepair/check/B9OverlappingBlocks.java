package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** B9: no two blocks overlap. */
final class B9OverlappingBlocks implements Rule {
  private static final About ABOUT =
      About.rule("B9")
          .demands("No two blocks overlap.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.NOW,
              "Today while neither block has an address in use in the common range, and for"
                  + " two keys of one block.")
          .traffic(
              "The smaller block wins: pods of the larger one inside it are unreachable from other"
                  + " nodes, and an address given out twice reaches the smaller block's pod.")
          .because(
              "A pool was made again with another block size while an old affinity was left, or two"
                  + " pools with different block sizes overlap. Two pods can get one address.")
          .repair(
              "No command. Move the workloads out of one of the blocks, and delete it with its"
                  + " affinity when it is empty.")
          .threads("libcalico-go", 1377)
          .threads("calico", 8446, 10778)
          .source("calico-ipam.md 6 B9, 10.4 item 28")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    List<Stored<Block>> all = new ArrayList<>(evidence.canonicalBlocks());
    all.addAll(evidence.state().nonCanonicalBlocks());
    all.sort(Comparator.<Stored<Block>, Cidr>comparing(Evidence::cidr));
    Map<Bytes, List<Stored<Block>>> overlapping = new HashMap<>();
    // CIDRs that overlap are nested, so those around the present one form a stack.
    List<Stored<Block>> around = new ArrayList<>();
    for (Stored<Block> block : all) {
      Cidr cidr = Evidence.cidr(block);
      while (!around.isEmpty() && !Evidence.cidr(last(around)).contains(cidr)) {
        around.remove(around.size() - 1);
      }
      for (Stored<Block> outer : around) {
        add(overlapping, outer, block);
        add(overlapping, block, outer);
      }
      around.add(block);
    }
    for (Stored<Block> block : evidence.canonicalBlocks()) {
      if (overlapping.containsKey(block.key())) {
        found.accept(finding(evidence, block, overlapping.get(block.key())));
      }
    }
  }

  private static Stored<Block> last(List<Stored<Block>> around) {
    return around.get(around.size() - 1);
  }

  private static void add(
      Map<Bytes, List<Stored<Block>>> map, Stored<Block> block, Stored<Block> other) {
    map.computeIfAbsent(block.key(), none -> new ArrayList<>(1)).add(other);
  }

  private Finding finding(Evidence evidence, Stored<Block> block, List<Stored<Block>> others) {
    Cidr cidr = Evidence.cidr(block);
    Cidr other = Evidence.cidr(others.get(0));
    List<Effect> effects =
        others.stream().map(each -> effect(evidence.traffic(), cidr, Evidence.cidr(each))).toList();
    Urgency worst =
        effects.stream()
            .flatMap(effect -> effect.urgency().stream())
            .max(Comparator.naturalOrder())
            .orElse(ABOUT.urgency());
    return finding(
        Severity.ERROR,
        List.of(ObjectName.block(cidr)),
        "Block "
            + cidr
            + (cidr.equals(other)
                ? " stands under a second key, " + others.get(0).key()
                : (cidr.contains(other) ? " contains " : " lies in ")
                    + (others.size() == 1 ? "block " : "blocks ")
                    + Wording.some(others.stream().map(each -> Evidence.cidr(each)).toList(), 3))
            + ".",
        effects.get(0).judged(worst),
        Remedy.None.YET);
  }

  private static Effect effect(Traffic traffic, Cidr cidr, Cidr other) {
    if (cidr.equals(other)) {
      return traffic.twoKeys(cidr);
    }
    return cidr.contains(other) ? traffic.overlap(cidr, other) : traffic.overlap(other, cidr);
  }
}
