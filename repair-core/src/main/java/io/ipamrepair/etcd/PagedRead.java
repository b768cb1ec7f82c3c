package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Reads many keys at one revision, a page at a time. The first page fixes the revision, all others
 * ask for it.
 *
 * <p>A page is bounded by the number of keys, which is all that etcd offers, and the number is
 * chosen so that a page has about {@value #PAGE_BYTES} bytes: more costs memory here and in etcd,
 * fewer costs etcd time, since for each page it walks all that is left of the range (reference,
 * etcd section 10.6). Never sorted: together with a limit that reads the whole range for each page,
 * and the keys come in order anyway.
 */
final class PagedRead {
  /** What a page aims at. */
  private static final int PAGE_BYTES = 8 << 20;

  private static final int MOST_KEYS = 5_000;

  /** Nothing is known yet of the size of the values. */
  private static final int FIRST_KEYS = 1_000;

  /** Reads by key in one transaction; below etcd's limit of 128. */
  private static final int MOST_GETS = 100;

  private static final int ATTEMPTS = 3;

  private final Endpoints endpoints;
  private final Namespace namespace;
  private final TransactionCoding coding;

  PagedRead(Endpoints endpoints, Namespace namespace) {
    this.endpoints = endpoints;
    this.namespace = namespace;
    this.coding = new TransactionCoding(namespace);
  }

  /** See {@link Etcd#read}. */
  <T> AtRevision<T> ranges(
      List<KeyRange> ranges, Supplier<T> fresh, BiConsumer<? super T, KeyValue> sink)
      throws EtcdException {
    return again(() -> rangesOnce(ranges, fresh.get(), sink));
  }

  /** See {@link Etcd#get}. */
  AtRevision<List<KeyValue>> keys(List<Bytes> keys) throws EtcdException {
    return again(() -> keysOnce(keys));
  }

  /** See {@link Etcd#count}. */
  long count(List<KeyRange> ranges) throws EtcdException {
    long count = 0;
    try {
      for (KeyRange range : ranges) {
        RangeRequest request =
            RangeRequest.newBuilder()
                .setKey(namespace.inside(range.from()))
                .setRangeEnd(namespace.inside(range.to()))
                .setCountOnly(true)
                .build();
        count += endpoints.read(Rpc.RANGE, request).message().getCount();
      }
    } catch (CallFailed failed) {
      throw new EtcdException(failed.failure());
    }
    return count;
  }

  /** See {@link Etcd#getAt}. */
  EarlierValue keyAt(Bytes key, long revision) throws EtcdException {
    if (revision < 1) {
      // etcd would take it for "the newest".
      throw new IllegalArgumentException("expected a revision from 1 on, found " + revision);
    }
    RangeRequest request =
        RangeRequest.newBuilder().setKey(namespace.inside(key)).setRevision(revision).build();
    try {
      RangeResponse response = endpoints.read(Rpc.RANGE, request).message();
      return response.getKvsCount() == 0
          ? new EarlierValue.Absent()
          : new EarlierValue.Found(namespace.outside(response.getKvs(0)));
    } catch (CallFailed failed) {
      if (failed.failure().kind() == EtcdFailure.Kind.COMPACTED) {
        return new EarlierValue.Compacted();
      }
      throw new EtcdException(failed.failure());
    }
  }

  /** One attempt to read everything at one revision. */
  private interface Attempt<T> {
    AtRevision<T> read() throws CallFailed;
  }

  private static <T> AtRevision<T> again(Attempt<T> attempt) throws EtcdException {
    for (int made = 1; ; made++) {
      try {
        return attempt.read();
      } catch (CallFailed failed) {
        EtcdFailure failure = failed.failure();
        if (failure.kind() != EtcdFailure.Kind.COMPACTED) {
          throw new EtcdException(failure);
        }
        if (made == ATTEMPTS) {
          throw new EtcdException(
              new EtcdFailure(
                  failure.kind(),
                  failure.endpoint(),
                  failure.detail() + ", in each of " + ATTEMPTS + " attempts"));
        }
      }
    }
  }

  private <T> AtRevision<T> rangesOnce(
      List<KeyRange> ranges, T into, BiConsumer<? super T, KeyValue> sink) throws CallFailed {
    long revision = 0; // the newest
    int keys = FIRST_KEYS;
    for (KeyRange range : ranges) {
      ByteString from = namespace.inside(range.from());
      boolean more = true;
      while (more) {
        RangeResponse page;
        try {
          page =
              endpoints
                  .read(
                      Rpc.RANGE,
                      RangeRequest.newBuilder()
                          .setKey(from)
                          .setRangeEnd(namespace.inside(range.to()))
                          .setRevision(revision)
                          .setLimit(keys)
                          .build())
                  .message();
        } catch (CallFailed failed) {
          if (keys > 1 && failed.cure() == CallFailed.Cure.SMALLER_ANSWER) {
            keys = keys / 4 + 1;
            continue;
          }
          throw failed;
        }
        revision = revision == 0 ? page.getHeader().getRevision() : revision;
        page.getKvsList().forEach(kv -> sink.accept(into, namespace.outside(kv)));
        more = page.getMore();
        if (page.getKvsCount() > 0) {
          // The first key behind the last one read.
          from =
              page.getKvs(page.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[1]));
        }
        if (more) {
          int bytesPerKey = 1 + page.getSerializedSize() / page.getKvsCount();
          keys = Math.max(1, Math.min(MOST_KEYS, PAGE_BYTES / bytesPerKey));
        }
      }
    }
    return new AtRevision<>(revision == 0 ? currentRevision() : revision, into);
  }

  private long currentRevision() throws CallFailed {
    return endpoints
        .read(Rpc.TXN, TxnRequest.getDefaultInstance())
        .message()
        .getHeader()
        .getRevision();
  }

  private AtRevision<List<KeyValue>> keysOnce(List<Bytes> keys) throws CallFailed {
    long revision = 0;
    int atOnce = MOST_GETS;
    List<KeyValue> found = new ArrayList<>();
    for (int done = 0; done < keys.size(); ) {
      List<Bytes> some = keys.subList(done, Math.min(keys.size(), done + atOnce));
      TxnRequest.Builder request = TxnRequest.newBuilder();
      for (Bytes key : some) {
        request.addSuccess(
            RequestOp.newBuilder()
                .setRequestRange(
                    RangeRequest.newBuilder().setKey(namespace.inside(key)).setRevision(revision)));
      }
      TxnResponse response;
      try {
        response = endpoints.read(Rpc.TXN, request.build()).message();
      } catch (CallFailed failed) {
        boolean tooMany =
            failed.failure().kind() == EtcdFailure.Kind.TOO_MANY_OPERATIONS
                || failed.cure() == CallFailed.Cure.SMALLER_ANSWER;
        if (atOnce > 1 && tooMany) {
          atOnce = atOnce / 4 + 1;
          continue;
        }
        throw failed;
      }
      revision = revision == 0 ? response.getHeader().getRevision() : revision;
      found.addAll(coding.found(response));
      done += some.size();
    }
    return new AtRevision<>(revision == 0 ? currentRevision() : revision, List.copyOf(found));
  }
}
