package io.ipamrepair.plan;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.util.HashSet;
import java.util.Set;

/** The part of a state that a plan carries: its context, and the before-images of its steps. */
final class SmallState {
  private SmallState() {}

  /** The state out of {@code context}, and of what the steps of {@code plan} find first. */
  static IpamState of(Plan plan, Plan.Context context) {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    context.keys().forEach((key, value) -> builder.add(new KeyValue(key, value, 0, 0, 0)));
    context.othersOf().forEach(builder::othersOf);
    Set<Bytes> seen = new HashSet<>();
    for (Step step : plan.steps()) {
      for (PlannedWrite write : step.writes()) {
        if (seen.add(write.key())) {
          write
              .before()
              .ifPresent(
                  value ->
                      builder.add(new KeyValue(write.key(), value, write.createRevision(), 0, 0)));
        }
      }
    }
    return builder.build(plan.cluster().revision());
  }
}
