package io.ipamrepair.rehearsal;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Stands in for an etcd that is only read: the build has none. It answers reads of one unchanging
 * revision and the empty transaction, in the way of a server that nobody writes to.
 */
final class Understudy extends KVGrpc.KVImplBase {
  private static final long REVISION = 1_000;

  /** The key that stands for "to the end" in a request for a range. */
  private static final Bytes NO_END = Bytes.of(new byte[] {0});

  private final NavigableMap<Bytes, KeyValue> content = new TreeMap<>();

  Understudy(List<KeyValue> content) {
    content.forEach(each -> this.content.put(each.key(), each));
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
    Bytes first = Bytes.of(request.getKey().toByteArray());
    Bytes end = Bytes.of(request.getRangeEnd().toByteArray());
    List<KeyValue> all = List.copyOf(between(first, end).values());
    RangeResponse.Builder response =
        RangeResponse.newBuilder().setHeader(header()).setCount(all.size());
    if (!request.getCountOnly()) {
      long limit = request.getLimit() == 0 ? Long.MAX_VALUE : request.getLimit();
      all.stream()
          .limit(limit)
          .forEach(each -> response.addKvs(coded(each, request.getKeysOnly())));
      response.setMore(all.size() > limit);
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  private NavigableMap<Bytes, KeyValue> between(Bytes first, Bytes end) {
    if (end.isEmpty()) {
      return content.subMap(first, true, first, true);
    }
    return end.equals(NO_END)
        ? content.tailMap(first, true)
        : content.subMap(first, true, end, false);
  }

  private static io.etcd.jetcd.api.KeyValue coded(KeyValue each, boolean keyOnly) {
    return io.etcd.jetcd.api.KeyValue.newBuilder()
        .setKey(ByteString.copyFrom(each.key().toArray()))
        .setValue(keyOnly ? ByteString.EMPTY : ByteString.copyFrom(each.value().toArray()))
        .setCreateRevision(each.createRevision())
        .setModRevision(each.modRevision())
        .setVersion(each.version())
        .build();
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> answer) {
    answer.onNext(TxnResponse.newBuilder().setHeader(header()).setSucceeded(true).build());
    answer.onCompleted();
  }

  private static ResponseHeader header() {
    return ResponseHeader.newBuilder()
        .setClusterId(1)
        .setMemberId(1)
        .setRevision(REVISION)
        .setRaftTerm(1)
        .build();
  }
}
