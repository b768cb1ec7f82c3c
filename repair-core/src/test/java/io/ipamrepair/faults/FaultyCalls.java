package io.ipamrepair.faults;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.ipamrepair.faults.Fault.Manner;
import io.ipamrepair.testing.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lets a {@link Fault} strike at calls to etcd. */
public final class FaultyCalls implements ClientInterceptor {
  private final Fault fault;
  private final int lateness;
  private final List<Runnable> late = new ArrayList<>();
  private int calls;

  /**
   * Calls with a fault.
   *
   * @param lateness how many calls later a late one arrives
   */
  public FaultyCalls(Fault fault, int lateness) {
    this.fault = fault;
    this.lateness = lateness;
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
      return method.getType() == MethodDescriptor.MethodType.UNARY
          ? new LateCall<>(method, next)
          : Faults.refused();
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
    late.clear();
  }

  /** The caller is told that the deadline has passed; the request is sent later. */
  private final class LateCall<Q, A> extends ClientCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final Channel next;
    private Listener<A> listener;

    LateCall(MethodDescriptor<Q, A> method, Channel next) {
      this.method = method;
      this.next = next;
    }

    @Override
    public void start(Listener<A> started, Metadata headers) {
      listener = started;
    }

    @Override
    public void sendMessage(Q message) {
      synchronized (FaultyCalls.this) {
        calls = 0;
        late.add(
            () -> {
              try {
                ClientCalls.blockingUnaryCall(
                    next,
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                    message);
              } catch (io.grpc.StatusRuntimeException nobodyHearsIt) {
                // The caller has long gone on.
                return;
              }
            });
      }
      listener.onClose(Status.DEADLINE_EXCEEDED.withDescription("late (test)"), new Metadata());
    }

    @Override
    public void request(int messages) {
      // Nothing comes.
    }

    @Override
    public void cancel(String message, Throwable cause) {
      // It goes on its way all the same.
    }

    @Override
    public void halfClose() {
      // It has been sent.
    }
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
