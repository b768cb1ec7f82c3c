package io.ipamrepair.map;

/**
 * What a glance at the map should catch of a block in one state, the weightiest first. The rules
 * say what is wrong; this only says what a block looks like.
 */
public enum Trouble {
  /** Its value cannot be read. */
  UNREADABLE("cannot be read"),
  /** Another block has addresses of it. */
  OVERLAPS("overlaps another block"),
  /** Addresses of it are held, and nobody owns it. */
  ORPHANED("in use, and nobody owns it"),
  /** Its owner is a node that does not exist. */
  OWNER_GONE("its owner does not exist"),
  /** An affinity of another than its owner says that it is confirmed. */
  CONTESTED("another claims it"),
  /** Several pools contain it. */
  SEVERAL_POOLS("in several pools"),
  /** No pool contains it. */
  NO_POOL("in no pool"),
  /** There is no block, only affinities for one. */
  CLAIM_ONLY("claimed, and there is no block"),
  /** Nobody owns it, and nothing of it is held. */
  VACANT("empty, and nobody owns it");

  private final String words;

  Trouble(String words) {
    this.words = words;
  }

  /** What is so of the block, to stand behind its CIDR. */
  public String words() {
    return words;
  }
}
