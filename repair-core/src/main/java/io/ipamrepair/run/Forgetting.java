package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Deletes the record of a run that is long over. A step in a queue somewhere compares its run's
 * record, so a record must outlive every deadline: a day is longer than any.
 */
public final class Forgetting {
  private static final Duration LEAST_AGE = Duration.ofDays(1);

  private Forgetting() {}

  /**
   * Deletes the record of {@code run}.
   *
   * @return why it was not deleted; nothing when it is gone
   * @throws JournalException when its journal, which says when it ended, cannot be used
   */
  public static Optional<String> forget(Etcd etcd, Journal journal, Clock clock, String run)
      throws EtcdException, JournalException {
    RunHistory history = journal.read(run);
    List<Entry> entries = history.entries();
    Optional<Entry> last =
        entries.isEmpty() ? Optional.empty() : Optional.of(entries.get(entries.size() - 1));
    if (last.filter(entry -> entry.kind() == EntryKind.CLOSE).isEmpty()) {
      return Optional.of("run " + run + " has not ended: ipam-repair recover " + run);
    }
    if (last.get().at().isAfter(clock.instant().minus(LEAST_AGE))) {
      return Optional.of(
          "run "
              + run
              + " ended at "
              + last.get().at()
              + ", less than a day ago: a step of it may still lie in a queue");
    }
    try {
      Optional<HeldRecord> held = HeldRecord.find(etcd, run);
      if (held.isEmpty()) {
        return Optional.empty();
      }
      if (held.get().record().state() != RunRecord.State.CLOSED) {
        return Optional.of("its record in etcd is not closed: ipam-repair recover " + run);
      }
      // A compare that is lost was lost by a repetition: the first one deleted it.
      etcd.answered(
          new Transaction(
              held.get().compares(), List.of(new Operation.Delete(held.get().key())), List.of()));
      return Optional.empty();
    } catch (TakenOverException foreign) {
      return Optional.of(foreign.getMessage());
    }
  }
}
