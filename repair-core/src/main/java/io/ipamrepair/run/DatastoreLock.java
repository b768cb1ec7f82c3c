package io.ipamrepair.run;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.DatastoreReady;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * Calico's own lock, {@code datastoreReady: false} in the cluster information, as {@code calicoctl
 * datastore migrate lock} sets it. It is advisory: the CNI plugin starts and ends no pod, garbage
 * collection rests, and every Felix exits and waits; the allocator of tunnel addresses and
 * calicoctl do not heed it (reference, section 7.7). So everything is compared all the same, and it
 * is held for as short as can be.
 *
 * <p>The danger is one that stays behind: from then on no pod starts anywhere (crash state S19). So
 * whose it is must be known for certain after any end of this process. The transaction that sets it
 * rewrites the run's record too, which from then on carries the revision at which that was. It is
 * the run's own as long as the record says so <em>and</em> the cluster information was last written
 * at that revision: nobody else's lock can look like that, even with the same bytes. The
 * transaction that takes it back says so in the record as well.
 */
final class DatastoreLock {
  /** The command by which an operator takes it away. */
  static final String UNLOCK = "calicoctl datastore migrate unlock";

  private static final Bytes KEY = new KeyLayout().clusterInformationKey();

  private final Etcd etcd;

  DatastoreLock(Etcd etcd) {
    this.etcd = etcd;
  }

  /** What can be done about the flag as it is. */
  sealed interface Found {
    /** It can be set. */
    record Open(KeyValue information, Bytes locked) implements Found {}

    /** Somebody set it before: it is never touched. */
    record LockedAlready() implements Found {}

    /** It cannot be set; why, and what to do. */
    record Unusable(String why) implements Found {}
  }

  /** Looks at the flag. */
  Found look() throws EtcdException {
    List<KeyValue> found = etcd.get(List.of(KEY)).value();
    if (found.isEmpty()) {
      return new Found.Unusable(
          "--lock-datastore: the cluster has no cluster information in which it could be set");
    }
    Bytes value = found.get(0).value();
    Optional<Boolean> ready = DatastoreReady.in(value);
    if (ready.isEmpty()) {
      return new Found.Unusable(
          "--lock-datastore: the cluster information has no readable datastoreReady (rule C3); set it first: "
              + UNLOCK);
    } else if (!ready.get()) {
      return new Found.LockedAlready();
    }
    return DatastoreReady.set(value, false)
        .<Found>map(locked -> new Found.Open(found.get(0), locked))
        .orElseGet(
            () ->
                new Found.Unusable(
                    "--lock-datastore: the cluster information was written by hand, in a form that could not"
                        + " be put back byte for byte; have Calico write it first: "
                        + UNLOCK));
  }

  /** What became of an attempt to set it. */
  sealed interface Set {
    /** It is set, and the record says so. */
    record Locked(HeldRecord record) implements Set {}

    /** Nothing was written: something moved. */
    record Not(String why) implements Set {}

    /** Nothing was written: etcd refuses it. */
    record Refused(EtcdFailure failure) implements Set {}

    /** etcd stayed away: only {@code recover} tells whether it is set. */
    record Unknown(EtcdFailure failure) implements Set {}

    /** The record is somebody else's: this process writes nothing more. */
    record TakenOver() implements Set {}
  }

  /**
   * The trial: with the permissions judged by etcd, and a compare that never holds, so that it may
   * be repeated. What speaks against setting it; nothing when it can be set.
   */
  Optional<EtcdFailure> trial(Found.Open open, Bytes recordKey, RunRecord record) {
    CommitOutcome outcome =
        etcd.commitUntilAnswered(
            new Transaction(
                List.of(new Compare.Never(recordKey)),
                List.of(
                    new Operation.Put(KEY, open.locked()),
                    new Operation.Put(recordKey, record.lockingDatastore().encode())),
                List.of()));
    if (outcome instanceof CommitOutcome.NotApplied refused) {
      return Optional.of(refused.failure());
    }
    return outcome instanceof CommitOutcome.Unknown unanswered
        ? Optional.of(unanswered.failure())
        : Optional.empty();
  }

  /** Sets it, in a transaction of its own. */
  Set set(Found.Open open, HeldRecord record, OperatorLock lock) {
    RunRecord next = record.next().lockingDatastore();
    List<Compare> when = new ArrayList<>(record.compares());
    when.addAll(lock.compares());
    when.add(new Compare.ModRevisionIs(KEY, open.information().modRevision()));
    CommitOutcome outcome =
        etcd.commitUntilAnswered(
            new Transaction(
                when,
                List.of(
                    new Operation.Put(KEY, open.locked()),
                    new Operation.Put(record.key(), next.encode())),
                List.of(new Operation.Get(record.key()), OperatorLock.read())));
    if (outcome instanceof CommitOutcome.Applied applied) {
      return new Set.Locked(new HeldRecord(record.key(), next, applied.revision()));
    } else if (outcome instanceof CommitOutcome.NotApplied refused) {
      return new Set.Refused(refused.failure());
    } else if (outcome instanceof CommitOutcome.Unknown unanswered) {
      return new Set.Unknown(unanswered.failure());
    }
    List<KeyValue> read = ((CommitOutcome.ConditionFailed) outcome).read();
    Optional<KeyValue> now = of(record.key(), read);
    if (now.filter(found -> found.value().equals(next.encode())).isPresent()) {
      // An answer was lost, and this was the repetition.
      return new Set.Locked(new HeldRecord(record.key(), next, now.get().modRevision()));
    } else if (!(RecordFate.of(record, read) instanceof RecordFate.Ours)) {
      return new Set.TakenOver();
    }
    return new Set.Not(
        lock.lost(read).orElse("somebody else wrote the cluster information just now"));
  }

  private static Optional<KeyValue> of(Bytes key, List<KeyValue> read) {
    return read.stream().filter(found -> found.key().equals(key)).findFirst();
  }

  /** What became of the flag that a run had set. Each case says what is now true of it. */
  sealed interface Back {
    /** What is to be said of it; nothing where there is nothing to say. */
    Optional<String> words();

    /** The run had set none. */
    record None(HeldRecord record) implements Back {
      @Override
      public Optional<String> words() {
        return Optional.empty();
      }
    }

    /** It is true again, with the very bytes that it had. */
    record PutBack(HeldRecord record) implements Back {
      @Override
      public Optional<String> words() {
        return Optional.of("datastoreReady is true again, as before this run");
      }
    }

    /** Somebody wrote the cluster information since: it is left as they made it. */
    record Left(HeldRecord record) implements Back {
      @Override
      public Optional<String> words() {
        return Optional.of(
            "somebody wrote the cluster information since this run set datastoreReady: it is left as it is."
                + " To unlock: "
                + UNLOCK);
      }
    }

    /** The record is somebody else's: this process writes nothing more. */
    record TakenOver() implements Back {
      @Override
      public Optional<String> words() {
        return Optional.of("the run was taken over: whoever did it puts datastoreReady back");
      }
    }
  }

  /** The record after putting back, as far as it is still ours. */
  static Optional<HeldRecord> record(Back back) {
    if (back instanceof Back.None none) {
      return Optional.of(none.record());
    } else if (back instanceof Back.PutBack put) {
      return Optional.of(put.record());
    }
    return back instanceof Back.Left left ? Optional.of(left.record()) : Optional.empty();
  }

  /**
   * Puts it back if it is this run's own still, and says so in the record.
   *
   * @throws EtcdException when etcd stays away; {@code recover} puts it back later
   */
  Back putBack(HeldRecord record) throws EtcdException {
    OptionalLong since = record.next().lockedDatastore();
    if (since.isEmpty()) {
      return new Back.None(record);
    }
    RunRecord next = record.next().withoutDatastoreLock();
    List<KeyValue> found = etcd.get(List.of(KEY)).value();
    Optional<Bytes> open =
        found.stream()
            .filter(information -> information.modRevision() == since.getAsLong())
            .map(KeyValue::value)
            .findFirst()
            .flatMap(value -> DatastoreReady.set(value, true));
    List<Compare> when = new ArrayList<>(record.compares());
    List<Operation> then = new ArrayList<>(List.of(new Operation.Put(record.key(), next.encode())));
    if (open.isPresent()) {
      when.add(new Compare.ModRevisionIs(KEY, since.getAsLong()));
      then.add(new Operation.Put(KEY, open.get()));
    }
    CommitOutcome.Answered outcome =
        etcd.answered(new Transaction(when, then, List.of(new Operation.Get(record.key()))));
    LongFunction<Back> written =
        revision -> {
          HeldRecord held = new HeldRecord(record.key(), next, revision);
          return open.isPresent() ? new Back.PutBack(held) : new Back.Left(held);
        };
    if (outcome instanceof CommitOutcome.Applied applied) {
      return written.apply(applied.revision());
    }
    List<KeyValue> read = ((CommitOutcome.ConditionFailed) outcome).read();
    Optional<KeyValue> now = of(record.key(), read);
    if (now.filter(each -> each.value().equals(next.encode())).isPresent()) {
      return written.apply(now.get().modRevision());
    } else if (!(RecordFate.of(record, read) instanceof RecordFate.Ours)) {
      return new Back.TakenOver();
    }
    // Somebody wrote the cluster information between our read and our write: look again.
    return putBack(record);
  }
}
