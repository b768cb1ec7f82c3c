package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** B12: no block is marked as deleted. */
final class B12Deleted implements Rule {
  @Override
  public About about() {
    return new About(
        "B12",
        "No block is marked as deleted.",
        "Calico never sets the mark in etcd: an edit by hand, or data of a Kubernetes datastore.",
        "calico-ipam.md 3.1, 6 B12");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence.judgedBlocks().stream()
        .filter(Block::deleted)
        .forEach(
            block ->
                found.accept(
                    new Finding(
                        id(),
                        Severity.WARNING,
                        List.of(ObjectName.block(block.cidr())),
                        "Block "
                            + block.cidr()
                            + " is marked as deleted, which Calico never does in etcd.",
                        evidence.traffic().notMeasured(""),
                        Remedy.None.YET)));
  }
}
