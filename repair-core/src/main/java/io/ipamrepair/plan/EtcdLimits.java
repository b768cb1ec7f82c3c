package io.ipamrepair.plan;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one transaction may hold. etcd's limits can be configured lower or higher on a server and
 * cannot be asked for.
 *
 * @param operations compares, and writes, in one transaction: {@code --max-txn-ops}
 * @param bytes the size of one request: {@code --max-request-bytes}
 */
public record EtcdLimits(int operations, int bytes) {
  /**
   * Compares that every step has besides its own: the run record by revision and value, the
   * operator lock, the policy on approvals, and the trial's.
   */
  static final int RESERVED_COMPARES = 5;

  /** Writes that every step has besides its own: the run record. */
  static final int RESERVED_WRITES = 1;

  /** Room for the run record and for what surrounds each operation on the wire. */
  private static final int RESERVED_BYTES = 8 * 1024;

  private static final int BYTES_PER_OPERATION = 24;

  /** For a plan that was applied: it was within the limits then, which may have been raised. */
  public static EtcdLimits unlimited() {
    return new EtcdLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** etcd's defaults. */
  public static EtcdLimits standard() {
    return new EtcdLimits(128, 1536 * 1024);
  }

  /** Compares that hold a step's requirements, each counted once. */
  private static int guards(Step step) {
    Set<Object> guards = new HashSet<>();
    int more = 0;
    for (Requirement requirement : step.requires()) {
      if (requirement instanceof Requirement.AddressUnused unused) {
        // The IPv4 and IPv6 address of a pod are held by one range.
        guards.add(List.of(unused.namespace(), unused.node(), unused.pod()));
      } else if (requirement instanceof Requirement.NoOtherBlocks blocks) {
        more += new KeyLayout().blocksAround(blocks.network()).size();
      } else {
        guards.add(requirement);
      }
    }
    return guards.size() + more;
  }

  /** What makes {@code step} too large, one line each; empty when it fits. */
  public List<String> exceededBy(Step step) {
    List<String> exceeded = new ArrayList<>();
    int compares = step.writes().size() + guards(step) + RESERVED_COMPARES;
    int writes = step.writes().size() + RESERVED_WRITES;
    if (compares > operations) {
      exceeded.add(compares + " compares, more than the " + operations + " of --max-txn-ops");
    }
    if (writes > operations) {
      exceeded.add(writes + " writes, more than the " + operations + " of --max-txn-ops");
    }
    long size = RESERVED_BYTES;
    for (PlannedWrite write : step.writes()) {
      size +=
          2L * write.key().length()
              + write.after().map(after -> after.length()).orElse(0)
              + 2 * BYTES_PER_OPERATION;
    }
    // A guard names one key, or a range by its two ends.
    size += step.requires().size() * 1024L;
    if (size > bytes) {
      exceeded.add("about " + size + " bytes, more than the " + bytes + " of --max-request-bytes");
    }
    return exceeded;
  }
}
