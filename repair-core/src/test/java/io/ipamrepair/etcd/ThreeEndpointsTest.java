package io.ipamrepair.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import io.ipamrepair.testing.ThreeMembers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A client that knows three members of one cluster, some of which are killed or stopped. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeEndpointsTest {
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(6), Duration.ofSeconds(10), Optional.empty());

  @AutoClose private final ThreeMembers cluster;

  /** A key that no other test has. */
  private Bytes key = Bytes.EMPTY;

  private Runnable mending = () -> {};

  ThreeEndpointsTest() throws Exception {
    cluster = ThreeMembers.start();
  }

  @BeforeEach
  void anotherKey() {
    key = Bytes.utf8("/" + UUID.randomUUID());
  }

  @AfterEach
  void mend() {
    mending.run();
    mending = () -> {};
    cluster.awaitHealthy();
  }

  private Etcd connect(EtcdTarget target) throws EtcdException {
    return Etcd.connect(target, LIMITS, List.of(Bytes.utf8("/")));
  }

  /** The member that a client of all of them talks to. */
  private int talksTo(Etcd etcd) throws EtcdException {
    String endpoint = etcd.identity().endpoint();
    for (int member = 0; member < 3; member++) {
      if (cluster.endpoint(member).toString().equals(endpoint)) {
        return member;
      }
    }
    throw new AssertionError(endpoint + " is none of the three");
  }

  private void stop(int... members) {
    for (int member : members) {
      cluster.stop(member);
    }
    mending =
        () -> {
          for (int member : members) {
            cluster.goOn(member);
          }
        };
  }

  private void kill(int member) {
    cluster.kill(member);
    mending = () -> cluster.restart(member);
  }

  private Transaction put(Bytes at, String value) {
    return new Transaction(
        List.of(new Compare.Absent(at)),
        List.of(new Operation.Put(at, Bytes.utf8(value))),
        List.of(new Operation.Get(at)));
  }

  @Test
  void eachMemberNamesItselfAndTheOneCluster() throws Exception {
    Map<Long, Long> clusterOfMember = new HashMap<>();
    for (int member = 0; member < 3; member++) {
      try (Etcd etcd = connect(cluster.target(member))) {
        EtcdIdentity identity = etcd.identity();
        assertThat(identity.memberId()).isEqualTo(cluster.id(member));
        clusterOfMember.put(identity.memberId(), identity.clusterId());
      }
    }
    assertThat(clusterOfMember).hasSize(3);
    assertThat(clusterOfMember.values()).containsOnly(clusterOfMember.values().iterator().next());
    try (Etcd etcd = connect(cluster.target())) {
      int member = talksTo(etcd);
      assertThat(etcd.identity().memberId()).isEqualTo(cluster.id(member));
    }
  }

  @Test
  void readsAndWritesGoOnAtAnotherMemberWhenOneIsKilled() throws Exception {
    try (Etcd etcd = connect(cluster.target())) {
      int first = talksTo(etcd);
      kill(first);
      assertThat(etcd.get(List.of(key)).value()).isEmpty();
      assertThat(talksTo(etcd)).isNotEqualTo(first);
      assertThat(etcd.commit(put(key, "1"))).isInstanceOf(CommitOutcome.Applied.class);
    }
  }

  @Test
  void aReadGoesOnAtAnotherMemberWithinItsTimeWhenOneIsStopped() throws Exception {
    try (Etcd etcd = connect(cluster.target())) {
      int first = talksTo(etcd);
      stop(first);
      assertThat(etcd.get(List.of(key)).value()).isEmpty();
      assertThat(talksTo(etcd)).isNotEqualTo(first);
    }
  }

  @Test
  void aNewClientPassesOverAStoppedMember() throws Exception {
    stop(0);
    try (Etcd etcd = connect(cluster.target())) {
      assertThat(talksTo(etcd)).isNotEqualTo(0);
    }
  }

  @Test
  void aTransactionToAStoppedMemberIsUnknownAndIsSettledAtAnother() throws Exception {
    try (Etcd etcd = connect(cluster.target())) {
      stop(talksTo(etcd));
      assertThat(etcd.commit(put(key, "step"))).isInstanceOf(CommitOutcome.Unknown.class);
      // Nobody but the stopped member has it, so the fence comes first.
      assertThat(etcd.commitUntilAnswered(put(key, "fence")))
          .isInstanceOf(CommitOutcome.Applied.class);
      mend();
      // When it goes on, it sends on what it has. The other was first, for good.
      assertThat(etcd.get(List.of(key)).value())
          .extracting(KeyValue::value)
          .containsExactly(Bytes.utf8("fence"));
    }
  }

  @Test
  void aMemberThatLostItsClusterAnswersNothingAtAll() throws Exception {
    int leader = cluster.leader();
    int left = (leader + 1) % 3;
    try (Etcd etcd = connect(cluster.target(left))) {
      etcd.identity();
      stop(leader, (leader + 2) % 3);
      EtcdException away = catchThrowableOfType(EtcdException.class, () -> etcd.get(List.of(key)));
      assertThat(away).as("a read").isNotNull();
      assertThat(away.failure().kind())
          .as(away.failure().line())
          .isEqualTo(EtcdFailure.Kind.TIMEOUT);
      mend();
      assertThat(etcd.get(List.of(key)).value()).isEmpty();
    }
  }
}
