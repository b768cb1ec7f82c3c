package io.ipamrepair.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.testing.Users;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An etcd that asks for users. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdUsersTest {
  private static final Bytes OURS = Bytes.utf8("/ours/a");
  private static final Bytes THEIRS = Bytes.utf8("/theirs/a");
  private static final Bytes ONE = Bytes.utf8("1");

  private ThrowawayEtcd server;
  private Users users;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
    users = new Users(server.endpoint());
    users.add("alice", "right", "/ours/");
    users.enable();
  }

  @AfterAll
  void stop() {
    users.close();
    server.close();
  }

  private Etcd connect(Optional<EtcdTarget.Credentials> credentials) throws EtcdException {
    EtcdTarget target =
        new EtcdTarget(
            List.of(server.endpoint()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            credentials,
            Bytes.EMPTY);
    return Etcd.connect(target, TimeLimits.standard(), List.of(Bytes.utf8("/")));
  }

  private Etcd as(String user, String password) throws EtcdException {
    return connect(Optional.of(new EtcdTarget.Credentials(user, password)));
  }

  private static Transaction put(Bytes key, Compare... when) {
    return new Transaction(List.of(when), List.of(new Operation.Put(key, ONE)), List.of());
  }

  private static void assertRefused(CommitOutcome outcome, EtcdFailure.Kind kind) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            CommitOutcome.NotApplied.class,
            not -> assertThat(not.failure().kind()).as(not.failure().line()).isEqualTo(kind));
  }

  @Test
  void aUserReadsAndWritesWhatItsRoleAllowsAndLearnsWhoAnswers() throws Exception {
    try (Etcd etcd = as("alice", "right")) {
      assertThat(etcd.identity().clusterId()).isNotZero();
      assertThat(etcd.commit(put(OURS))).isInstanceOf(CommitOutcome.Applied.class);
      assertThat(etcd.get(List.of(OURS)).value()).hasSize(1);
    }
  }

  @Test
  void aWrongPasswordIsSaidSoAndNothingIsSent() throws Exception {
    try (Etcd etcd = as("alice", "wrong")) {
      EtcdException failed = catchThrowableOfType(EtcdException.class, etcd::identity);
      assertThat(failed.failure().kind())
          .as(failed.getMessage())
          .isEqualTo(EtcdFailure.Kind.AUTHENTICATION);
      assertThat(failed.getMessage()).doesNotContain("wrong");
      assertRefused(etcd.commit(put(OURS)), EtcdFailure.Kind.AUTHENTICATION);
      assertRefused(etcd.commitUntilAnswered(put(OURS)), EtcdFailure.Kind.AUTHENTICATION);
    }
  }

  @Test
  void aMissingUserShowsAtTheFirstReadAndAtACommit() throws Exception {
    try (Etcd etcd = connect(Optional.empty())) {
      EtcdException failed =
          catchThrowableOfType(EtcdException.class, () -> etcd.get(List.of(OURS)));
      assertThat(failed.failure().kind())
          .as(failed.getMessage())
          .isEqualTo(EtcdFailure.Kind.AUTHENTICATION);
      assertRefused(etcd.commit(put(OURS)), EtcdFailure.Kind.AUTHENTICATION);
    }
  }

  @Test
  void whatTheRoleDoesNotAllowIsNotAppliedNotEvenInATrial() throws Exception {
    try (Etcd etcd = as("alice", "right")) {
      EtcdException failed =
          catchThrowableOfType(EtcdException.class, () -> etcd.get(List.of(THEIRS)));
      assertThat(failed.failure().kind())
          .as(failed.getMessage())
          .isEqualTo(EtcdFailure.Kind.PERMISSION);
      assertRefused(etcd.commit(put(THEIRS)), EtcdFailure.Kind.PERMISSION);
      assertRefused(etcd.commitUntilAnswered(put(THEIRS)), EtcdFailure.Kind.PERMISSION);
      assertRefused(etcd.commit(put(THEIRS, new Compare.Never(OURS))), EtcdFailure.Kind.PERMISSION);
    }
  }

  @Test
  void aUserWhoMayNotReadTheToolsOwnKeysLearnsNothingOfThemAndIsNotStopped() throws Exception {
    try (Etcd etcd = as("alice", "right")) {
      assertThat(ToolKeys.read(etcd)).isEmpty();
    }
    try (Etcd etcd = as("root", "root")) {
      assertThat(ToolKeys.read(etcd)).isPresent();
    }
  }

  @Test
  void aTokenThatBecameInvalidIsReplacedAndTheTransactionHappensOnce() throws Exception {
    Bytes key = Bytes.utf8("/ours/token");
    try (Etcd etcd = as("alice", "right")) {
      etcd.get(List.of(key));
      users.changePassword("alice", "right");
      assertThat(etcd.commit(put(key, new Compare.Absent(key))))
          .isInstanceOf(CommitOutcome.Applied.class);
      assertThat(etcd.get(List.of(key)).value())
          .singleElement()
          .satisfies(found -> assertThat(found.version()).isEqualTo(1));
    }
  }

  @Test
  void aUserForAnEtcdThatAsksForNoneIsNoMistake() throws Exception {
    try (ThrowawayEtcd open = ThrowawayEtcd.start()) {
      EtcdTarget target =
          new EtcdTarget(
              List.of(open.endpoint()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(new EtcdTarget.Credentials("alice", "right")),
              Bytes.EMPTY);
      try (Etcd etcd = Etcd.connect(target, TimeLimits.standard(), List.of())) {
        assertThat(etcd.get(List.of(OURS)).value()).isEmpty();
      }
    }
  }
}
