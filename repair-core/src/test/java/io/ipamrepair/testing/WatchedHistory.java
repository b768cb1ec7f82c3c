package io.ipamrepair.testing;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.ipamrepair.kv.Bytes;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** All that etcd did to any key, revision by revision, as a watch from the first one tells it. */
public final class WatchedHistory {
  private static final int LARGEST_ANSWER = 256 << 20;
  private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});

  private WatchedHistory() {}

  /**
   * A write of one key.
   *
   * @param value nothing for a deletion
   */
  public record Change(Bytes key, Optional<Bytes> value) {}

  /** Takes the history in order. */
  public interface Reader {
    /** What happened at one revision; all of it at once. */
    void at(long revision, List<Change> changes);
  }

  /**
   * Reads the history from revision {@code from} up to {@code to}, which must have been reached.
   *
   * @throws AssertionError when etcd does not tell it all
   */
  public static void read(URI endpoint, long from, long to, Reader reader) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_ANSWER)
            .build();
    try {
      Listener listener = new Listener(from, to, reader);
      StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(listener);
      requests.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(EVERYTHING)
                      .setRangeEnd(EVERYTHING)
                      .setStartRevision(from))
              .build());
      listener.end.orTimeout(10, TimeUnit.MINUTES).join();
    } finally {
      channel.shutdownNow();
    }
  }

  private static final class Listener implements StreamObserver<WatchResponse> {
    private final long to;
    private final Reader reader;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final List<Change> changes = new ArrayList<>();
    private long revision;

    Listener(long from, long to, Reader reader) {
      this.to = to;
      this.reader = reader;
      this.revision = from - 1;
    }

    @Override
    public void onNext(WatchResponse response) {
      if (end.isDone()) {
        return;
      }
      try {
        if (response.getCanceled()) {
          throw new AssertionError("the watch was cancelled: " + response.getCancelReason());
        }
        response.getEventsList().forEach(this::take);
        // etcd hands out a revision as a whole.
        if (revision >= to) {
          flush();
          end.complete(null);
        }
      } catch (RuntimeException | AssertionError wrong) {
        end.completeExceptionally(wrong);
      }
    }

    private void take(Event event) {
      KeyValue kv = event.getKv();
      if (kv.getModRevision() != revision) {
        flush();
        if (kv.getModRevision() != revision + 1) {
          throw new AssertionError(
              "revision " + kv.getModRevision() + " follows " + revision + " in the watch");
        }
        revision = kv.getModRevision();
      }
      changes.add(
          new Change(
              Bytes.of(kv.getKey().toByteArray()),
              event.getType() == Event.EventType.PUT
                  ? Optional.of(Bytes.of(kv.getValue().toByteArray()))
                  : Optional.empty()));
    }

    private void flush() {
      if (!changes.isEmpty() && revision <= to) {
        reader.at(revision, List.copyOf(changes));
      }
      changes.clear();
    }

    @Override
    public void onError(Throwable failed) {
      end.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      end.completeExceptionally(new AssertionError("the watch ended at revision " + revision));
    }
  }
}
