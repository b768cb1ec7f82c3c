package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.etcd.EtcdIdentity;
import java.time.Duration;

/**
 * A state as it was read from a live etcd.
 *
 * @param state the state
 * @param identity whose it is
 * @param took how long reading took
 */
record LiveState(IpamState state, EtcdIdentity identity, Duration took) {
  /** etcd's cluster ID in hexadecimal. */
  String clusterId() {
    return Long.toHexString(identity.clusterId());
  }
}
