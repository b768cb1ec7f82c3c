package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.TxnRequest;
import io.ipamrepair.etcd.Compactor;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.testing.Faults;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An etcd that is out of space refuses every put and takes reads and deletions. What became of a
 * step is found out there all the same, and the run goes on or back when there is room again.
 */
@Tag("etcd")
class FullEtcdTest {
  /** A pool is disabled in the first step and goes in the second. */
  private static final String TWO_STEPS = "remove-pool default-ipv4-ippool --keep-blocks";

  @TempDir Path folder;
  private ThrowawayEtcd server;
  private Workshop workshop;
  private Map<Bytes, Bytes> original;

  @BeforeEach
  void start() {
    server = ThrowawayEtcd.start("--quota-backend-bytes", Integer.toString(24 << 20));
    server.load(new Golden("v3.32.1", "healthy-v4").keyValues());
    original = server.calico();
    workshop = new Workshop(server, folder.resolve("journal"), 7);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A run whose first step is applied and whose second meets a full etcd. */
  private String halted() throws Exception {
    Plan plan = workshop.plan(TWO_STEPS, 128);
    RunOutcome outcome = workshop.betweenSteps(server::fill).apply(plan);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Halted.class,
            halted -> {
              assertThat(halted.applied()).isEqualTo(1);
              assertThat(halted.reasons())
                  .anyMatch(reason -> reason.contains(EtcdFailure.Kind.NO_SPACE.sentence()));
            });
    return ((RunOutcome.Halted) outcome).run();
  }

  private Recovery.Recovered.Settled settled(String run) throws Exception {
    Recovery.Recovered recovered = workshop.recover(run);
    assertThat(recovered).isInstanceOf(Recovery.Recovered.Settled.class);
    return (Recovery.Recovered.Settled) recovered;
  }

  private RunRecord record(String run) throws Exception {
    try (Etcd etcd = workshop.connect()) {
      return HeldRecord.find(etcd, run).orElseThrow().record();
    }
  }

  private static void assertOutOfSpace(RunOutcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.EtcdUnusable.class,
            unusable -> assertThat(unusable.failure().kind()).isEqualTo(EtcdFailure.Kind.NO_SPACE));
  }

  @Test
  void nothingBeginsThereAndNothingIsWritten() throws Exception {
    Plan plan = workshop.plan(TWO_STEPS, 128);
    server.fill();
    assertOutOfSpace(workshop.apply(plan));
    assertThat(server.calico()).isEqualTo(original);
    assertThat(workshop.journal().list()).isEmpty();
  }

  @Test
  void aStepThatMeetsItIsSettledWithoutAPutAndTheRecordStillSaysHowFarTheRunIs() throws Exception {
    String run = halted();
    assertThat(record(run).done()).isEqualTo(1);
    assertThat(record(run).state()).isEqualTo(RunRecord.State.OPEN);
    try (Etcd etcd = workshop.connect()) {
      assertThat(OperatorLock.holder(etcd)).isEmpty();
    }
    RecordedRun recorded = new RunReader().read(workshop.journal().read(run));
    assertThat(recorded.status()).isEqualTo(RecordedRun.Status.HALTED);
    assertThat(recorded.steps().get(1).status()).isEqualTo(StepStatus.NOT_APPLIED);
  }

  @Test
  void aStepThatWasGivenUpThereCannotCommitWhenThereIsRoomAgain() throws Exception {
    Plan plan = workshop.plan(TWO_STEPS, 128);
    List<TxnRequest> sent = new ArrayList<>();
    List<Boolean> applied = new ArrayList<>();
    workshop.betweenSteps(
        () -> {
          server.fill();
          // The fence is done; the run's end, which lets go of the lock as well, is not.
          workshop.whenTold(
              "not applied, and cannot be any more",
              () -> {
                server.makeRoom();
                try (Compactor queue = new Compactor(server.endpoint())) {
                  sent.forEach(late -> applied.add(queue.send(late)));
                }
              });
        });
    RunOutcome outcome =
        workshop.apply(
            plan,
            Faults.remember(Faults.writesRecord("\"done\":2").and(Faults.isNoTrial()), sent::add));
    assertThat(outcome).isInstanceOf(RunOutcome.Halted.class);
    assertThat(applied).as("late arrivals of the step").isNotEmpty().containsOnly(false);
    assertThat(workshop.resume(((RunOutcome.Halted) outcome).run()))
        .isInstanceOf(RunOutcome.Applied.class);
  }

  @Test
  void aHaltedRunGoesOnWhenThereIsRoomAgain() throws Exception {
    String run = halted();
    assertOutOfSpace(workshop.resume(run));
    server.makeRoom();
    assertThat(workshop.resume(run)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(record(run).state()).isEqualTo(RunRecord.State.CLOSED);
    assertThat(workshop.rollBack(run)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aHaltedRunGoesBackWhenThereIsRoomAgain() throws Exception {
    String run = halted();
    assertOutOfSpace(workshop.rollBack(run));
    server.makeRoom();
    assertThat(workshop.rollBack(run)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aRunWhoseOutcomeIsUnknownIsRecoveredThereByItsLockAlone() throws Exception {
    Plan plan = workshop.plan(TWO_STEPS, 128);
    // The first step is applied, its answer is lost, and so are those of all that would settle it.
    RunOutcome outcome =
        workshop.apply(
            plan,
            Faults.loseAnswers(
                Faults.writesRecord("\"done\":1")
                    .and(Faults.isNoTrial())
                    .or(Faults.writesRecord("given-up")),
                1000));
    assertThat(outcome).isInstanceOf(RunOutcome.Unknown.class);
    String run = ((RunOutcome.Unknown) outcome).run();
    server.fill();

    Recovery.Recovered.Settled settled = settled(run);
    assertThat(settled.run().steps().get(0).status()).isEqualTo(StepStatus.APPLIED);
    assertThat(settled.run().status()).isEqualTo(RecordedRun.Status.HALTED);
    assertThat(settled.notes()).anyMatch(note -> note.contains("out of space"));
    // Twice, as two people would.
    assertThat(settled(run).run().applied()).isEqualTo(1);

    server.makeRoom();
    assertThat(settled(run).notes()).isEmpty();
    assertThat(record(run).state()).isEqualTo(RunRecord.State.CLOSED);
    assertThat(workshop.rollBack(run)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aRunThatIsRecoveredThereWhileItsProcessLivesCommitsNothingMore() throws Exception {
    Plan plan = workshop.plan(TWO_STEPS, 128);
    Workshop elsewhere = new Workshop(server, folder.resolve("elsewhere"), 8);
    RunOutcome outcome =
        workshop
            .betweenSteps(
                () -> {
                  server.fill();
                  try {
                    String run = elsewhere.takeCopy(workshop.journal());
                    assertThat(elsewhere.recover(run))
                        .isInstanceOfSatisfying(
                            Recovery.Recovered.Settled.class,
                            settled -> assertThat(settled.run().applied()).isEqualTo(1));
                  } catch (Exception failed) {
                    throw new AssertionError(failed);
                  }
                  // There is room again: nothing but the lock that is gone holds the process back.
                  server.makeRoom();
                })
            .apply(plan);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Halted.class,
            halted ->
                assertThat(halted.reasons())
                    .anyMatch(reason -> reason.contains("the operator lock is gone")));
    // The record was still its own, so it could close it: its journal is the one that goes with it.
    assertThat(workshop.rollBack(((RunOutcome.Halted) outcome).run()))
        .isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }
}
