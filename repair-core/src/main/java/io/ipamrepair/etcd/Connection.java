package io.ipamrepair.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.ipamrepair.kv.EtcdFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Calls to one endpoint: each sent once, each with a deadline, with the user's token if there is a
 * user.
 *
 * <p>A channel on which a call was left without an answer is thrown away, and the next call makes a
 * new connection at once. gRPC would rather back off for up to two minutes and fail calls
 * meanwhile, and could hold on to a dead connection; so this also takes the place of keep-alive
 * pings, of which etcd complains.
 *
 * <p>Safe for several threads.
 */
final class Connection {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final Endpoint endpoint;
  private final Channels channels;
  private final Optional<EtcdTarget.Credentials> credentials;
  private final List<ClientInterceptor> faults;

  private Optional<ManagedChannel> channel = Optional.empty();
  private Optional<String> token = Optional.empty();
  private boolean loggedIn;
  private boolean closed;

  Connection(
      Endpoint endpoint,
      Channels channels,
      Optional<EtcdTarget.Credentials> credentials,
      List<ClientInterceptor> faults) {
    this.endpoint = endpoint;
    this.channels = channels;
    this.credentials = credentials;
    this.faults = List.copyOf(faults);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Sends {@code request} once and waits for the answer, until {@code deadline}. Only when etcd
   * refuses the token, which it does before anything else, is it sent once more, with a new token.
   */
  <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Deadline deadline) throws CallFailed {
    Optional<String> first = token(deadline);
    try {
      return send(method, request, first, deadline);
    } catch (CallFailed failed) {
      if (credentials.isEmpty() || failed.cure() != CallFailed.Cure.NEW_TOKEN) {
        throw failed;
      }
      forget(first);
      return send(method, request, token(deadline), deadline);
    }
  }

  private <Q, A> A send(
      MethodDescriptor<Q, A> method, Q request, Optional<String> presented, Deadline deadline)
      throws CallFailed {
    ManagedChannel used = channel();
    Channel intercepted = ClientInterceptors.intercept(used, faults);
    if (presented.isPresent()) {
      Metadata headers = new Metadata();
      headers.put(TOKEN, presented.get());
      intercepted =
          ClientInterceptors.intercept(
              intercepted, MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    SendEvidence evidence = new SendEvidence();
    CallOptions options =
        CallOptions.DEFAULT
            .withoutWaitForReady()
            .withDeadline(deadline)
            .withStreamTracerFactory(evidence);
    Duration given = Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    try {
      return ClientCalls.blockingUnaryCall(intercepted, method, options, request);
    } catch (StatusRuntimeException thrown) {
      CallFailed failed = Diagnosis.of(endpoint, given, evidence.streamCreated(), thrown);
      if (failed.proof() != CallFailed.Proof.REFUSED) {
        discard(used);
      }
      throw failed;
    }
  }

  /** The user's token; nothing when there is no user, or etcd does not ask for one. */
  private synchronized Optional<String> token(Deadline deadline) throws CallFailed {
    if (credentials.isEmpty() || loggedIn) {
      return token;
    }
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder()
            .setName(credentials.get().user())
            .setPassword(credentials.get().password())
            .build();
    try {
      token =
          Optional.of(
              send(AuthGrpc.getAuthenticateMethod(), request, Optional.empty(), deadline)
                  .getToken());
    } catch (CallFailed failed) {
      // As etcdctl does: a user for an etcd that has no users is no mistake.
      if (!failed.failure().detail().contains("authentication is not enabled")) {
        throw failed.beforeSending();
      }
      token = Optional.empty();
    }
    loggedIn = true;
    return token;
  }

  /** Makes the next call log in again, unless another thread has done so already. */
  private synchronized void forget(Optional<String> refused) {
    if (token.equals(refused)) {
      loggedIn = false;
    }
  }

  private synchronized ManagedChannel channel() throws CallFailed {
    if (closed) {
      throw new CallFailed(
          new EtcdFailure(
              EtcdFailure.Kind.UNREACHABLE, endpoint.name(), "the connection was closed here"),
          CallFailed.Proof.NOT_SENT,
          CallFailed.Cure.NONE);
    }
    if (channel.isEmpty()) {
      channel = Optional.of(channels.open(endpoint));
    }
    return channel.get();
  }

  private synchronized void discard(ManagedChannel unanswered) {
    unanswered.shutdownNow();
    if (channel.filter(current -> current == unanswered).isPresent()) {
      channel = Optional.empty();
    }
  }

  /** Ends calls in flight, without an answer, and makes further ones fail. Does not wait. */
  synchronized void close() {
    closed = true;
    channel.ifPresent(ManagedChannel::shutdownNow);
    channel = Optional.empty();
  }
}
