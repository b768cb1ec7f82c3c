package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a journal is worth that holds no plan. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunAuditTest {
  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();

  private RunAudit auditOfNoPlan(Path folder, String run) throws Exception {
    Journal journal = Journal.at(folder);
    journal.create(run, Instant.EPOCH).close();
    try (Etcd etcd = Operation.connect(server.target())) {
      return RunAudit.of(etcd, journal, run);
    }
  }

  @Test
  void aRunThatStoppedBeforeItsPlanWasWrittenDownIsNoDamage(@TempDir Path folder) throws Exception {
    RunAudit audit = auditOfNoPlan(folder, "r-222222");
    assertThat(audit.verdict()).isEqualTo(RunAudit.Verdict.INTACT);
    assertThat(audit.remarks()).singleElement().asString().contains("nothing was sent to etcd");
  }

  @Test
  void aJournalWithoutPlanOfARunThatEtcdKnowsHasLostIt(@TempDir Path folder) throws Exception {
    server.put(RunKeys.record("r-333333").display(), "{}");
    assertThat(auditOfNoPlan(folder, "r-333333").verdict()).isEqualTo(RunAudit.Verdict.INCOMPLETE);
  }
}
