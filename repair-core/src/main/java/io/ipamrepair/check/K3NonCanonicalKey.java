package io.ipamrepair.check;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.List;
import java.util.function.Consumer;

/** K3: the CIDR in a key is masked, in Calico's spelling, and of the family of the key's path. */
final class K3NonCanonicalKey implements Rule {
  private static final About ABOUT =
      About.rule("K3")
          .demands(
              "The CIDR in a key has no host bits, is spelled as Calico does, and has the family of"
                  + " the path.")
          .severities(Severity.ERROR)
          .urgency(Urgency.TODAY, "Now for an affinity over a block that another node announces.")
          .traffic(
              "BIRD takes an affinity for one of the masked CIDR: announced and blackholed like any"
                  + " other. What a block's key does was not measured.")
          .because(
              "Calico lists such a key at its masked CIDR, but reads and writes only the canonical"
                  + " key: it can never change or delete this one.")
          .repair(
              "No command. Delete the key by hand; what it holds stands under the canonical key, or"
                  + " must be put there.")
          .source("calico-ipam.md 2.2, 10.5 item 33")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Traffic traffic = evidence.traffic();
    for (Stored<Block> stored : evidence.state().nonCanonicalBlocks()) {
      Cidr cidr = Evidence.cidr(stored);
      found.accept(finding(stored, "block ", cidr, traffic.nonCanonicalBlock(cidr)));
    }
    for (Stored<Affinity> stored : evidence.state().nonCanonicalAffinities()) {
      CalicoKey.AffinityKey key = (CalicoKey.AffinityKey) stored.at();
      AffinityId id = new AffinityId(key.owner(), key.cidr());
      Effect effect = traffic.nonCanonicalAffinity(id, stored.value());
      found.accept(finding(stored, "an affinity for ", key.cidr(), effect));
    }
  }

  private Finding finding(Stored<?> stored, String kind, Cidr cidr, Effect effect) {
    return finding(
        Severity.ERROR,
        List.of(ObjectName.key(stored.key().label())),
        "Key "
            + stored.key()
            + " means "
            + kind
            + cidr
            + (stored.key().display().contains("/" + cidr.family().pathSegment() + "/")
                ? ", but is not Calico's spelling."
                : ", but stands under the other family."),
        effect,
        Remedy.None.YET);
  }
}
