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

  private static final About ABOUT =
      About.rule("B6")
          .demands(
              "A releasedAt is no more than 300 s ahead, and stands without handle and secondary.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.ANY_TIME, "Today where the address still names its holder, who may be alive.")
          .traffic("Not measured. Addresses that cool down are not handed out.")
          .because(
              "A node's clock was wrong, or a release that does not know cooldown wrote the block."
                  + " The address is neither held nor given back in time.")
          .repair(
              "No command. By hand: remove the time where the holder is alive; set it right where"
                  + " it lies ahead.")
          .source("calico-ipam.md 6 B6")
          .build();

  @Override
  public About about() {
    return ABOUT;
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
        Effect effect =
            evidence.traffic().notMeasured("Addresses that cool down are not handed out.");
        found.accept(
            finding(
                Severity.ERROR,
                List.of(ObjectName.block(block.cidr())),
                "Block "
                    + block.cidr()
                    + " has an address that is cooling down "
                    + (held ? "and still names its holder" : "since a time in the future")
                    + ".",
                held ? effect.judged(Urgency.TODAY) : effect,
                Remedy.None.YET));
      }
    }
  }
}
