package io.ipamrepair.bench;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Writes a cluster into an etcd: transactions as large as etcd's defaults allow, several on their
 * way at once, so the revisions differ from one load to the next.
 */
final class Loader {
  /** etcd's default of {@code --max-txn-ops}. */
  private static final int OPERATIONS = 128;

  /** Below etcd's default of {@code --max-request-bytes}, 1.5 MiB. */
  private static final int BYTES = 1_000_000;

  private static final int IN_FLIGHT = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Cluster cluster;
  private final AtomicInteger next = new AtomicInteger();
  private final IntConsumer progress;

  /**
   * @param progress told now and then how many keys are written
   */
  Loader(Cluster cluster, IntConsumer progress) {
    this.cluster = cluster;
    this.progress = progress;
  }

  /** Writes all keys; returns when etcd has them. */
  void load(EtcdTarget target) throws EtcdException, InterruptedException {
    TimeLimits patient = new TimeLimits(PATIENCE, PATIENCE, Optional.empty());
    ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT);
    try (Etcd etcd = Etcd.connect(target, patient, List.of(Bytes.utf8(KeyLayout.ROOT)))) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT; i++) {
        running.add(threads.submit(() -> writeSome(etcd)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the cluster was not loaded", failed.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private void writeSome(Etcd etcd) {
    List<Operation> some = new ArrayList<>();
    while (true) {
      int first = next.getAndAdd(OPERATIONS);
      int end = Math.min(first + OPERATIONS, cluster.keys());
      if (first >= end) {
        return;
      }
      int bytes = 0;
      for (int turn = first; turn < end; turn++) {
        Operation.Put put = cluster.write(turn);
        if (bytes + put.value().length() > BYTES) {
          commit(etcd, some);
          some.clear();
          bytes = 0;
        }
        some.add(put);
        bytes += put.key().length() + put.value().length();
      }
      commit(etcd, some);
      some.clear();
      progress.accept(end);
    }
  }

  private static void commit(Etcd etcd, List<Operation> some) {
    CommitOutcome outcome = etcd.commit(new Transaction(List.of(), some, List.of()));
    if (!(outcome instanceof CommitOutcome.Applied)) {
      throw new IllegalStateException("etcd was to write " + some.size() + " keys: " + outcome);
    }
  }
}
