package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** B4: each ordinal of a block is either allocated or in its free list, and there once. */
final class B4FreeList implements Rule {
  private static final About ABOUT =
      About.rule("B4")
          .demands("Each ordinal of a block is either allocated or in the free list, once.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.ANY_TIME,
              "Now where an address is in use and in the free list, or twice in the list.")
          .traffic(
              "None yet. An address that is used and free is given to a second pod; one that is"
                  + " neither is never given out.")
          .because(
              "An edit by hand. An ordinal in neither is lost; one that is in use and in the free"
                  + " list is given to a second pod, and the first one's entry is overwritten.")
          .repair(
              "No command. Put the free list right by hand: exactly the ordinals that nothing"
                  + " holds.")
          .source("calico-ipam.md 6 B4, 10.5 item 32")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence.judgedBlocks().stream()
        .filter(block -> !B2BlockSize.isBroken(block))
        .forEach(block -> judge(evidence, block, found));
  }

  private void judge(Evidence evidence, Block block, Consumer<Finding> found) {
    BitSet free = new BitSet(block.slots());
    List<String> twice = new ArrayList<>();
    List<String> beyond = new ArrayList<>();
    for (int ordinal : block.unallocated()) {
      if (ordinal < 0 || ordinal >= block.slots()) {
        beyond.add(Integer.toString(ordinal));
      } else if (free.get(ordinal)) {
        twice.add(block.address(ordinal).toString());
      } else {
        free.set(ordinal);
      }
    }
    List<String> usedAndFree = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    for (int ordinal = 0; ordinal < block.slots(); ordinal++) {
      if (block.isAllocated(ordinal) == free.get(ordinal)) {
        (free.get(ordinal) ? usedAndFree : lost).add(block.address(ordinal).toString());
      }
    }
    List<String> problems = new ArrayList<>();
    name(problems, usedAndFree, "in use and in the free list");
    name(problems, lost, "neither in use nor in the free list");
    name(problems, twice, "twice in the free list");
    name(problems, beyond, "in the free list, but no ordinal of it");
    if (!problems.isEmpty()) {
      found.accept(
          finding(
              Severity.ERROR,
              List.of(ObjectName.block(block.cidr())),
              "Block " + block.cidr() + ": " + String.join("; ", problems) + ".",
              evidence.traffic().freeList(!usedAndFree.isEmpty() || !twice.isEmpty()),
              Remedy.None.YET));
    }
  }

  private static void name(List<String> problems, List<String> ordinals, String problem) {
    if (!ordinals.isEmpty()) {
      problems.add(Wording.some(ordinals, 1) + (ordinals.size() == 1 ? " is " : " are ") + problem);
    }
  }
}
