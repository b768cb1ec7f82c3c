package io.ipamrepair.show;

/** What contradicts itself about an address. */
public enum Conflict {
  /** An endpoint or a tunnel has it, and no block holds it: it will be handed out again. */
  USED_BUT_FREE("used-but-free", "used, but no block holds it"),
  /** Several endpoints or nodes have it, and no migration explains it. */
  USED_TWICE("used-twice", "used twice"),
  /** Several blocks hold it. */
  HELD_TWICE("held-twice", "held by several blocks"),
  /** It is held and in the free list at the same time: it will be handed out again. */
  OFFERED("offered", "held, and yet in the block's free list"),
  /** Who uses it is not who holds it. */
  HELD_FOR_ANOTHER("held-for-another", "held for another than its user"),
  /** It is held, and nothing uses it. */
  UNUSED("unused", "held, but nothing uses it");

  private final String word;
  private final String sentence;

  Conflict(String word, String sentence) {
    this.word = word;
    this.sentence = sentence;
  }

  /** The word in JSON output. */
  public String word() {
    return word;
  }

  /** What it means, to stand behind "it is". */
  public String sentence() {
    return sentence;
  }
}
