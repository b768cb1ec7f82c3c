package io.ipamrepair.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.testing.ThrowawayEtcd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the tool's own keys say to somebody who looks. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ToolKeysTest {
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

  private ToolKeys read() throws Exception {
    try (Etcd etcd = server.connect()) {
      return ToolKeys.read(etcd).orElseThrow();
    }
  }

  private void record(String run, RunRecord.State state, String token) {
    RunRecord record = new RunRecord(run, "sha256:00", 3, 1, state, "ops@host", token, "00");
    server.put("/ipam-repair/v1/run/" + run, record.encode().display());
  }

  @Test
  void nothingIsUnusualWhereTheToolWasNeverUsed() throws Exception {
    server.put("/ipam-repair/v1/policy", "{}");
    ToolKeys keys = read();
    assertThat(keys.lock()).isEmpty();
    assertThat(keys.unclosed()).isEmpty();
  }

  @Test
  void aLockIsKnownByItsKeyWhateverItHolds() throws Exception {
    server.put("/ipam-repair/v1/locker", "another key");
    server.put("/ipam-repair/v1/lock", "");
    long taken =
        server.all().values().stream().mapToLong(key -> key.createRevision()).max().orElse(0);
    assertThat(read().lock())
        .contains(new LockHolder("somebody", "", java.time.Instant.EPOCH, taken));
  }

  @Test
  void runsThatDidNotEndAreNamedAndNoOthers() throws Exception {
    record("r-closed", RunRecord.State.CLOSED, "t");
    record("r-gave-up", RunRecord.State.GIVEN_UP, "t");
    record("r-open", RunRecord.State.OPEN, "t");
    server.put("/ipam-repair/v1/run/r-strange", "{}");
    assertThat(read().unclosed())
        .containsExactly(
            new ToolKeys.UnclosedRun.Begun("r-gave-up", "ops@host", 1, 3, true),
            new ToolKeys.UnclosedRun.Begun("r-open", "ops@host", 1, 3, false),
            new ToolKeys.UnclosedRun.Unreadable("r-strange"));
  }
}
