package io.ipamrepair.faults;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.ipamrepair.faults.Fault.Manner;
import io.ipamrepair.testing.Faults;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets a {@link Fault} strike at calls to etcd. */
public final class FaultyCalls implements ClientInterceptor, AutoCloseable {
  /** How long the caller of a late call waits. Its connection is there, or is made meanwhile. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Fault fault;
  private final int lateness;

  /** Late calls come on a way of their own: the caller throws away a connection that is silent. */
  private final ManagedChannel detour;

  private final List<Runnable> late = new ArrayList<>();
  private int calls;
  private int arrived;

  /**
   * Calls with a fault.
   *
   * @param etcd where a late call arrives
   * @param lateness how many calls later it does; at the earliest, when {@link #arriveAll} lets it
   */
  public FaultyCalls(Fault fault, URI etcd, int lateness) {
    this.fault = fault;
    this.lateness = lateness;
    this.detour =
        ManagedChannelBuilder.forAddress(etcd.getHost(), etcd.getPort()).usePlaintext().build();
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    arrivals();
    boolean now = fault.isHere(Fault.Place.CALL);
    if (now && fault.manner() == Manner.DIES_BEFORE_CALL) {
      fault.die();
    }
    if (fault.dead()) {
      throw new Fault.Died();
    }
    if (!now) {
      return next.newCall(method, options);
    } else if (fault.manner() == Manner.REFUSED) {
      return Faults.refused();
    } else if (fault.manner() == Manner.LATE) {
      return late(method, options, next);
    }
    return new DeafCall<>(next.newCall(method, options));
  }

  /** Late calls arrive, whose time has come. */
  private synchronized void arrivals() {
    calls++;
    if (!late.isEmpty() && calls >= lateness) {
      arriveAll();
    }
  }

  /** What is under way arrives at last. */
  public synchronized void arriveAll() {
    late.forEach(Runnable::run);
    arrived += late.size();
    late.clear();
  }

  /** How many late calls have arrived. */
  public synchronized int arrived() {
    return arrived;
  }

  @Override
  public void close() {
    detour.shutdownNow();
  }

  /**
   * A call with a stream, and so one that may have been sent for all that its caller knows, whose
   * time passes before the request is on its way.
   */
  private <Q, A> ClientCall<Q, A> late(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    AtomicBoolean stream = new AtomicBoolean();
    CallOptions impatient =
        options
            .withDeadline(
                Deadline.after(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
                    .minimum(options.getDeadline()))
            .withStreamTracerFactory(
                new ClientStreamTracer.Factory() {
                  @Override
                  public ClientStreamTracer newClientStreamTracer(
                      ClientStreamTracer.StreamInfo info, Metadata headers) {
                    return new ClientStreamTracer() {
                      @Override
                      public void streamCreated(Attributes transport, Metadata sent) {
                        stream.set(true);
                      }
                    };
                  }
                });
    return new LateCall<>(method, next.newCall(method, impatient), stream);
  }

  /** The caller waits in vain; the request arrives later. */
  private final class LateCall<Q, A> extends SimpleForwardingClientCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final AtomicBoolean stream;
    private volatile Runnable arrival = () -> {};

    LateCall(MethodDescriptor<Q, A> method, ClientCall<Q, A> call, AtomicBoolean stream) {
      super(call);
      this.method = method;
      this.stream = stream;
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (stream.get()) {
                isUnderWay(arrival);
              }
              super.onClose(status, trailers);
            }
          },
          headers);
    }

    @Override
    public void sendMessage(Q message) {
      arrival = () -> arrives(message);
    }

    @Override
    public void halfClose() {
      // Not yet.
    }

    private void arrives(Q message) {
      CallOptions patient = CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS);
      try {
        ClientCalls.blockingUnaryCall(detour, method, patient, message);
      } catch (StatusRuntimeException answer) {
        if (answer.getStatus().getCode() == Status.Code.UNAVAILABLE) {
          throw answer;
        }
        // etcd has refused it, such as a put with a lease that is gone. Nobody hears that.
      }
    }
  }

  private synchronized void isUnderWay(Runnable arrival) {
    calls = 0;
    late.add(arrival);
  }

  /** The request arrives; nobody hears the answer. */
  private final class DeafCall<Q, A> extends SimpleForwardingClientCall<Q, A> {
    DeafCall(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onMessage(A message) {
              // Lost.
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              if (fault.manner() == Manner.DIES_AFTER_CALL) {
                endQuietly();
              }
              super.onClose(
                  Status.UNAVAILABLE.withDescription("the answer was lost (test)"), new Metadata());
            }
          },
          headers);
    }

    /** On gRPC's own thread: a played death shows at the next thing that the process does. */
    private void endQuietly() {
      try {
        fault.die();
      } catch (Fault.Died played) {
        return;
      }
    }
  }
}
