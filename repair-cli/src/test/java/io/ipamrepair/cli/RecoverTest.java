package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person is told who recovers a run: with its journal, without it, or without its record.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoverTest {
  private static final String POOL =
      "/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second";

  @AutoClose
  private final ThrowawayEtcd server =
      ThrowawayEtcd.start("--quota-backend-bytes", Integer.toString(24 << 20));

  private Path folder;
  private CommandRun.Place here;
  private CommandRun.Place elsewhere;
  private Map<Bytes, Bytes> original;

  @BeforeEach
  void places(@TempDir Path folder) {
    this.folder = folder;
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    original = server.calico();
    here = place("here");
    elsewhere = place("elsewhere");
  }

  private CommandRun.Place place(String machine) {
    return new CommandRun.Place(folder)
        .with("ETCDCTL_ENDPOINTS", server.endpoint().toString())
        .with("IPAM_REPAIR_JOURNAL", folder.resolve(machine).toString());
  }

  private static CommandRun expect(CommandRun.Place place, ExitCode exit, String command) {
    CommandRun run = place.run(command);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    return run;
  }

  private String applied() {
    expect(here, ExitCode.DONE, "remove-pool eqiad-pods-second --out p.json");
    return expect(here, ExitCode.DONE, "apply p.json --yes")
        .out()
        .replaceFirst("(?s).*rollback (r-[0-9a-z]+).*", "$1");
  }

  @Test
  void whereNoRunIsCutOffThatIsSaid() {
    assertThat(expect(here, ExitCode.DONE, "recover").out())
        .startsWith("No run in ")
        .endsWith(" is cut off.\n");
    applied();
    assertThat(expect(here, ExitCode.DONE, "recover").out()).endsWith(" is cut off.\n");
    assertThat(expect(here, ExitCode.DONE, "recover -o json").out()).contains("\"run\": null");
  }

  @Test
  void withNothingButThePlanFileAndEtcdARunGoesBackOnAnotherMachine() {
    String run = applied();
    assertThat(expect(elsewhere, ExitCode.USAGE, "recover " + run).unbroken())
        .contains("there is no such run")
        .contains("ipam-repair runs export " + run + " FILE")
        .contains("ipam-repair recover " + run + " --plan FILE");

    CommandRun recovered = expect(elsewhere, ExitCode.DONE, "recover --plan p.json");

    assertThat(recovered.unbroken())
        .contains("The journal of run " + run + " was written again:")
        .contains("from the plan file and the run record, which said 1 step done");
    assertThat(recovered.out())
        .contains("Run " + run + " of tester@host: all steps applied, not checked")
        .contains("Go back: ipam-repair rollback " + run);
    assertThat(expect(elsewhere, ExitCode.FOUND, "runs verify").out())
        .startsWith(run + "  rebuilt\n  rebuilt at ");
    assertThat(expect(elsewhere, ExitCode.DONE, "runs").out()).contains(", journal rebuilt  ");
    assertThat(expect(elsewhere, ExitCode.DONE, "runs -o json").out())
        .contains("\"rebuilt\": true");
    assertThat(expect(elsewhere, ExitCode.DONE, "runs show " + run).out())
        .contains("journal written ");
    assertThat(expect(elsewhere, ExitCode.DONE, "recover --plan p.json").err())
        .contains("is whole; the plan file was not needed");
    expect(elsewhere, ExitCode.DONE, "rollback " + run + " --yes");
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aDamagedJournalNamesTheWayAndIsKeptAside() throws Exception {
    String run = applied();
    Path file = folder.resolve("here").resolve(run + ".mv.db");
    Files.writeString(file, "no journal");
    assertThat(expect(here, ExitCode.JOURNAL, "recover " + run).unbroken())
        .contains("it is damaged")
        .contains("ipam-repair recover " + run + " --plan FILE");
    assertThat(expect(here, ExitCode.DONE, "recover " + run + " --plan p.json").unbroken())
        .contains("the file that was here before is kept: " + run + ".mv.db.damaged-");
    expect(here, ExitCode.DONE, "rollback " + run + " --yes");
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    String run = applied();
    expect(here, ExitCode.DONE, "remove-pool eqiad-pods --keep-blocks --out other.json");
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    assertThat(
            expect(elsewhere, ExitCode.PLAN_REFUSED, "recover " + run + " --plan other.json")
                .unbroken())
        .contains("run " + run + " was made with the plan sha256:");
    assertThat(expect(elsewhere, ExitCode.USAGE, "recover --plan other.json").unbroken())
        .contains("etcd has no record of a run with this plan");
    expect(elsewhere, ExitCode.USAGE, "recover " + run + " --run-dump x.gz");
    expect(elsewhere, ExitCode.USAGE, "recover " + run + " --plan nowhere.json");
    assertThat(server.all()).isEqualTo(before);
  }

  @Test
  void aRunWhoseRecordIsGoneIsToldKeyByKey() {
    String run = applied();
    server.delete("/ipam-repair/v1/run/" + run);
    assertThat(expect(here, ExitCode.TAKEN_OVER, "recover " + run).out())
        .contains(": diverged: its record in etcd is gone")
        .contains("  pool:eqiad-pods-second  as step 1 leaves it\n")
        .contains("Go back: ipam-repair rollback " + run);
    assertThat(expect(here, ExitCode.TAKEN_OVER, "recover " + run + " -o json").out())
        .contains("\"holds\": \"step\"")
        .contains("\"key\": \"" + POOL + "\"");
    assertThat(expect(here, ExitCode.TAKEN_OVER, "resume " + run + " --yes").unbroken())
        .startsWith("Diverged: run " + run)
        .contains("ipam-repair recover " + run);
    assertThat(expect(here, ExitCode.TAKEN_OVER, "resume " + run + " --yes -o json").out())
        .contains("\"outcome\": \"diverged\"");
    server.put(POOL, "{\"somebody\":\"else\"}");
    assertThat(expect(here, ExitCode.TAKEN_OVER, "recover " + run).out())
        .contains("  pool:eqiad-pods-second  something else\n    against the original: ")
        .contains("there is nothing to take back");
    server.put(POOL, original.get(Bytes.utf8(POOL)).display());
    assertThat(expect(here, ExitCode.TAKEN_OVER, "recover " + run).out())
        .contains("  pool:eqiad-pods-second  as before the run\n")
        .contains("Nothing of it is in place. To do it again, make its plan again:");
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void onAFullEtcdWhatToDoIsSaidInItsOrder() {
    String run = applied();
    server.fill();
    try {
      CommandRun refused = expect(here, ExitCode.ETCD, "rollback " + run + " --yes");
      assertThat(refused.err())
          .containsSubsequence(
              "out of space",
              "etcdctl compact --physical",
              "etcdctl defrag",
              "etcdctl alarm disarm");
      // What reads and what deletes works.
      expect(here, ExitCode.DONE, "scan");
      expect(here, ExitCode.DONE, "lock status");
      expect(here, ExitCode.DONE, "runs verify");
    } finally {
      server.makeRoom();
    }
    expect(here, ExitCode.DONE, "rollback " + run + " --yes");
    assertThat(server.calico()).isEqualTo(original);
  }

  @Test
  void aLockIsBrokenOnAFullEtcd() {
    expect(here, ExitCode.DONE, "remove-pool eqiad-pods-second --out p.json");
    CommandRun[] broken = new CommandRun[1];
    here.typing("eqiad-pods-second\n")
        .whenSaid(
            "Type 'eqiad-pods-second'",
            () -> {
              server.fill();
              broken[0] = elsewhere.run("lock break --yes");
              server.makeRoom();
            });
    CommandRun applied = here.run("apply p.json");
    assertThat(broken[0].out()).startsWith("Broken.");
    assertThat(applied.exit()).as(applied.said()).isEqualTo(ExitCode.MOVED.code());
    assertThat(server.calico()).isEqualTo(original);
  }
}
