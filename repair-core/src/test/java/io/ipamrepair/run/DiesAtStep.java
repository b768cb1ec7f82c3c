package io.ipamrepair.run;

import io.etcd.jetcd.api.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.ipamrepair.faults.Fault;
import io.ipamrepair.testing.Faults;
import java.util.function.Predicate;

/** The process ends at the commit of a step: before it is sent, or as soon as it is on its way. */
final class DiesAtStep implements ClientInterceptor {
  private final Predicate<TxnRequest> step;
  private final boolean before;
  private volatile boolean dead;

  DiesAtStep(int number, boolean before) {
    this.step = Faults.writesRecord("\"done\":" + number + ",").and(Faults.isNoTrial());
    this.before = before;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    if (dead) {
      throw new Fault.Died();
    }
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(listener, headers);
      }

      @Override
      public void sendMessage(Q message) {
        boolean here = message instanceof TxnRequest request && step.test(request);
        dead |= here;
        if (here && before) {
          cancel("dead (test)", null);
          throw new Fault.Died();
        }
        super.sendMessage(message);
      }
    };
  }
}
