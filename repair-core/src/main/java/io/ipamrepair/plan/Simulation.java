package io.ipamrepair.plan;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The state as steps leave it. */
public final class Simulation {
  private Simulation() {}

  /**
   * The state before a plan, as far as the plan itself holds it: the keys that its steps write,
   * those that must be as they are, and those on which it was judged. Of nothing else can be said
   * that it is not there.
   */
  public static IpamState before(Plan plan) {
    Map<Bytes, Optional<Bytes>> images = new LinkedHashMap<>();
    for (Step step : plan.steps()) {
      // A later step finds what an earlier one leaves, so the first that speaks of a key counts.
      step.writes().forEach(write -> images.putIfAbsent(write.key(), write.before()));
      step.requires().forEach(requirement -> image(requirement, images));
    }
    plan.context()
        .ifPresent(
            context ->
                context
                    .keys()
                    .forEach((key, value) -> images.putIfAbsent(key, Optional.of(value))));
    IpamState.Builder state = new IpamState.Builder(new KeyLayout());
    images.forEach(
        (key, image) ->
            image.ifPresent(
                bytes ->
                    state.add(
                        new KeyValue(
                            key, bytes, plan.cluster().revision(), plan.cluster().revision(), 1))));
    return state.build(plan.cluster().revision());
  }

  private static void image(Requirement requirement, Map<Bytes, Optional<Bytes>> images) {
    if (requirement instanceof Requirement.KeyIs is) {
      images.putIfAbsent(is.key(), Optional.of(is.value()));
    } else if (requirement instanceof Requirement.KeyAbsent absent) {
      images.putIfAbsent(absent.key(), Optional.empty());
    }
  }

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
