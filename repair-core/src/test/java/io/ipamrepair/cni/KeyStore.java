package io.ipamrepair.cni;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.ipamrepair.kv.Bytes;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * etcd as Calico's clients use it: one key at a time, created if absent, else updated or deleted if
 * it is as it was read (reference, section 5.0). Safe for several threads. A call that etcd does
 * not answer is an exception: these plugins run beside an etcd that is well.
 */
public final class KeyStore implements AutoCloseable {
  private static final int LARGEST_ANSWER = 64 << 20;
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  /** For the etcd that listens at {@code endpoint}, without TLS. */
  public KeyStore(URI endpoint) {
    this.channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_ANSWER)
            .build();
  }

  /**
   * A key as it was read or written.
   *
   * @param revision of its last write
   */
  public record Stored(String key, String value, long revision) {
    /** The same key after a write. */
    Stored written(String newValue, long at) {
      return new Stored(key, newValue, at);
    }
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The key, if it exists. */
  public Optional<Stored> get(String key) {
    return kv().range(RangeRequest.newBuilder().setKey(bytes(key)).build()).getKvsList().stream()
        .map(KeyStore::stored)
        .findFirst();
  }

  /** All keys below {@code prefix}, in order, at one revision. */
  public List<Stored> list(String prefix) {
    Bytes end = Bytes.utf8(prefix).endOfPrefix().orElseThrow();
    RangeRequest range =
        RangeRequest.newBuilder()
            .setKey(bytes(prefix))
            .setRangeEnd(ByteString.copyFrom(end.toArray()))
            .build();
    return kv().range(range).getKvsList().stream().map(KeyStore::stored).toList();
  }

  private static Stored stored(KeyValue read) {
    return new Stored(
        read.getKey().toStringUtf8(), read.getValue().toStringUtf8(), read.getModRevision());
  }

  /** The revision of the write; nothing when the key exists. */
  public OptionalLong create(String key, String value) {
    return commit(
        Compare.newBuilder()
            .setKey(bytes(key))
            .setTarget(Compare.CompareTarget.VERSION)
            .setResult(Compare.CompareResult.EQUAL)
            .setVersion(0)
            .build(),
        writing(key, value));
  }

  /** The revision of the write; nothing when the key is not as it was read. */
  public OptionalLong update(Stored read, String value) {
    return commit(isAsRead(read), writing(read.key(), value));
  }

  /** The revision of the deletion; nothing when the key is not as it was read. */
  public OptionalLong delete(Stored read) {
    return commit(isAsRead(read), deleting(read.key()));
  }

  /** Writes the key whatever it is; the revision of the write. */
  public long put(String key, String value) {
    return commit(writing(key, value)).getHeader().getRevision();
  }

  /** Deletes the key whatever it is; the revision of the deletion. */
  public long remove(String key) {
    return commit(deleting(key)).getHeader().getRevision();
  }

  /** etcd's newest revision. */
  public long revision() {
    return kv().txn(TxnRequest.getDefaultInstance()).getHeader().getRevision();
  }

  private static RequestOp writing(String key, String value) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)))
        .build();
  }

  private static RequestOp deleting(String key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)))
        .build();
  }

  private static Compare isAsRead(Stored read) {
    return Compare.newBuilder()
        .setKey(bytes(read.key()))
        .setTarget(Compare.CompareTarget.MOD)
        .setResult(Compare.CompareResult.EQUAL)
        .setModRevision(read.revision())
        .build();
  }

  private TxnResponse commit(RequestOp write) {
    return kv().txn(TxnRequest.newBuilder().addSuccess(write).build());
  }

  private OptionalLong commit(Compare condition, RequestOp write) {
    TxnResponse response =
        kv().txn(TxnRequest.newBuilder().addCompare(condition).addSuccess(write).build());
    return response.getSucceeded()
        ? OptionalLong.of(response.getHeader().getRevision())
        : OptionalLong.empty();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
