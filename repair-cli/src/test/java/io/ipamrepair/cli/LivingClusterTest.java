package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A plan that was made some minutes ago, on a cluster that went on working. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LivingClusterTest {
  private static final String BLOCK = "/calico/ipam/v2/assignment/ipv4/block/10.64.64.64-26";
  private static final String REASSIGN =
      "reassign-affinity --block 10.64.64.64/26 --to kubernetes1003";

  @AutoClose private final ThrowawayEtcd server = ThrowawayEtcd.start();
  private CommandRun.Place anna;
  private Path folder;

  @BeforeEach
  void place(@TempDir Path folder) {
    server.clear();
    server.load(new Golden("v3.32.1", "incident-wrong-deletion").keyValues());
    this.folder = folder;
    anna = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    assertThat(anna.run(REASSIGN + " --out p.json --reason T7").exit()).isZero();
  }

  private String block() {
    return server.calico().get(Bytes.utf8(BLOCK)).display();
  }

  /** A pod starts in the block: the head of its queue is allocated. */
  private void startPod() {
    server.put(
        BLOCK,
        block()
            .replaceFirst("(\"allocations\":\\[(?:\\d+,){14})null", "$10")
            .replaceFirst("\"unallocated\":\\[14,", "\"unallocated\":[")
            .replaceFirst("(\"sequenceNumber\":[0-9]+)([0-8])", "$19"));
  }

  @Test
  void whatIsCarriedOverIsShownBeforeTheQuestion() {
    startPod();
    CommandRun dry = anna.run("apply p.json --dry-run");
    assertThat(dry.exit()).as(dry.said()).isZero();
    assertThat(dry.out())
        .contains("step 1 carried over to block:10.64.64.64/26, which others changed since:")
        .contains("  ordinal 14 (10.64.64.78) free → pod zotero/");
    CommandRun exact = anna.run("apply p.json --exact --yes");
    assertThat(exact.exit()).as(exact.said()).isEqualTo(ExitCode.MOVED.code());
    CommandRun both = anna.run("apply p.json --exact --carry-unknown");
    assertThat(both.exit()).as(both.said()).isEqualTo(ExitCode.USAGE.code());
    CommandRun applied = anna.run("apply p.json --yes");
    assertThat(applied.exit()).as(applied.said()).isZero();
    assertThat(applied.unbroken())
        .contains("step 1 carried over to block:10.64.64.64/26, which others changed since:");
    assertThat(block()).contains("\"affinity\":\"host:kubernetes1003\"");
  }

  @Test
  void aConflictShowsWhatWasPlannedBesideWhatIsThere() {
    server.put(BLOCK, block().replace("\"affinity\":null", "\"affinity\":\"host:kubernetes1004\""));
    CommandRun refused = anna.run("apply p.json --yes");
    assertThat(refused.exit()).as(refused.said()).isEqualTo(ExitCode.MOVED.code());
    assertThat(refused.unbroken())
        .contains("block:10.64.64.64/26: owner nobody → host:kubernetes1004")
        .contains("the plan:   owner nobody → kubernetes1003")
        .contains("since then: owner nobody → kubernetes1004")
        .contains("Make the plan again, and see what differs: ipam-repair replan PLAN");
  }

  @Test
  void aPlanIsMadeAgainAndTheReviewerIsToldOnlyWhatDiffers() throws Exception {
    startPod();
    CommandRun same = anna.run("replan p.json --out q.json");
    assertThat(same.exit()).as(same.said()).isZero();
    assertThat(same.out())
        .startsWith("Against p.json:\n  addresses concerned: ")
        .contains("Wrote plan q.json")
        .doesNotContain("~ block");
    assertThat(Files.readString(folder.resolve("q.json"))).contains("\"reason\": \"T7\"");

    server.put(BLOCK, block().replace("\"affinity\":null", "\"affinity\":\"host:kubernetes1004\""));
    CommandRun other = anna.run("replan p.json --out r.json -o json");
    assertThat(other.exit()).as(other.said()).isZero();
    assertThat(other.out())
        .contains(
            "~ block:10.64.64.64/26: owner nobody → kubernetes1003 → owner kubernetes1004 → kubernetes1003");
  }

  @Test
  void theWordsOfAPlanAreReadAsThoseOfARepairAndAsNothingElse() throws Exception {
    Path plan = folder.resolve("p.json");
    for (String words :
        new String[] {"\"lock\",\n    \"break\"", "\"reassign-affinity\",\n    \"@/etc/passwd\""}) {
      String changed =
          Files.readString(plan)
              .replaceFirst("(?s)\"command\": \\[.*?\\]", "\"command\": [\n    " + words + "\n  ]")
              .replaceFirst("\"digest\": \"[^\"]*\"", "\"digest\": \"\"");
      Path file = folder.resolve("changed.json");
      Files.writeString(file, changed);
      CommandRun refused = anna.run("replan changed.json");
      assertThat(refused.exit()).as(refused.said()).isNotZero();
    }
    assertThat(anna.run("apply p.json --yes").exit()).isZero();
    String run = anna.run("runs").out().replaceFirst("(?s).*?(r-\\w+).*", "$1");
    assertThat(anna.run("rollback " + run + " --out back.json").exit()).isZero();
    CommandRun rollback = anna.run("replan back.json");
    assertThat(rollback.exit()).as(rollback.said()).isEqualTo(ExitCode.USAGE.code());
    assertThat(rollback.unbroken()).contains("Give that command again, with --out");
  }

  @Test
  void whatSomebodyChangedSinceIsLeftAndTheRestIsUndone() {
    server.clear();
    server.load(new Golden("v3.32.1", "handle-overcount-partial").keyValues());
    CommandRun planned =
        anna.run("reassign-affinity --from kubernetes2001 --to kubernetes2003 --out m.json");
    assertThat(planned.exit()).as(planned.said()).isZero();
    CommandRun applied = anna.run("apply m.json --yes");
    assertThat(applied.exit()).as(applied.said()).isZero();
    String run = applied.out().replaceFirst("(?s).*run (r-\\w+),.*", "$1");
    String key = "/calico/ipam/v2/assignment/ipv4/block/10.192.72.56-29";
    server.put(
        key,
        server
            .calico()
            .get(Bytes.utf8(key))
            .display()
            .replace("host:kubernetes2003", "host:kubernetes2002"));
    CommandRun refused = anna.run("rollback " + run + " --yes");
    assertThat(refused.exit()).as(refused.said()).isEqualTo(ExitCode.MOVED.code());
    assertThat(refused.unbroken())
        .contains("was changed since run " + run)
        .contains("goes with what was changed: block ");
    assertThat(refused.unbroken())
        .contains("The rest can be undone: ipam-repair rollback " + run + " --without-conflicts");
    CommandRun rest = anna.run("rollback " + run + " --yes --without-conflicts");
    assertThat(rest.exit()).as(rest.said()).isZero();
    assertThat(rest.out()).contains("not undone: block:");
    assertThat(server.calico().get(Bytes.utf8(key)).display())
        .as("what somebody changed")
        .contains("host:kubernetes2002");
    assertThat(server.calico().toString())
        .as("the rest")
        .contains("\"affinity\":\"host:kubernetes2001\"");
  }
}
