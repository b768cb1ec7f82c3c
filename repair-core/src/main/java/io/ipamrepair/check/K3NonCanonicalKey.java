package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** K3: the CIDR in a key is masked, in Calico's spelling, and of the family of the key's path. */
final class K3NonCanonicalKey implements Rule {
  @Override
  public About about() {
    return new About(
        "K3",
        "The CIDR in a key has no host bits, is spelled as Calico does, and has the family of the"
            + " path.",
        "Calico lists such a key at its masked CIDR, but reads and writes only the canonical key:"
            + " it can never change or delete this one.",
        "calico-ipam.md 2.2, 10.5 item 33");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence.state().nonCanonicalBlocks().forEach(stored -> report(evidence, stored, found));
    evidence.state().nonCanonicalAffinities().forEach(stored -> report(evidence, stored, found));
  }

  private void report(Evidence evidence, Stored<?> stored, Consumer<Finding> found) {
    boolean isBlock = stored.at() instanceof CalicoKey.BlockKey;
    Cidr cidr =
        stored.at() instanceof CalicoKey.BlockKey block
            ? block.cidr()
            : ((CalicoKey.AffinityKey) stored.at()).cidr();
    found.accept(
        new Finding(
            id(),
            Severity.ERROR,
            List.of(ObjectName.key(stored.key().label())),
            "Key "
                + stored.key()
                + " means "
                + (isBlock ? "block " : "an affinity for ")
                + cidr
                + (stored.key().display().contains("/" + cidr.family().pathSegment() + "/")
                    ? ", but is not Calico's spelling."
                    : ", but stands under the other family."),
            evidence.traffic().nonCanonicalKey(cidr, isBlock),
            Remedy.None.YET));
  }
}
