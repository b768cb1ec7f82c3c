package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The operator lock, as two people at two terminals meet it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockTest {
  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private CommandRun.Place anna;
  private CommandRun.Place ben;

  @BeforeEach
  void places(@TempDir Path folder) {
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    anna = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    ben = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    assertThat(anna.run("remove-pool eqiad-pods-second --out p.json").exit()).isZero();
  }

  /** What Ben's commands end with while Anna's apply is at its prompt. */
  private List<CommandRun> whileAnnaIsAsked(String typed, String... commands) {
    List<CommandRun> runs = new ArrayList<>();
    anna.typing(typed)
        .whenSaid(
            "Type 'eqiad-pods-second'",
            () -> List.of(commands).forEach(command -> runs.add(ben.run(command))));
    runs.add(anna.run("apply p.json"));
    return runs;
  }

  @Test
  void theSecondIsToldWhoIsAtWorkAndTheFirstGoesOn() {
    List<CommandRun> runs =
        whileAnnaIsAsked("eqiad-pods-second\n", "apply p.json --yes", "lock status", "scan");
    CommandRun refused = runs.get(0);
    assertThat(refused.exit()).as(refused.said()).isEqualTo(ExitCode.LOCKED.code());
    assertThat(refused.unbroken())
        .contains("Locked, nothing written: another operator is at work, tester@host since 20")
        .contains("See: ipam-repair lock status");
    assertThat(runs.get(1).exit()).isZero();
    assertThat(runs.get(1).out()).startsWith("Held by tester@host since 20");
    assertThat(runs.get(2).out()).contains("Unusual: the operator lock is held by tester@host");
    assertThat(runs.get(3).exit()).as(runs.get(3).said()).isZero();
    assertThat(ben.run("lock status").out()).isEqualTo("Nobody holds the operator lock.\n");
    assertThat(ben.run("lock status -o json").out()).contains("\"lock\": null");
  }

  @Test
  void breakingAsksForTheHolderAndTheBrokenRunWritesNothing() {
    assertThat(ben.run("lock break").out()).isEqualTo("Nobody holds the operator lock.\n");
    ben.typing("no\n");
    List<CommandRun> runs =
        whileAnnaIsAsked("eqiad-pods-second\n", "lock break", "lock break --yes");
    assertThat(runs.get(0).exit()).as(runs.get(0).said()).isEqualTo(ExitCode.DECLINED.code());
    assertThat(runs.get(0).unbroken()).contains("Type 'tester@host' to go on");
    assertThat(runs.get(1).exit()).as(runs.get(1).said()).isZero();
    assertThat(runs.get(1).out()).startsWith("Broken.");
    CommandRun applied = runs.get(2);
    assertThat(applied.exit()).as(applied.said()).isEqualTo(ExitCode.MOVED.code());
    assertThat(applied.unbroken()).contains("the operator lock is gone");
    assertThat(server.calico().toString()).contains("eqiad-pods-second");
  }

  @Test
  void aDryRunNeedsNoLock() {
    List<CommandRun> runs = whileAnnaIsAsked("no\n", "apply p.json --dry-run");
    assertThat(runs.get(0).exit()).as(runs.get(0).said()).isZero();
    assertThat(ben.run("lock").exit()).isEqualTo(ExitCode.USAGE.code());
  }
}
