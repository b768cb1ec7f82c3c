package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.net.URI;

/** Compacts an etcd up to its newest revision, as Calico's controllers do every ten minutes. */
public final class Compactor implements AutoCloseable {
  private final ManagedChannel channel;

  /** For the etcd that listens at {@code endpoint}, without TLS. */
  public Compactor(URI endpoint) {
    this.channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .build();
  }

  /** Forgets what was before the newest revision. */
  public void compact() {
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
    long now =
        kv.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("/none")).build())
            .getHeader()
            .getRevision();
    kv.compact(CompactionRequest.newBuilder().setRevision(now).build());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
