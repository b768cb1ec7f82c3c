package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import io.ipamrepair.undo.KeyStanding;
import io.ipamrepair.undo.KeyStanding.Content;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * etcd is restored from a backup: the same cluster by its ID, and other writes get the revisions
 * that were given before. Nothing but content and the run record can tell.
 */
@Tag("etcd")
class RestoredEtcdTest {
  /** A pool is disabled in the first step and goes in the second. */
  private static final String TWO_STEPS = "remove-pool default-ipv4-ippool --keep-blocks";

  private static final String POOL =
      "/calico/resources/v3/projectcalico.org/ippools/default-ipv4-ippool";

  @TempDir Path folder;
  private ThrowawayEtcd server;
  private Workshop workshop;
  private String cluster;

  @BeforeEach
  void start() throws Exception {
    server = ThrowawayEtcd.start();
    server.load(new Golden("v3.32.1", "healthy-v4").keyValues());
    workshop = new Workshop(server, folder.resolve("journal"), 11);
    cluster = cluster();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String cluster() throws Exception {
    try (Etcd etcd = workshop.connect()) {
      return Long.toHexString(etcd.identity().clusterId());
    }
  }

  private long revision() throws Exception {
    try (Etcd etcd = workshop.connect()) {
      return etcd.identity().revision();
    }
  }

  /** Restores, and lets others write until every revision that was given is given again. */
  private void restoreAndOvertake(ThrowawayEtcd.Backup backup) {
    try {
      long reached = revision();
      server.restore(backup);
      assertThat(cluster()).as("the cluster's ID after the restore").isEqualTo(cluster);
      assertThat(revision()).as("revision after the restore").isLessThan(reached);
      while (revision() <= reached + 20) {
        server.put("a-bystander", "x");
      }
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private void changePool(String what, String into) {
    String before = server.calico().get(Bytes.utf8(POOL)).display();
    String after = before.replaceFirst(what, into);
    assertThat(after).as("the pool with another %s", what).isNotEqualTo(before);
    server.put(POOL, after);
  }

  private String cutOffAfterTheFirstStep() throws Exception {
    return workshop.cutOffBetweenSteps(workshop.plan(TWO_STEPS, 128));
  }

  private Recovery.Recovered.Diverged diverged(String run) throws Exception {
    Recovery.Recovered recovered = workshop.recover(run);
    assertThat(recovered).isInstanceOf(Recovery.Recovered.Diverged.class);
    return (Recovery.Recovered.Diverged) recovered;
  }

  private static List<Content> contents(Recovery.Recovered.Diverged diverged) {
    return diverged.keys().stream().map(KeyStanding::content).toList();
  }

  @Test
  void aPlanThatRestsOnWhatTheRestoreUndidIsRefused() throws Exception {
    ThrowawayEtcd.Backup backup = server.backUp();
    changePool("\"natOutgoing\":true", "\"natOutgoing\":false");
    long written = server.all().get(Bytes.utf8(POOL)).modRevision();
    Plan plan = workshop.plan(TWO_STEPS, 128);
    server.restore(backup);
    // Somebody else writes the pool, at the very revision at which the plan knows it.
    while (revision() < written - 1) {
      server.put("a-bystander", "x");
    }
    changePool("\"ipipMode\":\"[A-Za-z]+\"", "\"ipipMode\":\"CrossSubnet\"");
    assertThat(server.all().get(Bytes.utf8(POOL)).modRevision()).isEqualTo(written);
    assertThat(cluster()).isEqualTo(cluster);
    Map<Bytes, Bytes> restored = server.calico();

    RunOutcome outcome = workshop.apply(plan);

    assertThat(outcome).isInstanceOf(RunOutcome.Moved.class);
    assertThat(server.calico()).isEqualTo(restored);
    assertThat(workshop.journal().list()).isEmpty();
  }

  @Test
  void aRestoreThatUndidNothingOfWhatAPlanRestsOnDoesNotStopIt() throws Exception {
    ThrowawayEtcd.Backup backup = server.backUp();
    Plan plan = workshop.plan(TWO_STEPS, 128);
    Map<Bytes, Bytes> original = server.calico();
    server.put("a-bystander", "written, and lost in the restore");
    restoreAndOvertake(backup);
    RunOutcome outcome = workshop.apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    assertThat(workshop.rollBack(((RunOutcome.Applied) outcome).run()))
        .isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aRunThatWorksWhileEtcdIsRestoredToBeforeItSaysThatItDiverged() throws Exception {
    ThrowawayEtcd.Backup backup = server.backUp();
    Map<Bytes, Bytes> original = server.calico();
    Plan plan = workshop.plan(TWO_STEPS, 128);
    RunOutcome outcome = workshop.betweenSteps(() -> restoreAndOvertake(backup)).apply(plan);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Diverged.class,
            diverged -> assertThat(diverged.why()).contains("restored from a backup"));
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aRunWhoseRecordWentWithTheRestoreIsShownKeyByKey() throws Exception {
    ThrowawayEtcd.Backup backup = server.backUp();
    Map<Bytes, Bytes> original = server.calico();
    String run = cutOffAfterTheFirstStep();
    restoreAndOvertake(backup);

    Recovery.Recovered.Diverged diverged = diverged(run);

    assertThat(diverged.why()).contains("record in etcd is gone");
    assertThat(contents(diverged)).containsOnly(Content.ORIGINAL);
    assertThat(workshop.resume(run)).isInstanceOf(RunOutcome.Diverged.class);
    assertThat(workshop.rollBack(run))
        .isInstanceOfSatisfying(
            RunOutcome.Moved.class,
            moved -> assertThat(moved.moved().get(0)).contains("has nothing to undo"));
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aRecordThatIsOlderThanTheJournalIsADivergence() throws Exception {
    Map<Bytes, Bytes> original = server.calico();
    Plan plan = workshop.plan(TWO_STEPS, 128);
    ThrowawayEtcd.Backup[] backup = new ThrowawayEtcd.Backup[1];
    RunOutcome outcome = workshop.betweenSteps(() -> backup[0] = server.backUp()).apply(plan);
    assertThat(outcome).isInstanceOf(RunOutcome.Applied.class);
    String run = ((RunOutcome.Applied) outcome).run();
    // Back to between the two steps: the pool is disabled, and there again.
    restoreAndOvertake(backup[0]);

    Recovery.Recovered.Diverged diverged = diverged(run);

    assertThat(diverged.why()).contains("says 1 step done, this machine knows of 2");
    assertThat(diverged.keys())
        .singleElement()
        .satisfies(
            key -> {
              assertThat(key.content()).isEqualTo(Content.WRITTEN);
              assertThat(key.step()).isEqualTo(1);
            });
    assertThat(workshop.resume(run)).isInstanceOf(RunOutcome.Diverged.class);
    assertThat(workshop.rollBack(run)).isInstanceOf(RunOutcome.Applied.class);
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void whatSomebodyWroteOrDeletedAfterTheRestoreIsSaidToBeSo() throws Exception {
    ThrowawayEtcd.Backup backup = server.backUp();
    String run = cutOffAfterTheFirstStep();
    restoreAndOvertake(backup);
    changePool("\"natOutgoing\":true", "\"natOutgoing\":false");
    Recovery.Recovered.Diverged changed = diverged(run);
    assertThat(contents(changed)).containsExactly(Content.OTHER);
    assertThat(changed.keys().get(0).lines()).isNotEmpty();

    server.delete(POOL);
    Map<Bytes, Bytes> deleted = server.calico();
    // The second step would delete it, and was never sent: it is as that step leaves it.
    assertThat(diverged(run).keys().get(0).words()).isEqualTo("as step 2 leaves it");
    assertThat(server.calico()).isEqualTo(deleted);
  }
}
