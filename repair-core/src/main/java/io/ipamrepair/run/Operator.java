package io.ipamrepair.run;

/** The person at the terminal, or the option that stands in for one. */
public interface Operator {
  /** Who it is, {@code user@host}. */
  String name();

  /**
   * Whether the operator wants to stop, by a signal: a step in flight is settled all the same, and
   * no further one begins.
   */
  boolean wantsToStop();

  /** Tells a line of progress. */
  void tell(String line);

  /**
   * Asks before the first write.
   *
   * @param question what is about to happen
   * @param answer what a person must type to go on
   * @return whether to go on
   */
  boolean confirms(String question, String answer);
}
