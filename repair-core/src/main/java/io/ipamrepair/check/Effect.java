package io.ipamrepair.check;

import java.util.Optional;

/**
 * What a state does to traffic, and how urgent that makes it.
 *
 * @param text one or more sentences
 * @param urgency how urgent the state is, as far as it decides that; else the rule does
 */
record Effect(String text, Optional<Urgency> urgency) {
  /** It hurts at this moment, or the next pod that starts does damage. */
  static Effect now(String text) {
    return new Effect(text, Optional.of(Urgency.NOW));
  }

  /** An ordinary event can make it hurt. */
  static Effect today(String text) {
    return new Effect(text, Optional.of(Urgency.TODAY));
  }

  /** It harms nobody. */
  static Effect anyTime(String text) {
    return new Effect(text, Optional.of(Urgency.ANY_TIME));
  }

  /** The rule that is broken says how urgent it is. */
  static Effect asTheRuleSays(String text) {
    return new Effect(text, Optional.empty());
  }

  /** It hurts now where {@code hurts} is so, and harms nobody where it is not. */
  static Effect nowIf(boolean hurts, String text) {
    return hurts ? now(text) : anyTime(text);
  }

  /** The same effect, said as {@code text}. */
  Effect saidAs(String text) {
    return new Effect(text, urgency);
  }

  /** The same words, with {@code judged} in place of the urgency. */
  Effect judged(Urgency judged) {
    return new Effect(text, Optional.of(judged));
  }
}
