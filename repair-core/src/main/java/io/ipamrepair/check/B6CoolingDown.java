package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** B6: an address that is cooling down was released in the past, and is nobody's. */
final class B6CoolingDown implements Rule {
  private static final Duration SKEW = Duration.ofSeconds(300);

  @Override
  public About about() {
    return new About(
        "B6",
        "A releasedAt is no more than 300 s ahead, and stands without handle and secondary.",
        "A node's clock was wrong, or a release that does not know cooldown wrote the block. The"
            + " address is neither held nor given back in time.",
        "calico-ipam.md 6 B6");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      List<Attribute> cooling =
          block.attributes().stream().filter(each -> each.releasedAt().isPresent()).toList();
      boolean held =
          cooling.stream()
              .anyMatch(each -> each.handle().isPresent() || !each.secondary().isEmpty());
      boolean ahead =
          evidence.now().isPresent()
              && cooling.stream()
                  .flatMap(each -> each.releasedAt().stream())
                  .anyMatch(released -> released.isAfter(evidence.now().get().plus(SKEW)));
      if (held || ahead) {
        found.accept(
            new Finding(
                id(),
                Severity.ERROR,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + " has an address that is cooling down "
                    + (held ? "and still names its holder" : "since a time in the future")
                    + ".",
                evidence.traffic().notMeasured("Addresses that cool down are not handed out."),
                Remedy.None.YET));
      }
    }
  }
}
