package io.ipamrepair.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.testing.Faults;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that stalls, dies, answers too much, or is another one than before. */
@Tag("etcd")
class EtcdTroubleTest {
  private static final Bytes A = Bytes.utf8("/a");
  private static final Bytes ONE = Bytes.utf8("1");
  private static final Bytes TWO = Bytes.utf8("2");
  private static final List<Bytes> WRITABLE = List.of(Bytes.utf8("/"));
  private static final Transaction FENCE =
      new Transaction(
          List.of(new Compare.Absent(A)),
          List.of(new Operation.Put(A, TWO)),
          List.of(new Operation.Get(A)));

  private static TimeLimits limits(int request, int settle) {
    return new TimeLimits(
        Duration.ofSeconds(request), Duration.ofSeconds(settle), Optional.empty());
  }

  private static Transaction put(Bytes value) {
    return new Transaction(
        List.of(new Compare.Absent(A)), List.of(new Operation.Put(A, value)), List.of());
  }

  private static EtcdTarget both(ThrowawayEtcd first, ThrowawayEtcd second) {
    return new EtcdTarget(
        List.of(first.endpoint(), second.endpoint()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Bytes.EMPTY);
  }

  @Test
  void aServerThatStallsLeavesTheOutcomeOpenAndTheFenceSettlesItWhenItGoesOn() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), limits(1, 30), WRITABLE)) {
      etcd.identity();
      server.pause();
      CompletableFuture<CommitOutcome> settled;
      try {
        CommitOutcome outcome = etcd.commit(put(ONE));
        assertThat(outcome)
            .isInstanceOfSatisfying(
                CommitOutcome.Unknown.class,
                open ->
                    assertThat(open.failure().kind())
                        .as(open.failure().line())
                        .isEqualTo(EtcdFailure.Kind.TIMEOUT));
        settled = CompletableFuture.supplyAsync(() -> etcd.commitUntilAnswered(FENCE));
      } finally {
        server.resume();
      }
      // Either won; what matters is that the answer and the data agree.
      CommitOutcome fence = settled.join();
      Bytes now = server.all().get(A).value();
      if (fence instanceof CommitOutcome.ConditionFailed failed) {
        assertThat(failed.read()).extracting(KeyValue::value).containsExactly(now);
      } else {
        assertThat(fence).isInstanceOf(CommitOutcome.Applied.class);
        assertThat(now).isEqualTo(TWO);
      }
    }
  }

  @Test
  void aFenceThatNobodyAnswersEndsWithTheSettleLimit() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), limits(1, 2), WRITABLE)) {
      etcd.identity();
      server.pause();
      long start = System.nanoTime();
      try {
        assertThat(etcd.commitUntilAnswered(FENCE)).isInstanceOf(CommitOutcome.Unknown.class);
      } finally {
        server.resume();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }
  }

  private static TimeLimits wholeCommand(Duration time) {
    return new TimeLimits(Duration.ofSeconds(30), Duration.ofSeconds(30), Optional.of(time));
  }

  private static void assertOver(EtcdException failed, ThrowawayEtcd server) {
    assertThat(failed).as("a failure").isNotNull();
    assertThat(failed.failure().kind()).isEqualTo(EtcdFailure.Kind.TIMEOUT);
    assertThat(failed)
        .hasMessageContaining(server.endpoint().toString())
        .hasMessageContaining("the time for the whole command, --timeout, has passed");
  }

  @Test
  void aReadEndsWithTheTimeForTheWholeCommand() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), wholeCommand(Duration.ofSeconds(2)), WRITABLE)) {
      etcd.identity();
      server.pause();
      long start = System.nanoTime();
      try {
        assertOver(catchThrowableOfType(EtcdException.class, etcd::identity), server);
        assertOver(
            catchThrowableOfType(
                EtcdException.class,
                () -> etcd.read(List.of(KeyRange.prefix("/")), ArrayList::new, List::add)),
            server);
      } finally {
        server.resume();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("far from the request limit of 30 s")
          .isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void noTransactionIsKeptBackOrCutByTheTimeForTheWholeCommand() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(both(server, server), wholeCommand(Duration.ZERO), WRITABLE)) {
      assertOver(catchThrowableOfType(EtcdException.class, () -> etcd.get(List.of(A))), server);
      assertThat(etcd.commit(put(ONE))).isInstanceOf(CommitOutcome.Applied.class);
      assertThat(etcd.commitUntilAnswered(FENCE)).isInstanceOf(CommitOutcome.ConditionFailed.class);
    }
  }

  @Test
  void aTransactionToADeadServerIsNotAppliedAndSaysSoAtOnce() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), limits(5, 5), WRITABLE)) {
      server.kill();
      assertThat(etcd.commit(put(ONE)))
          .isInstanceOfSatisfying(
              CommitOutcome.NotApplied.class,
              not ->
                  assertThat(not.failure().line())
                      .contains(server.endpoint().toString())
                      .containsIgnoringCase("refused"));
    }
  }

  @Test
  void anInterruptDoesNotKeepAFenceFromSettling() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), limits(5, 10), WRITABLE)) {
      Thread.currentThread().interrupt();
      CommitOutcome outcome = etcd.commitUntilAnswered(FENCE);
      assertThat(Thread.interrupted()).as("interrupted still").isTrue();
      assertThat(outcome).isInstanceOf(CommitOutcome.Applied.class);
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsAskedForAgainInSmallerPartsWithoutWaiting() throws Exception {
    Bytes large = Bytes.of(new byte[1_200_000]);
    List<Bytes> keys =
        IntStream.range(0, 40).mapToObj(i -> Bytes.utf8("/large/" + (100 + i))).toList();
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(server.target(), limits(30, 5), WRITABLE)) {
      for (Bytes key : keys) {
        etcd.commit(new Transaction(List.of(), List.of(new Operation.Put(key, large)), List.of()));
      }
      long start = System.nanoTime();
      assertThat(
              etcd.read(List.of(KeyRange.prefix("/large/")), ArrayList<KeyValue>::new, List::add)
                  .value())
          .extracting(KeyValue::key)
          .containsExactlyElementsOf(keys);
      assertThat(etcd.get(keys).value()).extracting(KeyValue::key).containsExactlyElementsOf(keys);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("far from the request limit of 30 s")
          .isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void aReadThatIsOvertakenOnceByACompactionStartsAgainWithAFreshResult() throws Exception {
    List<List<KeyValue>> results = new ArrayList<>();
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Compactor compactor = new Compactor(server.endpoint());
        Etcd etcd = Etcd.connect(server.target(), limits(5, 5), WRITABLE)) {
      server.load(
          IntStream.range(0, 3_000)
              .mapToObj(i -> new KeyValue(Bytes.utf8(String.format("/c/%05d", i)), ONE, 0, 0, 0))
              .toList());
      AtRevision<List<KeyValue>> read =
          etcd.read(
              List.of(KeyRange.prefix("/c/")),
              () -> {
                results.add(new ArrayList<>());
                return results.get(results.size() - 1);
              },
              (all, each) -> {
                all.add(each);
                if (results.size() == 1 && all.size() == 1) {
                  server.put("/c/99999", "later");
                  compactor.compact();
                }
              });
      assertThat(results).hasSize(2);
      assertThat(read.value()).isSameAs(results.get(1)).hasSize(3_001);
    }
  }

  @Test
  void endpointsOfTwoClustersAreNeverMixed() throws Exception {
    try (ThrowawayEtcd first = ThrowawayEtcd.start();
        ThrowawayEtcd other = ThrowawayEtcd.start();
        Etcd etcd = Etcd.connect(both(first, other), limits(5, 2), WRITABLE)) {
      etcd.identity();
      first.kill();
      EtcdException failed = catchThrowableOfType(EtcdException.class, () -> etcd.get(List.of(A)));
      assertThat(failed)
          .hasMessageContaining("cluster")
          .hasMessageContaining(other.endpoint() + "");
      assertThat(etcd.commit(put(ONE))).isInstanceOf(CommitOutcome.NotApplied.class);
      assertThat(other.all()).isEmpty();
      // A fence answered by another cluster settles nothing.
      assertThat(etcd.commitUntilAnswered(FENCE)).isInstanceOf(CommitOutcome.Unknown.class);
    }
  }

  @Test
  void aLostAnswerLeavesNoDoubtAboutHowOftenItWasSent() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd =
            Etcd.connect(
                server.target(), limits(5, 5), WRITABLE, Faults.loseAnswers(any -> true, 1))) {
      Transaction unconditional =
          new Transaction(List.of(), List.of(new Operation.Put(A, ONE)), List.of());
      assertThat(etcd.commit(unconditional)).isInstanceOf(CommitOutcome.Unknown.class);
      assertThat(Stream.of(server.all().get(A)).map(KeyValue::version)).containsExactly(1L);
    }
  }
}
