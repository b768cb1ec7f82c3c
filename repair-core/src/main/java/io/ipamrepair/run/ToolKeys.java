package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the tool's own keys in etcd say of the moment: who looks at the data now sees them in the
 * midst of somebody's work.
 *
 * @param lock who holds the operator lock; nothing when nobody does
 * @param unclosed the runs that did not end, by ID
 */
public record ToolKeys(Optional<LockHolder> lock, List<UnclosedRun> unclosed) {
  public ToolKeys {
    unclosed = List.copyOf(unclosed);
  }

  /** A run whose record does not say that it ended. */
  public sealed interface UnclosedRun {
    /** The run's ID, as its key says. */
    String run();

    /**
     * It is at work, or died.
     *
     * @param holder who holds it, {@code user@host}
     * @param done how many of its steps are in etcd
     * @param steps how many steps it has
     * @param givenUp whether its next step can never commit any more
     */
    record Begun(String run, String holder, int done, int steps, boolean givenUp)
        implements UnclosedRun {}

    /** Its record is none that this release knows. */
    record Unreadable(String run) implements UnclosedRun {}
  }

  /**
   * Reads them, all at one revision.
   *
   * @return nothing when the user may not read them
   * @throws EtcdException when etcd cannot be read
   */
  public static Optional<ToolKeys> read(Etcd etcd) throws EtcdException {
    try {
      List<KeyValue> found =
          etcd.<List<KeyValue>>read(
                  List.of(KeyRange.of(RunKeys.LOCK), RunKeys.records()), ArrayList::new, List::add)
              .value();
      return Optional.of(of(found));
    } catch (EtcdException failed) {
      if (failed.failure().kind() == EtcdFailure.Kind.PERMISSION) {
        return Optional.empty();
      }
      throw failed;
    }
  }

  private static ToolKeys of(List<KeyValue> found) {
    Optional<LockHolder> lock = Optional.empty();
    List<UnclosedRun> unclosed = new ArrayList<>();
    for (KeyValue each : found) {
      if (each.key().equals(RunKeys.LOCK)) {
        lock = Optional.of(LockHolder.of(each));
      } else {
        String run = RunKeys.runOf(each.key());
        Optional<RunRecord> record = RunRecord.decode(each.value());
        if (record.isEmpty()) {
          unclosed.add(new UnclosedRun.Unreadable(run));
        } else if (record.get().state() != RunRecord.State.CLOSED) {
          unclosed.add(begun(run, record.get()));
        }
      }
    }
    return new ToolKeys(lock, unclosed);
  }

  private static UnclosedRun begun(String run, RunRecord record) {
    return new UnclosedRun.Begun(
        run,
        record.holder(),
        record.done(),
        record.steps(),
        record.state() == RunRecord.State.GIVEN_UP);
  }
}
