package io.ipamrepair.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ClientInterceptor;
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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Reading and committing, on whatever etcd is at hand: 3.4, 3.5 and 3.6. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdTest {
  private static final Bytes A = Bytes.utf8("/a");
  private static final Bytes B = Bytes.utf8("/b");
  private static final Bytes ONE = Bytes.utf8("1");
  private static final Bytes TWO = Bytes.utf8("2");
  private static final List<Bytes> WRITABLE = List.of(Bytes.utf8("/"));

  private ThrowawayEtcd server;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void clean() {
    server.clear();
  }

  private Etcd connect(ClientInterceptor... faults) throws EtcdException {
    return Etcd.connect(server.target(), TimeLimits.standard(), WRITABLE, faults);
  }

  private static Transaction when(Compare... compares) {
    return new Transaction(
        List.of(compares), List.of(new Operation.Put(B, TWO)), List.of(new Operation.Get(A)));
  }

  @Test
  void everythingIsReadAtOneRevisionWhileOthersWrite() throws Exception {
    server.load(
        IntStream.range(0, 12_000)
            .mapToObj(i -> new KeyValue(Bytes.utf8(String.format("/many/%05d", i)), ONE, 0, 0, 0))
            .toList());
    try (Etcd etcd = connect()) {
      List<KeyValue> seen = new ArrayList<>();
      AtRevision<List<KeyValue>> read =
          etcd.read(
              List.of(KeyRange.prefix("/many/")),
              () -> seen,
              (all, each) -> {
                if (all.size() == 100) {
                  // Between two pages: a key that is not read yet goes, and another comes.
                  server.delete("/many/11999");
                  server.put("/many/99999", "late");
                }
                all.add(each);
              });
      assertThat(read.value())
          .hasSize(12_000)
          .isSortedAccordingTo((x, y) -> x.key().compareTo(y.key()));
      assertThat(read.value().get(11_999).key()).hasToString("/many/11999");
      assertThat(read.value()).allMatch(each -> each.modRevision() <= read.revision());
    }
  }

  @Test
  void largeValuesAndBytesThatAreNoTextArriveAsTheyAre() throws Exception {
    byte[] large = new byte[1_200_000];
    new java.util.Random(7).nextBytes(large);
    try (Etcd etcd = connect()) {
      for (int i = 0; i < 12; i++) {
        etcd.commit(
            new Transaction(
                List.of(),
                List.of(new Operation.Put(Bytes.utf8("/large/" + i), Bytes.of(large))),
                List.of()));
      }
      AtRevision<List<KeyValue>> read =
          etcd.read(List.of(KeyRange.prefix("/large/")), ArrayList::new, List::add);
      assertThat(read.value()).hasSize(12).allMatch(each -> each.value().equals(Bytes.of(large)));
    }
  }

  @Test
  void keysAreFoundAtOneRevisionAndAbsentOnesLeftOut() throws Exception {
    server.put("/a", "1");
    try (Etcd etcd = connect()) {
      assertThat(etcd.get(List.of(A, B)).value()).extracting(KeyValue::key).containsExactly(A);
      List<Bytes> many = IntStream.range(0, 300).mapToObj(i -> Bytes.utf8("/none/" + i)).toList();
      assertThat(etcd.get(Stream.concat(many.stream(), Stream.of(A)).toList()).value()).hasSize(1);
    }
  }

  @Test
  void keysAreCountedWithoutReadingThem() throws Exception {
    server.load(
        IntStream.range(0, 30)
            .mapToObj(i -> new KeyValue(Bytes.utf8("/counted/" + i), ONE, 0, 0, 0))
            .toList());
    server.put("/a", "1");
    server.put("/countes", "1");
    try (Etcd etcd = connect()) {
      assertThat(etcd.count(List.of(KeyRange.prefix("/a"), KeyRange.prefix("/counted/"))))
          .isEqualTo(31);
      assertThat(etcd.count(List.of())).isZero();
    }
  }

  @Test
  void aTransactionIsAppliedWhenEveryKindOfCompareHolds() throws Exception {
    server.put("/a", "1");
    KeyValue a = server.all().get(A);
    try (Etcd etcd = connect()) {
      CommitOutcome outcome =
          etcd.commit(
              when(
                  new Compare.ModRevisionIs(A, a.modRevision()),
                  new Compare.CreateRevisionIs(A, a.createRevision()),
                  new Compare.ValueIs(A, ONE),
                  new Compare.Absent(B),
                  new Compare.NothingWrittenSince(KeyRange.prefix("/a"), a.modRevision())));
      assertThat(outcome).isInstanceOf(CommitOutcome.Applied.class);
      assertThat(server.all().get(B).value()).isEqualTo(TWO);
      assertThat(server.all().get(B).modRevision())
          .isEqualTo(((CommitOutcome.Applied) outcome).revision());
    }
  }

  @Test
  void eachCompareThatDoesNotHoldStopsItAndTheOtherBranchIsRead() throws Exception {
    server.put("/a", "1");
    KeyValue a = server.all().get(A);
    List<Compare> failing =
        List.of(
            new Compare.ModRevisionIs(A, a.modRevision() + 1),
            new Compare.CreateRevisionIs(A, a.createRevision() - 1),
            new Compare.ValueIs(A, TWO),
            new Compare.ValueIs(Bytes.utf8("/none"), ONE),
            new Compare.Absent(A),
            new Compare.NothingWrittenSince(KeyRange.prefix("/a"), a.modRevision() - 1),
            new Compare.Never(A),
            new Compare.Never(Bytes.utf8("/none")));
    try (Etcd etcd = connect()) {
      for (Compare compare : failing) {
        CommitOutcome outcome = etcd.commit(when(compare));
        assertThat(outcome)
            .as(compare.toString())
            .isInstanceOfSatisfying(
                CommitOutcome.ConditionFailed.class,
                failed ->
                    assertThat(failed.read()).extracting(KeyValue::value).containsExactly(ONE));
        assertThat(server.all()).as(compare.toString()).doesNotContainKey(B);
      }
    }
  }

  @Test
  void aRangeGuardNoticesInsertionsAndChangesAndNoDeletions() throws Exception {
    server.put("/g/1", "1");
    server.put("/g/2", "1");
    try (Etcd etcd = connect()) {
      KeyRange range = KeyRange.prefix("/g/");
      long before = etcd.identity().revision();
      server.delete("/g/2");
      assertThat(
              etcd.commit(
                  new Transaction(
                      List.of(new Compare.NothingWrittenSince(range, before)),
                      List.of(),
                      List.of())))
          .isInstanceOf(CommitOutcome.Applied.class);
      server.put("/g/3", "1");
      assertThat(
              etcd.commit(
                  new Transaction(
                      List.of(new Compare.NothingWrittenSince(range, before)),
                      List.of(),
                      List.of())))
          .isInstanceOf(CommitOutcome.ConditionFailed.class);
      KeyRange empty = KeyRange.prefix("/nothing/");
      assertThat(
              etcd.commit(
                  new Transaction(
                      List.of(new Compare.NothingWrittenSince(empty, 0)), List.of(), List.of())))
          .isInstanceOf(CommitOutcome.Applied.class);
      assertThat(
              etcd.commit(
                  new Transaction(
                      List.of(new Compare.NothingWrittenSince(range, 0)), List.of(), List.of())))
          .isInstanceOf(CommitOutcome.ConditionFailed.class);
    }
  }

  @Test
  void whatExceedsTheLimitsIsNotApplied() throws Exception {
    List<Operation> many =
        IntStream.range(0, 129)
            .<Operation>mapToObj(i -> new Operation.Put(Bytes.utf8("/x/" + i), ONE))
            .toList();
    Operation huge = new Operation.Put(A, Bytes.of(new byte[1_600_000]));
    Operation huger = new Operation.Put(A, Bytes.of(new byte[3_000_000]));
    try (Etcd etcd = connect()) {
      assertNotApplied(
          etcd.commit(new Transaction(List.of(), many, List.of())),
          EtcdFailure.Kind.TOO_MANY_OPERATIONS);
      assertNotApplied(
          etcd.commit(new Transaction(List.of(), List.of(huge), List.of())),
          EtcdFailure.Kind.TOO_LARGE);
      assertNotApplied(
          etcd.commit(new Transaction(List.of(), List.of(huger), List.of())),
          EtcdFailure.Kind.TOO_LARGE);
      assertNotApplied(
          etcd.commit(new Transaction(List.of(new Compare.Never(A)), many, List.of())),
          EtcdFailure.Kind.TOO_MANY_OPERATIONS);
    }
    assertThat(server.all()).isEmpty();
  }

  private static void assertNotApplied(CommitOutcome outcome, EtcdFailure.Kind kind) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            CommitOutcome.NotApplied.class,
            not -> assertThat(not.failure().kind()).as(not.failure().line()).isEqualTo(kind));
  }

  @Test
  void aTransactionWhoseAnswerIsLostIsUnknownAndAFenceSettlesIt() throws Exception {
    try (Etcd etcd = connect(Faults.loseAnswers(request -> true, 1))) {
      CommitOutcome outcome =
          etcd.commit(
              new Transaction(
                  List.of(new Compare.Absent(A)), List.of(new Operation.Put(A, ONE)), List.of()));
      assertThat(outcome).isInstanceOf(CommitOutcome.Unknown.class);
      CommitOutcome fence =
          etcd.commitUntilAnswered(
              new Transaction(
                  List.of(new Compare.Absent(A)),
                  List.of(new Operation.Put(A, TWO)),
                  List.of(new Operation.Get(A))));
      assertThat(fence)
          .isInstanceOfSatisfying(
              CommitOutcome.ConditionFailed.class,
              lost -> assertThat(lost.read().get(0).value()).isEqualTo(ONE));
    }
  }

  @Test
  void aFenceWhoseOwnAnswerIsLostFindsItsEffectWhenItIsRepeated() throws Exception {
    try (Etcd etcd = connect(Faults.loseAnswers(request -> request.getCompareCount() > 0, 2))) {
      etcd.identity();
      CommitOutcome fence =
          etcd.commitUntilAnswered(
              new Transaction(
                  List.of(new Compare.Absent(A)),
                  List.of(new Operation.Put(A, TWO)),
                  List.of(new Operation.Get(A))));
      assertThat(fence)
          .isInstanceOfSatisfying(
              CommitOutcome.ConditionFailed.class,
              lost -> assertThat(lost.read().get(0).value()).isEqualTo(TWO));
    }
  }

  @Test
  void aTransactionThatNeverLeftIsNotApplied() throws Exception {
    try (Etcd etcd = connect(Faults.neverSend(request -> true, 1))) {
      assertThat(
              etcd.commit(
                  new Transaction(List.of(), List.of(new Operation.Put(A, ONE)), List.of())))
          .isInstanceOf(CommitOutcome.NotApplied.class);
    }
    assertThat(server.all()).isEmpty();
  }

  @Test
  void aRevisionThatIsCompactedUnderEachAttemptEndsWithThatCause() throws Exception {
    server.load(
        IntStream.range(0, 9_000)
            .mapToObj(i -> new KeyValue(Bytes.utf8(String.format("/c/%05d", i)), ONE, 0, 0, 0))
            .toList());
    List<Integer> attempts = new ArrayList<>();
    try (Etcd etcd = connect();
        Compactor compactor = new Compactor(server.endpoint())) {
      EtcdException failed =
          catchThrowableOfType(
              EtcdException.class,
              () ->
                  etcd.read(
                      List.of(KeyRange.prefix("/c/")),
                      () -> {
                        attempts.add(attempts.size());
                        return new ArrayList<KeyValue>();
                      },
                      (all, each) -> {
                        all.add(each);
                        if (all.size() == 1) {
                          server.put("/later", "x" + attempts.size());
                          compactor.compact();
                        }
                      }));
      assertThat(failed).isNotNull();
      assertThat(failed.failure().kind()).isEqualTo(EtcdFailure.Kind.COMPACTED);
      assertThat(attempts).hasSize(3);
    }
  }

  @Test
  void aKeyOutsideTheWritablePrefixesIsNeverSent() throws Exception {
    try (Etcd etcd = connect()) {
      assertThatThrownBy(
              () ->
                  etcd.commit(
                      new Transaction(
                          List.of(), List.of(new Operation.Delete(Bytes.utf8("x"))), List.of())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aPrefixIsPrependedToEveryKeyAndTakenAwayAgain() throws Exception {
    EtcdTarget target =
        new EtcdTarget(
            server.target().endpoints(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Bytes.utf8("/tenant"));
    try (Etcd etcd = Etcd.connect(target, TimeLimits.standard(), WRITABLE)) {
      etcd.commit(
          new Transaction(
              List.of(new Compare.Absent(A)), List.of(new Operation.Put(A, ONE)), List.of()));
      assertThat(server.all()).containsOnlyKeys(Bytes.utf8("/tenant/a"));
      assertThat(etcd.get(List.of(A)).value()).extracting(KeyValue::key).containsExactly(A);
      assertThat(
              etcd.read(List.of(KeyRange.prefix("/a")), ArrayList<KeyValue>::new, List::add)
                  .value())
          .extracting(KeyValue::key)
          .containsExactly(A);
    }
  }

  @Test
  void anEndpointThatRefusesOrSaysNothingEndsWithinTheLimitWithItsCause() throws Exception {
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(2), Duration.ofSeconds(2), Optional.empty());
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int closed;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        closed = free.getLocalPort();
      }
      for (int port : new int[] {closed, silent.getLocalPort()}) {
        EtcdTarget target =
            new EtcdTarget(
                List.of(URI.create("http://127.0.0.1:" + port)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Bytes.EMPTY);
        long start = System.nanoTime();
        try (Etcd etcd = Etcd.connect(target, limits, WRITABLE)) {
          EtcdException failed = catchThrowableOfType(EtcdException.class, etcd::identity);
          assertThat(failed.getMessage()).contains("127.0.0.1:" + port).doesNotContain("\n");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
      }
      EtcdTarget both =
          new EtcdTarget(
              List.of(URI.create("http://127.0.0.1:" + silent.getLocalPort()), server.endpoint()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Bytes.EMPTY);
      try (Etcd etcd = Etcd.connect(both, limits, WRITABLE)) {
        assertThat(etcd.identity().endpoint()).isEqualTo(server.endpoint().toString());
      }
    }
  }

  @Test
  void httpsIsNeverSpokenInPlainTextAndTlsOptionsNeedHttps() {
    EtcdTarget https =
        new EtcdTarget(
            List.of(URI.create(server.endpoint().toString().replace("http:", "https:"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Bytes.EMPTY);
    EtcdException plain =
        catchThrowableOfType(
            EtcdException.class,
            () -> {
              try (Etcd etcd = Etcd.connect(https, TimeLimits.standard(), WRITABLE)) {
                etcd.identity();
              }
            });
    assertThat(plain.failure().kind()).as(plain.getMessage()).isEqualTo(EtcdFailure.Kind.TLS);
    EtcdTarget mixed =
        new EtcdTarget(
            List.of(server.endpoint()),
            Optional.of(java.nio.file.Path.of("ca.pem")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Bytes.EMPTY);
    assertThatThrownBy(() -> Etcd.connect(mixed, TimeLimits.standard(), WRITABLE))
        .isInstanceOf(EtcdException.class)
        .hasMessageContaining("http://");
  }

  @Test
  void aFullEtcdTakesNoPutsAndIsSaidToBeFull() throws Exception {
    try (ThrowawayEtcd small = ThrowawayEtcd.start("--quota-backend-bytes", "4194304");
        Etcd etcd = Etcd.connect(small.target(), TimeLimits.standard(), WRITABLE)) {
      CommitOutcome outcome = new CommitOutcome.Applied(0, List.of());
      for (int i = 0; i < 40 && outcome instanceof CommitOutcome.Applied; i++) {
        outcome =
            etcd.commit(
                new Transaction(
                    List.of(),
                    List.of(
                        new Operation.Put(Bytes.utf8("/full/" + i), Bytes.of(new byte[400_000]))),
                    List.of()));
      }
      EtcdFailure failure =
          outcome instanceof CommitOutcome.Unknown unknown
              ? unknown.failure()
              : ((CommitOutcome.NotApplied) outcome).failure();
      assertThat(failure.kind()).as(failure.line()).isEqualTo(EtcdFailure.Kind.NO_SPACE);
      assertThat(
              etcd.commit(
                  new Transaction(
                      List.of(), List.of(new Operation.Delete(Bytes.utf8("/full/0"))), List.of())))
          .as("a deletion")
          .isInstanceOf(CommitOutcome.Applied.class);
    }
  }
}
