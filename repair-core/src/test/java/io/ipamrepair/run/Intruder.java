package io.ipamrepair.run;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cni.PodTraffic;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Faults;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Stands between a repair and etcd. It lets every so many of its commits wait until a pod has
 * started in one of the blocks that it compares: nothing is made up but the moment. And it counts.
 */
final class Intruder implements ClientInterceptor {
  private static final Bytes BLOCKS = Bytes.utf8("/calico/ipam/v2/assignment/ipv4/block/");
  private static final Bytes CALICO = Bytes.utf8("/calico/");

  private final PodTraffic traffic;
  private final Supplier<List<Cidr>> blocks;
  private final Random random;
  private final double share;
  private final Tally tally;
  private volatile long begun;

  /** What became of all commits. */
  static final class Tally {
    final AtomicLong commits = new AtomicLong();
    final AtomicLong lost = new AtomicLong();
    final AtomicLong struck = new AtomicLong();
  }

  /**
   * For one run.
   *
   * @param blocks those that there are
   * @param share of the commits before which a pod starts
   */
  Intruder(
      PodTraffic traffic, Supplier<List<Cidr>> blocks, Random random, double share, Tally tally) {
    this.traffic = traffic;
    this.blocks = blocks;
    this.random = random;
    this.share = share;
    this.tally = tally;
  }

  /**
   * When the run made itself known in etcd, by {@link System#nanoTime()}; nothing if it did not.
   */
  OptionalLong begun() {
    return begun == 0 ? OptionalLong.empty() : OptionalLong.of(begun);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new Watched<>(next.newCall(method, options));
  }

  private static boolean isOfRun(TxnRequest request) {
    return Faults.writesRecord("").test(request) && Faults.isNoTrial().test(request);
  }

  private static boolean isStep(TxnRequest request) {
    return isOfRun(request)
        && request.getSuccessList().stream()
            .flatMap(Intruder::key)
            .anyMatch(key -> key.startsWith(CALICO));
  }

  private static Stream<Bytes> key(RequestOp operation) {
    if (operation.hasRequestPut()) {
      return Stream.of(Bytes.of(operation.getRequestPut().getKey().toByteArray()));
    }
    return operation.hasRequestDeleteRange()
        ? Stream.of(Bytes.of(operation.getRequestDeleteRange().getKey().toByteArray()))
        : Stream.empty();
  }

  /** A pod starts in a block that the transaction compares, by itself or within a range. */
  private void strike(TxnRequest request) {
    List<Cidr> compared =
        blocks.get().stream()
            .filter(
                cidr ->
                    request.getCompareList().stream()
                        .anyMatch(
                            compare ->
                                compares(
                                    compare,
                                    BLOCKS.plus(Bytes.utf8(cidr.toString().replace('/', '-'))))))
            .toList();
    if (!compared.isEmpty() && traffic.intrude(compared.get(random.nextInt(compared.size())))) {
      tally.struck.incrementAndGet();
    }
  }

  private static boolean compares(Compare compare, Bytes block) {
    Bytes from = Bytes.of(compare.getKey().toByteArray());
    Bytes end = Bytes.of(compare.getRangeEnd().toByteArray());
    return end.isEmpty()
        ? from.equals(block)
        : from.compareTo(block) <= 0 && block.compareTo(end) < 0;
  }

  private final class Watched<Q, A> extends SimpleForwardingClientCall<Q, A> {
    private volatile boolean step;

    Watched(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<A>(listener) {
            @Override
            public void onMessage(A message) {
              if (step && message instanceof TxnResponse response && !response.getSucceeded()) {
                tally.lost.incrementAndGet();
              }
              super.onMessage(message);
            }
          },
          headers);
    }

    @Override
    public void sendMessage(Q message) {
      if (message instanceof TxnRequest request && isOfRun(request)) {
        begun = begun == 0 ? System.nanoTime() : begun;
        step = isStep(request);
        if (step) {
          tally.commits.incrementAndGet();
          if (random.nextDouble() < share) {
            strike(request);
          }
        }
      }
      super.sendMessage(message);
    }
  }
}
