package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B12: no block is marked as deleted. */
final class B12Deleted implements Rule {
  private static final About ABOUT =
      About.rule("B12")
          .demands("No block is marked as deleted.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("Not measured.")
          .because(
              "Calico never sets the mark in etcd: an edit by hand, or data of a Kubernetes"
                  + " datastore.")
          .repair("No command. Set the mark to false by hand.")
          .source("calico-ipam.md 3.1, 6 B12")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence.judgedBlocks().stream()
        .filter(Block::deleted)
        .forEach(
            block ->
                found.accept(
                    finding(
                        Severity.WARNING,
                        List.of(ObjectName.block(block.cidr())),
                        "Block "
                            + block.cidr()
                            + " is marked as deleted, which Calico never does in etcd.",
                        evidence.traffic().notMeasured(""),
                        Remedy.None.YET)));
  }
}
