package io.ipamrepair.plan;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.Step;
import java.util.LinkedHashMap;
import java.util.List;
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
    return after(before, plan.steps());
  }

  /** The state after steps, one after the other. */
  static IpamState after(IpamState before, List<Step> steps) {
    IpamState now = before;
    for (Step step : steps) {
      now = after(now, step);
    }
    return now;
  }

  /**
   * When {@code key} came into being, last time; 0 when it is absent in {@code now}, or a step
   * between {@code atFirst} and {@code now} created it.
   */
  public static long createRevision(IpamState atFirst, IpamState now, Bytes key) {
    long created = now.at(key).map(Stored::createRevision).orElse(0L);
    return atFirst.at(key).filter(stored -> stored.createRevision() == created).isPresent()
        ? created
        : 0;
  }
}
