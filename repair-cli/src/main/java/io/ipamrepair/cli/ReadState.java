package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.source.Origin;
import java.time.Duration;

/**
 * A state as it was read.
 *
 * @param state the state
 * @param origin where it comes from
 * @param took how long reading took
 */
record ReadState(IpamState state, Origin origin, Duration took) {}
