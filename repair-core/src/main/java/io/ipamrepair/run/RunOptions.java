package io.ipamrepair.run;

import io.ipamrepair.carry.Carrying;

/**
 * How the operator wants a run to behave.
 *
 * @param quiet how long blocks must rest before a pool goes
 * @param carrying how much of what others changed since is carried over
 * @param lockDatastore whether Calico's lock on the datastore is held meanwhile
 */
public record RunOptions(QuietTime quiet, Carrying.Manner carrying, boolean lockDatastore) {
  /** Without Calico's lock. */
  public RunOptions(QuietTime quiet, Carrying.Manner carrying) {
    this(quiet, carrying, false);
  }

  /** What stands for options that are not given. */
  public static RunOptions standard() {
    return new RunOptions(QuietTime.standard(), Carrying.Manner.KNOWN);
  }
}
