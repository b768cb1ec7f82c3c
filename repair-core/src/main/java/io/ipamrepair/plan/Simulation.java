package io.ipamrepair.plan;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.Step;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The state as steps leave it. */
public final class Simulation {
  private Simulation() {}

  /** The state after one step. */
  public static IpamState after(IpamState before, Step step) {
    Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();
    step.writes().forEach(write -> writes.put(write.key(), write.after()));
    return before.with(writes);
  }

  /** The state after all steps of a plan. */
  public static IpamState after(IpamState before, Plan plan) {
    IpamState now = before;
    for (Step step : plan.steps()) {
      now = after(now, step);
    }
    return now;
  }
}
