package io.ipamrepair.repair;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Change;

/** A repair command with its arguments. */
public interface Repair {
  /** The command's name: {@code remove-pool}. */
  String name();

  /**
   * Judges {@code state} and says what to change.
   *
   * @throws RefusedException when the change would do harm, is impossible, or there is nothing to
   *     do
   */
  Change judge(IpamState state) throws RefusedException;

  /**
   * What must be known whole to judge {@code state} and to plan the change: what the change writes.
   * A state of which healthy workloads are let go is read once more with it, and asked again.
   */
  default Focus focus(IpamState state) {
    try {
      return Focus.keys(state.layout(), judge(state).keys());
    } catch (RefusedException refused) {
      return Focus.NOTHING;
    }
  }

  /**
   * What the judgement rests on besides what the change writes and requires: what it looked at and
   * left, what it counted. A plan carries it, so that others can judge again.
   */
  default Focus evidence(IpamState state) {
    return Focus.NOTHING;
  }
}
