package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValueView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Reads very many keys at a revision that is fixed already: in parts that have an end, because for
 * each page of an endless range etcd walks all that is left of it; two parts at a time, because
 * then etcd gathers one while the other is parsed here, and more gained nothing; and without an
 * object for each key (docs/performance.md).
 */
final class BulkRead {
  private static final int AT_ONCE = 2;

  /** A part is cut to hold fewer; where it holds more, the next page follows. */
  private static final int MOST_KEYS = 60_000;

  private final Endpoints endpoints;
  private final Namespace namespace;

  BulkRead(Endpoints endpoints, Namespace namespace) {
    this.endpoints = endpoints;
    this.namespace = namespace;
  }

  /** See {@link Etcd#readParts}. */
  void parts(long revision, List<KeyRange> parts, Supplier<Etcd.PartSink> sinks)
      throws EtcdException {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    int workers = Math.min(AT_ONCE, parts.size());
    if (workers == 0) {
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            workers,
            task -> {
              Thread thread = new Thread(task, "etcd-read");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Optional<CallFailed>>> results = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        Etcd.PartSink sink = sinks.get();
        results.add(threads.submit(worker(revision, parts, next, failed, sink)));
      }
      Optional<CallFailed> first = Optional.empty();
      for (Future<Optional<CallFailed>> result : results) {
        Optional<CallFailed> ended = result.get();
        first = first.isPresent() ? first : ended;
      }
      if (first.isPresent()) {
        throw new EtcdException(first.get().failure());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EtcdException(
          new EtcdFailure(EtcdFailure.Kind.OTHER, "etcd", "interrupted while reading"));
    } catch (ExecutionException bug) {
      if (bug.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (bug.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(bug.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** One thread: takes parts until there is none left, or somebody failed. */
  private Callable<Optional<CallFailed>> worker(
      long revision,
      List<KeyRange> parts,
      AtomicInteger next,
      AtomicBoolean failed,
      Etcd.PartSink sink) {
    return () -> {
      RawPage page = new RawPage();
      Rpc<RangeRequest, RawPage> rpc =
          new Rpc<>(
              KVGrpc.getRangeMethod().toBuilder(
                      KVGrpc.getRangeMethod().getRequestMarshaller(), page.marshaller())
                  .build(),
              RawPage::header);
      KeyValueView view = new KeyValueView();
      try {
        for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
          if (failed.get()) {
            return Optional.empty();
          }
          part(revision, parts.get(i), rpc, view, sink);
          sink.partEnds();
        }
        return Optional.empty();
      } catch (CallFailed failure) {
        failed.set(true);
        return Optional.of(failure);
      }
    };
  }

  private void part(
      long revision,
      KeyRange part,
      Rpc<RangeRequest, RawPage> rpc,
      KeyValueView view,
      Etcd.PartSink sink)
      throws CallFailed, IOException {
    ByteString from = namespace.inside(part.from());
    ByteString to = namespace.inside(part.to());
    int keys = MOST_KEYS;
    boolean more = true;
    while (more) {
      RawPage page;
      try {
        page =
            endpoints
                .read(
                    rpc,
                    RangeRequest.newBuilder()
                        .setKey(from)
                        .setRangeEnd(to)
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
      page.forEach(namespace.prefix().length(), view, sink::key);
      more = page.more();
      // The first key behind the last one read.
      from = ByteString.copyFrom(page.lastKey()).concat(ByteString.copyFrom(new byte[1]));
    }
  }
}
