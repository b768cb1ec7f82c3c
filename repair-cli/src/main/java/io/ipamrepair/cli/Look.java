package io.ipamrepair.cli;

import io.ipamrepair.check.Finding;
import io.ipamrepair.run.ToolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One look at a live etcd, all of Calico's data at one revision.
 *
 * @param live the state, and whose it is
 * @param toolKeys what the tool's own keys say, read right after; nothing where the user may not
 *     read them
 * @param findings what every rule says of the state, the worst first
 * @param took how long reading and judging took
 */
record Look(LiveState live, Optional<ToolKeys> toolKeys, List<Finding> findings, Duration took) {
  Look {
    findings = List.copyOf(findings);
  }

  /** The revision that was read. */
  long revision() {
    return live.state().revision();
  }
}
