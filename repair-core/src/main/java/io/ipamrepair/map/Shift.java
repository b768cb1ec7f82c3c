package io.ipamrepair.map;

/** What differs of a block between the two states, the weightiest first. */
public enum Shift {
  /** It comes into being. */
  CREATED("created"),
  /** It goes. */
  DELETED("deleted"),
  /** Another owns it, or nobody any more. */
  OWNER("owner"),
  /** Another pool governs it: the first by name that contains it. */
  POOL("pool"),
  /** Other addresses of it are held. */
  ADDRESSES("addresses"),
  /** Other affinities claim it, or the same in another state. */
  CLAIMS("affinities"),
  /** It is written, and none of the above differs. */
  REWRITTEN("rewritten");

  private final String word;

  Shift(String word) {
    this.word = word;
  }

  /** What differs, in a word. */
  public String word() {
    return word;
  }
}
