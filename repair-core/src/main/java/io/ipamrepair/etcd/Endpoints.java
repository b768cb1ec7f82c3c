package io.ipamrepair.etcd;

import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Deadline;
import io.ipamrepair.kv.EtcdFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The members of one cluster that may be asked. Reads go to the one that answered last, and on
 * trouble to the others in turn, within one time limit. Which one a write goes to is decided before
 * it is sent, never after.
 *
 * <p>Also sees to it that all answers come from one cluster: a list of endpoints that mixes two
 * would otherwise mix their data.
 */
final class Endpoints {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<Connection> connections;
  private final Duration limit;
  private final Optional<Deadline> end;

  private Optional<Connection> pinned = Optional.empty();
  private Optional<Long> cluster = Optional.empty();

  /**
   * @param limits the time for one request, over all the endpoints it takes; and for all reads
   *     together, from now on
   */
  Endpoints(List<Connection> connections, TimeLimits limits) {
    this.connections = List.copyOf(connections);
    this.limit = limits.request();
    this.end = limits.command().map(time -> Deadline.after(time.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** An answer and the endpoint it came from. */
  record Answer<A>(A message, Endpoint endpoint) {}

  /**
   * Asks until one answers, within the time for one request and what is left of the time for the
   * whole command. For requests that change nothing.
   */
  <Q, A> Answer<A> read(Rpc<Q, A> rpc, Q request) throws CallFailed {
    Deadline one = Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
    if (end.isEmpty()) {
      return ask(rpc, request, one);
    }
    if (isOver()) {
      throw over();
    }
    try {
      return ask(rpc, request, one.minimum(end.get()));
    } catch (CallFailed failed) {
      throw isOver() ? over() : failed;
    }
  }

  /**
   * Finds one that answers, for a transaction that is to be sent. What a run has begun it also
   * ends, so the time for the whole command does not count here.
   */
  void find() throws CallFailed {
    ask(
        Rpc.TXN,
        TxnRequest.getDefaultInstance(),
        Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS));
  }

  /**
   * Asks until one answers, for a request that may be repeated, and that the time for the whole
   * command does not end: a run that has begun keeps what it holds.
   */
  <Q, A> A keep(Rpc<Q, A> rpc, Q request) throws CallFailed {
    return ask(rpc, request, Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS)).message();
  }

  /** Whether less than a millisecond is left: a call that used up all of it may end so early. */
  private boolean isOver() {
    return end.filter(time -> time.timeRemaining(TimeUnit.MILLISECONDS) <= 0).isPresent();
  }

  private CallFailed over() {
    String all =
        connections.stream()
            .map(connection -> connection.endpoint().name())
            .collect(Collectors.joining(", "));
    return new CallFailed(
        new EtcdFailure(
            EtcdFailure.Kind.TIMEOUT, all, "the time for the whole command, --timeout, has passed"),
        CallFailed.Proof.NONE,
        CallFailed.Cure.NONE);
  }

  private <Q, A> Answer<A> ask(Rpc<Q, A> rpc, Q request, Deadline deadline) throws CallFailed {
    Map<String, EtcdFailure> failures = new LinkedHashMap<>();
    while (true) {
      boolean mayPass = false;
      List<Connection> order = inTurn();
      for (int i = 0; i < order.size(); i++) {
        Connection connection = order.get(i);
        A answer;
        try {
          answer =
              connection.call(rpc.method(), request, share(deadline, connection, order.size() - i));
        } catch (CallFailed failed) {
          boolean sameElsewhere =
              failed.proof() == CallFailed.Proof.REFUSED
                  || failed.cure() == CallFailed.Cure.SMALLER_ANSWER
                  // An alarm is one of the whole cluster, and a hand ends it.
                  || failed.failure().kind() == EtcdFailure.Kind.NO_SPACE;
          if (sameElsewhere || Thread.currentThread().isInterrupted()) {
            throw failed;
          }
          unpin(connection);
          failures.put(connection.endpoint().name(), failed.failure());
          mayPass |=
              failed.proof() == CallFailed.Proof.NONE
                  && failed.failure().kind() != EtcdFailure.Kind.TIMEOUT;
          continue;
        }
        accept(connection, rpc.header().apply(answer));
        return new Answer<>(answer, connection.endpoint());
      }
      // A lost connection or a change of leader passes; a refused connection or a wrong certificate
      // does not.
      if (!mayPass || deadline.timeRemaining(TimeUnit.NANOSECONDS) < PAUSE_NANOS) {
        throw new CallFailed(
            together(List.copyOf(failures.values())), CallFailed.Proof.NONE, CallFailed.Cure.NONE);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * The endpoint that a write goes to: the one that answered last, if it need not be the only one.
   */
  synchronized Optional<Connection> forWriting() {
    return connections.size() == 1 ? Optional.of(connections.get(0)) : pinned;
  }

  /** All endpoints, the one that answered last first. */
  synchronized List<Connection> inTurn() {
    int first = pinned.map(connections::indexOf).orElse(0);
    List<Connection> order = new ArrayList<>(connections.subList(first, connections.size()));
    order.addAll(connections.subList(0, first));
    return order;
  }

  /**
   * Remembers that {@code connection} answered.
   *
   * @throws CallFailed when the answer is from another cluster than all answers before
   */
  synchronized void accept(Connection connection, ResponseHeader header) throws CallFailed {
    long answering = header.getClusterId();
    long expected = cluster.orElse(answering);
    if (answering != expected) {
      throw new CallFailed(
          new EtcdFailure(
              EtcdFailure.Kind.OTHER,
              connection.endpoint().name(),
              "it is of cluster "
                  + Long.toHexString(answering)
                  + ", answers before came from cluster "
                  + Long.toHexString(expected)),
          CallFailed.Proof.NONE,
          CallFailed.Cure.NONE);
    }
    cluster = Optional.of(answering);
    pinned = Optional.of(connection);
  }

  /** Forgets that {@code connection} answered once. */
  synchronized void unpin(Connection connection) {
    pinned = pinned.filter(other -> other != connection);
  }

  /**
   * The part of the time that one endpoint may take, so that one that does not answer leaves enough
   * to the others: half for one that has answered before, an equal share for the rest, the last all
   * that is left.
   */
  private synchronized Deadline share(Deadline deadline, Connection connection, int left) {
    long nanos = deadline.timeRemaining(TimeUnit.NANOSECONDS);
    boolean proven = pinned.filter(other -> other == connection).isPresent();
    int parts = proven ? Math.min(2, left) : left;
    return Deadline.after(nanos / parts, TimeUnit.NANOSECONDS);
  }

  private static EtcdFailure together(List<EtcdFailure> failures) {
    if (failures.size() == 1) {
      return failures.get(0);
    }
    Set<String> details = new LinkedHashSet<>();
    List<String> names = new ArrayList<>();
    List<String> each = new ArrayList<>();
    // One that got further says more than one that is down.
    EtcdFailure.Kind kind = EtcdFailure.Kind.UNREACHABLE;
    for (EtcdFailure failure : failures) {
      names.add(failure.endpoint());
      details.add(failure.detail());
      each.add(failure.endpoint() + ": " + failure.detail());
      kind = kind == EtcdFailure.Kind.UNREACHABLE ? failure.kind() : kind;
    }
    return new EtcdFailure(
        kind,
        String.join(", ", names),
        details.size() == 1 ? details.iterator().next() : String.join("; ", each));
  }
}
