package io.ipamrepair.run;

import io.ipamrepair.carry.Carrying;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import java.time.Clock;

/**
 * What a run works with, and under.
 *
 * @param run its ID
 * @param token a random number of this process
 */
record Terms(Workplace place, RunOptions options, Licence licence, String run, String token) {
  Etcd etcd() {
    return place.etcd();
  }

  Operator operator() {
    return place.operator();
  }

  Clock clock() {
    return place.clock();
  }

  /** How plans are carried over: as the operator wants it, or as the policy does. */
  Carrying carrying() {
    return new Carrying(licence.ruling().exactOnly() ? Carrying.Manner.EXACT : options.carrying());
  }

  /** The key of the run's record. */
  Bytes recordKey() {
    return RunKeys.record(run);
  }
}
