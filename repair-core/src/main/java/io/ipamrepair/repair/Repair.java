package io.ipamrepair.repair;

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
}
