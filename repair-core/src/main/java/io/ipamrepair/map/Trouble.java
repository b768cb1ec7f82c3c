package io.ipamrepair.map;

/**
 * What a glance at the map should catch of a block in one state, the weightiest first. The rules
 * say what is wrong; this only says what a block looks like.
 */
public enum Trouble {
  /** Its value cannot be read. */
  UNREADABLE("unreadable", "cannot be read"),
  /** Another block has addresses of it. */
  OVERLAPS("overlapping", "overlaps another block"),
  /** Addresses of it are held, and nobody owns it. */
  ORPHANED("orphaned", "in use, and nobody owns it"),
  /** Its owner is a node that does not exist. */
  OWNER_GONE("of a node that is gone", "its owner does not exist"),
  /** An affinity of another than its owner says that it is confirmed. */
  CONTESTED("contested", "another claims it"),
  /** Several pools contain it. */
  SEVERAL_POOLS("in several pools", "in several pools"),
  /** No pool contains it. */
  NO_POOL("in no pool", "in no pool"),
  /** There is no block, only affinities for one. */
  CLAIM_ONLY("claimed without a block", "claimed, and there is no block"),
  /** Nobody owns it, and nothing of it is held. */
  VACANT("vacant", "empty, and nobody owns it");

  private final String word;
  private final String words;

  Trouble(String word, String words) {
    this.word = word;
    this.words = words;
  }

  /** What the block is, to stand behind "is". */
  public String word() {
    return word;
  }

  /** What is so of the block, to stand behind its CIDR. */
  public String words() {
    return words;
  }
}
