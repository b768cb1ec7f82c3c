package io.ipamrepair.check;

/** Whether a finding can wait until morning; the least urgent first. */
public enum Urgency {
  /** Wear, leftovers, and what harms nobody while it stays. */
  ANY_TIME(
      "any-time",
      "any time",
      "It can wait for the next maintenance: nothing fails, and nothing ordinary makes it fail."),
  /** One ordinary event away from damage. */
  TODAY(
      "today",
      "today",
      "It can wait until morning, not longer: nothing fails yet, but a claim, a deletion or a"
          + " restart can make it fail."),
  /** Damage that happens, or that the next pod brings. */
  NOW(
      "now",
      "now",
      "It cannot wait until morning: connections fail, pods cannot start, or the next pod that"
          + " starts does damage.");

  private final String text;
  private final String words;
  private final String meaning;

  Urgency(String text, String words, String meaning) {
    this.text = text;
    this.words = words;
    this.meaning = meaning;
  }

  /** The word for programs: {@code any-time}, {@code today} or {@code now}. */
  public String text() {
    return text;
  }

  /** The words for people: {@code any time}, {@code today} or {@code now}. */
  public String words() {
    return words;
  }

  /** What it means, and whether it can wait until morning, in one sentence. */
  public String meaning() {
    return meaning;
  }
}
