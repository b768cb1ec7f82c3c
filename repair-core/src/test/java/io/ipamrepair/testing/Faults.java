package io.ipamrepair.testing;

import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What can happen to a transaction between this machine and etcd. */
public final class Faults {
  private Faults() {}

  /** Whether a transaction writes the record of a run whose text holds {@code part}. */
  public static Predicate<TxnRequest> writesRecord(String part) {
    return request ->
        request.getSuccessList().stream()
            .filter(operation -> operation.hasRequestPut())
            .map(operation -> operation.getRequestPut())
            .anyMatch(
                put ->
                    put.getKey().toStringUtf8().contains("/ipam-repair/v1/run/")
                        && put.getValue().toStringUtf8().contains(part));
  }

  /** Whether a transaction could hold at all: the trial of a step never does. */
  public static Predicate<TxnRequest> isNoTrial() {
    return request ->
        request.getCompareList().stream()
            .noneMatch(compare -> compare.getVersion() < 0 || compare.getCreateRevision() < 0);
  }

  /** The first {@code times} matching transactions reach etcd, and their answers are lost. */
  public static ClientInterceptor loseAnswers(Predicate<TxnRequest> which, int times) {
    return new Fault(which, times, true);
  }

  /** The first {@code times} matching transactions never leave this machine. */
  public static ClientInterceptor neverSend(Predicate<TxnRequest> which, int times) {
    return new Fault(which, times, false);
  }

  /** Something happens when a matching transaction is sent; it arrives, and so does its answer. */
  public static ClientInterceptor when(Predicate<TxnRequest> which, Runnable happens) {
    return remember(which, request -> happens.run());
  }

  /** Nothing happens; matching transactions are remembered, to be sent again by somebody else. */
  public static ClientInterceptor remember(
      Predicate<TxnRequest> which, Consumer<TxnRequest> memory) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
          @Override
          public void sendMessage(Q message) {
            if (message instanceof TxnRequest request && which.test(request)) {
              memory.accept(request);
            }
            super.sendMessage(message);
          }
        };
      }
    };
  }

  /** etcd is away for the methods, by their full name, for which {@code which} holds. */
  public static ClientInterceptor refuse(Predicate<String> which) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return which.test(method.getFullMethodName()) ? refused() : next.newCall(method, options);
      }
    };
  }

  /** A call that etcd is away for. */
  public static <Q, A> ClientCall<Q, A> refused() {
    return new RefusedCall<>();
  }

  private static final class RefusedCall<Q, A> extends ClientCall<Q, A> {
    @Override
    public void start(Listener<A> listener, Metadata headers) {
      listener.onClose(Status.UNAVAILABLE.withDescription("etcd is away (test)"), new Metadata());
    }

    @Override
    public void request(int messages) {
      // Nothing comes.
    }

    @Override
    public void cancel(String message, Throwable cause) {
      // It has ended.
    }

    @Override
    public void halfClose() {
      // It has ended.
    }

    @Override
    public void sendMessage(Q message) {
      // Nobody hears it.
    }
  }

  private static final class Fault implements ClientInterceptor {
    private final Predicate<TxnRequest> which;
    private final AtomicInteger left;
    private final boolean sent;

    Fault(Predicate<TxnRequest> which, int times, boolean sent) {
      this.which = which;
      this.left = new AtomicInteger(times);
      this.sent = sent;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return sent
          ? new LosingCall<>(next.newCall(method, options))
          : new DeferredCall<>(next.newCall(method, options));
    }

    private boolean strikes(Object message) {
      return message instanceof TxnRequest request
          && which.test(request)
          && left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    /** Lets the request through and the answer not. */
    private final class LosingCall<Q, A> extends SimpleForwardingClientCall<Q, A> {
      private volatile boolean losing;

      LosingCall(ClientCall<Q, A> call) {
        super(call);
      }

      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              public void onMessage(A message) {
                if (!losing) {
                  super.onMessage(message);
                }
              }

              @Override
              public void onClose(Status status, Metadata trailers) {
                if (losing) {
                  super.onClose(
                      Status.UNAVAILABLE.withDescription("the answer was lost (test)"),
                      new Metadata());
                } else {
                  super.onClose(status, trailers);
                }
              }
            },
            headers);
      }

      @Override
      public void sendMessage(Q message) {
        losing = strikes(message);
        super.sendMessage(message);
      }
    }

    /** Opens no stream before it has seen the request; for one that strikes, never. */
    private final class DeferredCall<Q, A> extends SimpleForwardingClientCall<Q, A> {
      private Listener<A> listener;
      private Metadata headers;
      private int requested;
      private boolean struck;

      DeferredCall(ClientCall<Q, A> call) {
        super(call);
      }

      @Override
      public void start(Listener<A> started, Metadata sentHeaders) {
        this.listener = started;
        this.headers = sentHeaders;
      }

      @Override
      public void request(int messages) {
        requested += messages;
      }

      @Override
      public void sendMessage(Q message) {
        struck = strikes(message);
        if (struck) {
          listener.onClose(Status.UNAVAILABLE.withDescription("never sent (test)"), new Metadata());
          return;
        }
        super.start(listener, headers);
        super.request(requested);
        super.sendMessage(message);
      }

      @Override
      public void halfClose() {
        if (!struck) {
          super.halfClose();
        }
      }
    }
  }
}
