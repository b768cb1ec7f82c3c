package io.ipamrepair.etcd;

import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.KeyValueView;
import io.ipamrepair.kv.Transaction;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A connection to etcd: reads at one revision, commits a transaction, repeats a fence until it is
 * answered. It moves keys and bytes. Every call has a deadline; no write is ever repeated behind
 * the caller's back.
 */
public final class Etcd implements AutoCloseable {
  /**
   * Short, because a member that changes answers late or never, and another one would answer at
   * once (reference, 10.5).
   */
  private static final Duration FENCE_TRY = Duration.ofMillis(1500);

  private static final Duration FENCE_PAUSE = Duration.ofMillis(100);

  /** Refusals that no repetition cures. */
  private static final Set<EtcdFailure.Kind> FINAL =
      EnumSet.of(
          EtcdFailure.Kind.PERMISSION,
          EtcdFailure.Kind.AUTHENTICATION,
          EtcdFailure.Kind.NO_SPACE,
          EtcdFailure.Kind.TOO_LARGE,
          EtcdFailure.Kind.TOO_MANY_OPERATIONS);

  private final Channels channels;
  private final List<Connection> connections;
  private final Endpoints endpoints;
  private final PagedRead reads;
  private final BulkRead bulk;
  private final TransactionCoding coding;
  private final WritableKeys writable;
  private final TimeLimits limits;

  private Etcd(
      Channels channels,
      List<Connection> connections,
      Namespace namespace,
      WritableKeys writable,
      TimeLimits limits) {
    this.channels = channels;
    this.connections = List.copyOf(connections);
    this.endpoints = new Endpoints(connections, limits);
    this.reads = new PagedRead(endpoints, namespace);
    this.bulk = new BulkRead(endpoints, namespace);
    this.coding = new TransactionCoding(namespace);
    this.writable = writable;
    this.limits = limits;
  }

  /**
   * Prepares a connection; reads the TLS files, and calls nobody yet. The time for the whole
   * command is counted from here on.
   *
   * @param writable the prefixes that may be written below; a transaction that writes elsewhere is
   *     a bug and is never sent
   * @param faults interceptors for tests that lose answers or refuse calls
   * @throws EtcdException when the target contradicts itself or a file cannot be used
   */
  public static Etcd connect(
      EtcdTarget target, TimeLimits limits, List<Bytes> writable, ClientInterceptor... faults)
      throws EtcdException {
    List<Endpoint> parsed = new ArrayList<>();
    for (URI endpoint : target.endpoints()) {
      parsed.add(Endpoint.parse(endpoint));
    }
    boolean tls = parsed.stream().anyMatch(Endpoint::tls);
    if (tls != parsed.stream().allMatch(Endpoint::tls)) {
      throw TlsFiles.wrong("endpoints", "http:// and https:// are mixed");
    }
    boolean files =
        target.caCertificate().isPresent()
            || target.clientCertificate().isPresent()
            || target.clientKey().isPresent();
    if (files && !tls) {
      throw TlsFiles.wrong(
          parsed.get(0).name(), "TLS options are given, but the endpoint is http://");
    }
    Channels channels =
        new Channels(tls ? Optional.of(TlsFiles.context(target)) : Optional.empty());
    List<Connection> connections =
        parsed.stream()
            .map(
                endpoint ->
                    new Connection(endpoint, channels, target.credentials(), List.of(faults)))
            .toList();
    return new Etcd(
        channels, connections, new Namespace(target.prefix()), new WritableKeys(writable), limits);
  }

  /**
   * Who answers: by a linearizable read, which a member that has lost its cluster cannot answer.
   */
  public EtcdIdentity identity() throws EtcdException {
    try {
      // An empty transaction is linearizable and needs no right on any key.
      Endpoints.Answer<TxnResponse> answer =
          endpoints.read(Rpc.TXN, TxnRequest.getDefaultInstance());
      ResponseHeader header = answer.message().getHeader();
      return new EtcdIdentity(
          header.getClusterId(),
          header.getMemberId(),
          header.getRevision(),
          answer.endpoint().name());
    } catch (CallFailed failed) {
      throw new EtcdException(failed.failure());
    }
  }

  /**
   * Reads all {@code ranges} at one revision, in pages, handing over each key as it arrives. If the
   * revision is compacted meanwhile it starts again with a fresh result, three times at the most.
   *
   * @param ranges ascending
   * @param fresh makes an empty result
   * @param sink adds a key to a result
   */
  public <T> AtRevision<T> read(
      List<KeyRange> ranges, Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException {
    return reads.ranges(ranges, fresh, sink);
  }

  /**
   * How many keys there are in {@code ranges} now: an idea of the size of a read, for progress. The
   * ranges are counted one after the other, not at one revision.
   */
  public long count(List<KeyRange> ranges) throws EtcdException {
    return reads.count(ranges);
  }

  /** Takes keys on one thread. */
  public interface PartSink {
    /** A key and its value; the view is valid until this returns. */
    void key(KeyValueView read);

    /** A part is read to its end. */
    void partEnds();
  }

  /**
   * Reads {@code parts} at {@code revision}, in no order and several at a time.
   *
   * @param parts ranges of some megabytes each: for a page of a longer one etcd walks all of it
   * @param sinks makes the sink of a thread; called on the calling thread
   * @throws EtcdException also when the revision is compacted meanwhile: then it is to be read anew
   */
  public void readParts(long revision, List<KeyRange> parts, Supplier<PartSink> sinks)
      throws EtcdException {
    bulk.parts(revision, parts, sinks);
  }

  /** The {@code keys} that exist, at one revision. */
  public AtRevision<List<KeyValue>> get(List<Bytes> keys) throws EtcdException {
    return reads.keys(keys);
  }

  /**
   * What {@code key} held at {@code revision}. etcd keeps old values only until the next
   * compaction, which Calico's controllers ask for every ten minutes: having none is an answer, not
   * a failure.
   *
   * @param revision 1 up to the newest
   * @throws EtcdException when etcd cannot be read, or has not come as far as {@code revision}
   */
  public EarlierValue getAt(Bytes key, long revision) throws EtcdException {
    return reads.keyAt(key, revision);
  }

  /**
   * A lease that is kept alive until it is closed.
   *
   * @param ttl how long it outlives this process, in whole seconds; etcd may take a longer time
   * @throws EtcdException when etcd grants none
   */
  public KeptLease lease(Duration ttl) throws EtcdException {
    try {
      return KeptLease.granted(endpoints, ttl);
    } catch (CallFailed failed) {
      throw new EtcdException(failed.failure());
    }
  }

  /** Sends {@code transaction}: once, to one endpoint, and never again. */
  public CommitOutcome commit(Transaction transaction) {
    writable.check(transaction);
    Optional<Connection> connection = endpoints.forWriting();
    if (connection.isEmpty()) {
      try {
        endpoints.find();
      } catch (CallFailed unusable) {
        return new CommitOutcome.NotApplied(unusable.failure());
      }
      connection = endpoints.forWriting();
    }
    return send(connection.orElseThrow(), coding.request(transaction), deadline(limits.request()));
  }

  private static Deadline deadline(Duration limit) {
    return Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private CommitOutcome send(Connection connection, TxnRequest request, Deadline deadline) {
    try {
      TxnResponse response = connection.call(Rpc.TXN.method(), request, deadline);
      endpoints.accept(connection, response.getHeader());
      return coding.outcome(response);
    } catch (CallFailed failed) {
      if (failed.proof() != CallFailed.Proof.REFUSED) {
        endpoints.unpin(connection);
      }
      return failed.proof() == CallFailed.Proof.NONE
          ? new CommitOutcome.Unknown(failed.failure())
          : new CommitOutcome.NotApplied(failed.failure());
    }
  }

  /**
   * Repeats {@code fence}, over the endpoints in turn, until etcd answers or the time limit for
   * settling has passed.
   *
   * <p>A thread that was interrupted before settles all the same, and is interrupted again after.
   *
   * @param fence a transaction that may be repeated: what a lost answer hides, its repetition finds
   * @return applied or a condition that failed; not applied for a refusal that repeating cannot
   *     cure; else unknown
   */
  public CommitOutcome commitUntilAnswered(Transaction fence) {
    writable.check(fence);
    TxnRequest request = coding.request(fence);
    // An interrupted thread can neither wait nor be answered: it would spin here and settle
    // nothing.
    boolean interrupted = Thread.interrupted();
    try {
      return repeat(request, deadline(limits.settle()));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The same, for a transaction whose caller can do nothing without an answer.
   *
   * @throws EtcdException when etcd gave none, or refused
   */
  public CommitOutcome.Answered answered(Transaction fence) throws EtcdException {
    CommitOutcome outcome = commitUntilAnswered(fence);
    if (outcome instanceof CommitOutcome.Answered answered) {
      return answered;
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      throw new EtcdException(unknown.failure());
    }
    throw new EtcdException(((CommitOutcome.NotApplied) outcome).failure());
  }

  private CommitOutcome repeat(TxnRequest request, Deadline end) {
    boolean mayBeApplied = false;
    while (true) {
      CommitOutcome last = null;
      for (Connection connection : endpoints.inTurn()) {
        Deadline one = deadline(FENCE_TRY).minimum(end);
        CommitOutcome outcome = send(connection, request, one);
        if (outcome instanceof CommitOutcome.Applied
            || outcome instanceof CommitOutcome.ConditionFailed) {
          return outcome;
        }
        EtcdFailure failure =
            outcome instanceof CommitOutcome.Unknown unknown
                ? unknown.failure()
                : ((CommitOutcome.NotApplied) outcome).failure();
        mayBeApplied |= outcome instanceof CommitOutcome.Unknown;
        last = mayBeApplied ? new CommitOutcome.Unknown(failure) : outcome;
        if (FINAL.contains(failure.kind())) {
          return last;
        }
      }
      if (end.timeRemaining(TimeUnit.NANOSECONDS) < FENCE_PAUSE.toNanos()) {
        return last;
      }
      LockSupport.parkNanos(FENCE_PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    connections.forEach(Connection::close);
    channels.close();
  }
}
