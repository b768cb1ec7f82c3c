package io.ipamrepair.check;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import java.util.Optional;

/** How a block stands to the owner of an affinity for it. */
public enum Standing {
  /** It is his. */
  OWN("own", "its own block"),
  /** It is somebody else's. */
  ANOTHERS("anothers", "the block is another's"),
  /** It is nobody's; also when its owner's text is none that Calico knows (rule B8). */
  NOBODYS("nobodys", "the block is nobody's"),
  /** There is one, and whose it is cannot be read. */
  UNREADABLE("unreadable", "the block cannot be read"),
  /** There is no such block. */
  ABSENT("absent", "there is no block");

  private final String word;
  private final String sentence;

  Standing(String word, String sentence) {
    this.word = word;
    this.sentence = sentence;
  }

  /** How the block of the affinity {@code id} stands to it in {@code state}. */
  public static Standing of(IpamState state, AffinityId id) {
    Optional<Stored<Block>> block = Optional.ofNullable(state.blocks().get(id.cidr()));
    if (block.isEmpty()) {
      return ABSENT;
    } else if (block.get().value().isEmpty()) {
      return UNREADABLE;
    }
    return block
        .flatMap(Stored::value)
        .flatMap(Block::owner)
        .map(owner -> owner.equals(id.owner()) ? OWN : ANOTHERS)
        .orElse(NOBODYS);
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
