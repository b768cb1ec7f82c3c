package io.ipamrepair.bench;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.time.Instant;

/**
 * A running pod: what its block, its handle and its endpoint say of it.
 *
 * @param deployment whose pod it is
 * @param name its name
 * @param node where it runs
 * @param containerId of its sandbox, 64 hexadecimal digits
 * @param block the block that holds its address
 * @param address its address
 * @param assigned when the address was assigned, to the nanosecond
 */
record Pod(
    Deployment deployment,
    String name,
    String node,
    String containerId,
    Cidr block,
    IpAddress address,
    Instant assigned) {
  /** The handle that holds its address. */
  String handle() {
    return "k8s-pod-network." + containerId;
  }
}
