package io.ipamrepair.show;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import java.util.Optional;

/**
 * An affinity, and how its block stands to it.
 *
 * @param owner whose it is
 * @param cidr for which block
 * @param state {@code confirmed}, {@code pending}, {@code pendingDeletion}, another word as it is
 *     written, or {@code unreadable}
 * @param canonical whether its key is the one that Calico would use (rule K3)
 * @param standing how the block stands to it
 */
public record Claimant(Owner owner, Cidr cidr, String state, boolean canonical, Standing standing) {
  /** How a block stands to the owner of an affinity for it. */
  public enum Standing {
    OWN("own", "its own block"),
    ANOTHERS("anothers", "the block is another's"),
    NOBODYS("nobodys", "the block is nobody's"),
    UNREADABLE("unreadable", "the block cannot be read"),
    ABSENT("absent", "there is no block");

    private final String word;
    private final String sentence;

    Standing(String word, String sentence) {
      this.word = word;
      this.sentence = sentence;
    }

    /** The word in JSON output. */
    public String word() {
      return word;
    }

    /** What it means, in words. */
    public String sentence() {
      return sentence;
    }
  }

  static Claimant of(IpamState state, Stored<Affinity> stored) {
    CalicoKey.AffinityKey key = (CalicoKey.AffinityKey) stored.at();
    return new Claimant(
        key.owner(),
        key.cidr(),
        stored.value().map(Claimant::word).orElse("unreadable"),
        key.canonical(),
        standing(state, key));
  }

  private static String word(Affinity affinity) {
    return affinity.state() == Affinity.State.UNKNOWN
        ? affinity.stateText()
        : affinity.state().text();
  }

  private static Standing standing(IpamState state, CalicoKey.AffinityKey key) {
    Optional<Stored<Block>> block = Optional.ofNullable(state.blocks().get(key.cidr()));
    if (block.isEmpty()) {
      return Standing.ABSENT;
    } else if (block.get().value().isEmpty()) {
      return Standing.UNREADABLE;
    }
    return block
        .flatMap(Stored::value)
        .flatMap(Block::owner)
        .map(owner -> owner.equals(key.owner()) ? Standing.OWN : Standing.ANOTHERS)
        .orElse(Standing.NOBODYS);
  }
}
