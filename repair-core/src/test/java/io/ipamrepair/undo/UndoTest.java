package io.ipamrepair.undo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.carry.Carrying;
import io.ipamrepair.change.Edit;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.PlanRefusedException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollbacks of a run that freed leaked addresses, on a state that others changed since. */
class UndoTest {
  private final KeyLayout layout = new KeyLayout();
  private IpamState before;
  private Plan plan;
  private IpamState after;
  private Cidr block;
  private int ordinal;
  private String handle;

  /** A healthy cluster whose endpoints are gone: each address is leaked, and freed. */
  @BeforeEach
  void freeEverything() throws Exception {
    IpamState.Builder builder = new IpamState.Builder(layout);
    new Golden("v3.32.1", "healthy-v4")
        .keyValues().stream()
            .filter(each -> !each.key().display().contains("/workloadendpoints/"))
            .forEach(builder::add);
    before = builder.build(100);
    plan = Repairs.plan(before, "release-orphan-blocks", "--all", "--free-leaked");
    after = Simulation.after(before, plan);
    for (PlannedWrite write : plan.steps().get(0).writes()) {
      for (Edit edit : write.edits()) {
        if (edit instanceof Edit.FreeOrdinals free
            && layout.classify(write.key()) instanceof CalicoKey.BlockKey at) {
          block = at.cidr();
          ordinal = free.handles().firstKey();
          handle = free.handles().get(ordinal);
        }
      }
    }
  }

  private Plan undo(IpamState now, boolean withoutConflicts, RecordedRun... others)
      throws UndoConflictException, PlanRefusedException {
    return new Undo(
            Repairs.applied(plan),
            now,
            List.of(others),
            new Undo.Choice(Carrying.Manner.KNOWN, withoutConflicts))
        .plan(new Planner(now, EtcdLimits.standard()), Repairs.circumstances("rollback", "r-1"));
  }

  private static Optional<String> holder(IpamState state, Cidr block, int ordinal) {
    return Optional.ofNullable(state.blocks().get(block))
        .flatMap(Stored::value)
        .flatMap(value -> value.attribute(ordinal))
        .flatMap(Attribute::handle);
  }

  private long count(IpamState state) {
    Optional<Handle> found =
        Optional.ofNullable(state.handles().get(handle)).flatMap(Stored::value);
    return found.map(each -> each.counts().values().stream().mapToLong(n -> n).sum()).orElse(0L);
  }

  private Bytes value(IpamState state, Bytes key) {
    return state.at(key).flatMap(Stored::bytes).orElseThrow();
  }

  /** A state in which {@code key} has {@code value}. */
  private IpamState with(IpamState state, Bytes key, String value) {
    return state.with(Map.of(key, Optional.of(Bytes.utf8(value))));
  }

  /** Somebody has got the ordinal since. */
  private IpamState taken() {
    Bytes key = layout.key(block);
    String free = value(after, key).display();
    int place = ordinal;
    String given =
        free.replaceFirst(
                "(\"allocations\":\\[(?:[^,\\]]+,){" + place + "})null", "$1" + attributes(free))
            .replaceFirst("\"attributes\":\\[\\]", "\"attributes\":[{\"handle_id\":\"other\"}]")
            .replaceFirst("(\"unallocated\":\\[.*?)\\b" + place + "\\b,?", "$1")
            .replaceFirst(
                "(\"attributes\":\\[\\{.*\\}\\}?)\\],\"seq", "$1,{\"handle_id\":\"other\"}],\"seq")
            .replaceFirst("(\"sequenceNumber\":[0-9]+)([0-8])", "$19");
    assertThat(given).isNotEqualTo(free);
    return with(
        with(after, key, given),
        layout.handleKey("other"),
        "{\"block\":{\"" + block + "\":1},\"deleted\":false}");
  }

  private static int attributes(String block) {
    return block.contains("\"attributes\":[]") ? 0 : block.split("\"handle_id\"", -1).length - 1;
  }

  @Test
  void aHandleGetsBackOnTopOfWhatItHasGotSince() throws Exception {
    assertThat(count(before)).isEqualTo(1);
    assertThat(count(after)).isZero();
    // The same handle has an address in another block by now.
    Cidr elsewhere =
        before.blocks().keySet().stream().filter(each -> !each.equals(block)).findFirst().get();
    IpamState now =
        with(
            after,
            layout.handleKey(handle),
            "{\"block\":{\"" + elsewhere + "\":4},\"deleted\":false}");
    Plan undo;
    try {
      undo = undo(now, false);
    } catch (PlanRefusedException refused) {
      throw new AssertionError(refused.reasons().toString(), refused);
    }
    assertThat(count(Simulation.after(now, undo))).as("4 and the one given back").isEqualTo(5);
    assertThat(holder(Simulation.after(now, undo), block, ordinal)).contains(handle);
  }

  @Test
  void anAddressThatSomebodyHasGotSinceIsAConflictWithItsHandleAndTheRestCanBeUndone()
      throws Exception {
    IpamState now = taken();
    assertThat(holder(now, block, ordinal)).contains("other");
    UndoConflictException conflict =
        catchThrowableOfType(UndoConflictException.class, () -> undo(now, false));
    assertThat(conflict.conflicts())
        .anyMatch(line -> line.startsWith("block:" + block + " was changed since run r-1"))
        .anyMatch(line -> line.startsWith("handle:" + handle + " goes with what was changed"))
        .anyMatch(line -> line.contains("--without-conflicts"));
    Plan rest = undo(now, true);
    IpamState then = Simulation.after(now, rest);
    assertThat(holder(then, block, ordinal)).as("who has it now").contains("other");
    assertThat(count(then)).as("of the handle that did not get it back").isZero();
    for (Cidr each : before.blocks().keySet()) {
      for (int held : before.blocks().get(each).value().orElseThrow().held()) {
        if (!each.equals(block) || held != ordinal) {
          assertThat(holder(then, each, held))
              .as("ordinal %d of %s", held, each)
              .isEqualTo(holder(before, each, held));
        }
      }
    }
    assertThat(rest.left()).anyMatch(line -> line.startsWith("not undone: block:" + block));
  }

  @Test
  void theRunThatWroteTheKeySinceIsNamed() {
    RecordedRun first = Repairs.applied(plan);
    RecordedRun later =
        new RecordedRun(
            "r-9",
            plan,
            first.digest(),
            first.operator(),
            first.started().plusSeconds(60),
            first.steps(),
            first.status());
    UndoConflictException conflict =
        catchThrowableOfType(UndoConflictException.class, () -> undo(taken(), false, later));
    assertThat(conflict.conflicts())
        .anyMatch(line -> line.contains("run r-9 wrote it since: ipam-repair rollback r-9 first"));
  }

  @Test
  void aBlockOfAnotherSizeOverOneThatComesBackStopsTheRollback() throws Exception {
    // A plan that deletes a block, and afterwards a smaller one in its place.
    IpamState orphaned = new Golden("v3.32.1", "crash-S8-host-gone").state();
    plan = Repairs.plan(orphaned, "release-orphan-blocks", "--all");
    Cidr gone =
        plan.steps().stream()
            .flatMap(step -> step.writes().stream())
            .filter(write -> write.after().isEmpty())
            .map(write -> layout.classify(write.key()))
            .filter(CalicoKey.BlockKey.class::isInstance)
            .map(at -> ((CalicoKey.BlockKey) at).cidr())
            .findFirst()
            .orElseThrow();
    Cidr smaller = new Cidr(gone.base(), gone.prefixLength() + 1);
    IpamState now = Simulation.after(orphaned, plan);
    String old = value(orphaned, layout.key(gone)).display();
    StringBuilder free = new StringBuilder();
    StringBuilder nulls = new StringBuilder();
    for (int i = 0; i < smaller.ordinals(); i++) {
      free.append(i == 0 ? "" : ",").append(i);
      nulls.append(i == 0 ? "" : ",").append("null");
    }
    IpamState overlapped =
        with(
            now,
            layout.key(smaller),
            old.replaceFirst("\"cidr\":\"[^\"]*\"", "\"cidr\":\"" + smaller + "\"")
                .replaceFirst("\"allocations\":\\[[^\\]]*\\]", "\"allocations\":[" + nulls + "]")
                .replaceFirst("\"unallocated\":\\[[^\\]]*\\]", "\"unallocated\":[" + free + "]"));
    assertThat(catchThrowableOfType(Exception.class, () -> undo(overlapped, false)))
        .isInstanceOfAny(PlanRefusedException.class, UndoConflictException.class);
  }
}
