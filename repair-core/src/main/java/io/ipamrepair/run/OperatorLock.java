package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.KeptLease;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One operator at a time: a key with a lease that is kept alive, so that it goes when its holder
 * dies. A lock in etcd does not exclude by itself: a holder that was stopped for longer than the
 * lease lives goes on as if it held it. So every transaction of a run compares the key's create
 * revision, and a run whose lock is gone writes nothing more (design, section 6).
 */
public final class OperatorLock implements AutoCloseable {
  /** How long a dead holder keeps others out. */
  static final Duration TTL = Duration.ofSeconds(30);

  private final KeptLease lease;
  private final long createRevision;

  private OperatorLock(KeptLease lease, long createRevision) {
    this.lease = lease;
    this.createRevision = createRevision;
  }

  /** What came of taking it. */
  sealed interface Taking {
    /** It is ours. */
    record Taken(OperatorLock lock) implements Taking {}

    /** It is somebody else's. */
    record Busy(LockHolder holder) implements Taking {}
  }

  /**
   * Takes it, unless somebody has it.
   *
   * @param run what it is taken for
   * @param token a random number of this process
   * @throws EtcdException when etcd cannot be used; then it is not taken, or goes by itself
   */
  static Taking take(Etcd etcd, String name, String run, Instant now, String token)
      throws EtcdException {
    KeptLease lease = etcd.lease(TTL);
    try {
      Taking taking = take(etcd, lease, LockHolder.encode(name, run, now, token));
      if (taking instanceof Taking.Busy) {
        lease.close();
      }
      return taking;
    } catch (EtcdException failed) {
      lease.close();
      throw failed;
    }
  }

  private static Taking take(Etcd etcd, KeptLease lease, Bytes mine) throws EtcdException {
    Transaction take =
        new Transaction(
            List.of(new Compare.Absent(RunKeys.LOCK)),
            List.of(new Operation.PutLeased(RunKeys.LOCK, mine, lease.id())),
            List.of(new Operation.Get(RunKeys.LOCK)));
    // Safe to repeat: what a lost answer hides, the repetition finds.
    CommitOutcome.Answered outcome = etcd.answered(take);
    if (outcome instanceof CommitOutcome.Applied applied) {
      return new Taking.Taken(new OperatorLock(lease, applied.revision()));
    }
    KeyValue found = ((CommitOutcome.ConditionFailed) outcome).read().get(0);
    return found.value().equals(mine)
        ? new Taking.Taken(new OperatorLock(lease, found.createRevision()))
        : new Taking.Busy(LockHolder.of(found));
  }

  /** That it is still this one. */
  List<Compare> compares() {
    return List.of(new Compare.CreateRevisionIs(RunKeys.LOCK, createRevision));
  }

  /**
   * Lets go of it for good, in a transaction: no step that compares it can commit behind that, and
   * no put is needed.
   */
  static Operation giveUp() {
    return new Operation.Delete(RunKeys.LOCK);
  }

  /** That it is still held, or free, as {@code holder} was read. */
  static Compare isAs(Optional<LockHolder> holder) {
    return holder
        .<Compare>map(each -> new Compare.CreateRevisionIs(RunKeys.LOCK, each.createRevision()))
        .orElse(new Compare.Absent(RunKeys.LOCK));
  }

  /** Reads the lock with a transaction that lost a compare: {@link #lost} says what it means. */
  static Operation read() {
    return new Operation.Get(RunKeys.LOCK);
  }

  /** What became of it, in words, when it is not ours any more; nothing when it is. */
  Optional<String> lost(List<KeyValue> read) {
    Optional<LockHolder> holder =
        read.stream()
            .filter(each -> each.key().equals(RunKeys.LOCK))
            .findFirst()
            .map(LockHolder::of);
    if (holder.isEmpty()) {
      return Optional.of(
          "the operator lock is gone: it ran out, or somebody broke it (ipam-repair lock break)");
    }
    return holder
        .filter(each -> each.createRevision() != createRevision)
        .map(each -> "the operator lock ran out or was broken, and is held by " + each.words());
  }

  /** Who holds it, if anybody does. */
  public static Optional<LockHolder> holder(Etcd etcd) throws EtcdException {
    return etcd.get(List.of(RunKeys.LOCK)).value().stream().findFirst().map(LockHolder::of);
  }

  /**
   * Takes it away from {@code holder}, whose run then writes nothing more.
   *
   * @return whether it was still this holder's; it is gone for certain
   * @throws EtcdException when that is not known
   */
  public static boolean takeFrom(Etcd etcd, LockHolder holder) throws EtcdException {
    Transaction take =
        new Transaction(
            List.of(new Compare.CreateRevisionIs(RunKeys.LOCK, holder.createRevision())),
            List.of(giveUp()),
            List.of());
    return etcd.answered(take) instanceof CommitOutcome.Applied;
  }

  /** Gives it back. */
  @Override
  public void close() {
    lease.close();
  }
}
