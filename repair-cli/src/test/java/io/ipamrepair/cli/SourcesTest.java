package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.SnapshotSaver;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A live etcd, a snapshot of it and a dump of it: the same findings, plans with their identity. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SourcesTest {
  private static final Golden TYPO = new Golden("v3.32.1", "incident-typo");
  private static final String PLAN = "remove-pool eqiad-pods-second --out ";

  private ThrowawayEtcd server;
  private ThrowawayEtcd other;
  private Path folder;
  private CommandRun.Place place;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
    other = ThrowawayEtcd.start();
    other.load(TYPO.keyValues());
  }

  @AfterAll
  void stop() {
    server.close();
    other.close();
  }

  /** A server with the incident, its snapshot and its dumps. */
  @BeforeEach
  void load(@TempDir Path temp) throws Exception {
    folder = temp;
    place = new CommandRun.Place(temp).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    server.clear();
    server.load(TYPO.keyValues());
    SnapshotSaver.save(server.endpoint(), folder.resolve("etcd.db"));
    expect(ExitCode.DONE, "dump dump.jsonl.gz");
    expect(ExitCode.DONE, "dump redacted.jsonl --redact");
  }

  private CommandRun expect(ExitCode exit, String command) {
    CommandRun run = place.run(command);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    return run;
  }

  private JsonNode json(ExitCode exit, String command) throws Exception {
    return new ObjectMapper().readTree(expect(exit, command + " -o json").out());
  }

  @Test
  void allSourcesHaveTheSameFindingsAndNameThemselves() throws Exception {
    JsonNode live = json(ExitCode.FOUND, "scan");
    assertThat(live.get("findings")).hasSizeGreaterThan(6);
    assertThat(live.get("source").get("kind").asText()).isEqualTo("live");
    assertThat(live.get("source").get("file").isNull()).isTrue();
    JsonNode snapshot = json(ExitCode.FOUND, "scan --snapshot etcd.db");
    JsonNode dump = json(ExitCode.FOUND, "scan --dump dump.jsonl.gz");
    for (JsonNode file : new JsonNode[] {snapshot, dump}) {
      for (String member :
          new String[] {"findings", "capacity", "revision", "keys", "calicoGuid"}) {
        assertThat(file.get(member)).as(member).isEqualTo(live.get(member));
      }
      assertThat(file.get("etcd").get("endpoint").isNull()).isTrue();
    }
    assertThat(snapshot.get("etcd").get("clusterId").isNull()).isTrue();
    assertThat(dump.get("etcd").get("clusterId")).isEqualTo(live.get("etcd").get("clusterId"));
    assertThat(snapshot.get("source").get("kind").asText()).isEqualTo("snapshot");
    assertThat(dump.get("source").get("kind").asText()).isEqualTo("dump");
    assertThat(dump.get("source").get("file").asText()).isEqualTo("dump.jsonl.gz");
    assertThat(expect(ExitCode.FOUND, "scan --snapshot etcd.db").out())
        .startsWith("snapshot etcd.db   Calico v3.32.1   revision ")
        .contains("with --snapshot=etcd.db they plan from this file");
    assertThat(expect(ExitCode.FOUND, "--dump dump.jsonl.gz scan").out())
        .startsWith("dump dump.jsonl.gz   cluster " + live.get("etcd").get("clusterId").asText());
  }

  @Test
  void aSnapshotOrDumpNeedsNoEtcd() {
    CommandRun.Place nowhere =
        new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", "http://127.0.0.1:1");
    for (String source : new String[] {"--snapshot etcd.db", "--dump dump.jsonl.gz"}) {
      assertThat(nowhere.run("scan " + source).exit()).isEqualTo(ExitCode.FOUND.code());
      assertThat(nowhere.run("dump " + source.length() + ".jsonl " + source).exit()).isZero();
    }
  }

  @Test
  void aRedactedDumpBreaksTheSameRulesAndNamesNobody() throws Exception {
    JsonNode live = json(ExitCode.FOUND, "scan");
    JsonNode redacted = json(ExitCode.FOUND, "scan --dump redacted.jsonl");
    assertThat(redacted.get("findings")).hasSameSizeAs(live.get("findings"));
    assertThat(redacted.get("etcd").get("clusterId").isNull()).isTrue();
    assertThat(Files.readString(folder.resolve("redacted.jsonl")))
        .contains("\"redacted\":true", "eqiad-pods-second")
        .doesNotContain("kubernetes10", "mathoid", live.get("calicoGuid").asText());
    assertThat(expect(ExitCode.FOUND, "scan --dump redacted.jsonl").out())
        .startsWith("redacted dump redacted.jsonl   Calico v3.32.1")
        .contains("Names are pseudonyms");
    expect(ExitCode.DONE, "dump again.jsonl --redact");
    assertThat(Files.readString(folder.resolve("again.jsonl")))
        .as("another salt")
        .isNotEqualTo(Files.readString(folder.resolve("redacted.jsonl")));
  }

  @Test
  void aPlanFromADumpIsAppliedToItsEtcdAndToNoOther() {
    expect(ExitCode.DONE, PLAN + "p.json --dump dump.jsonl.gz");
    assertThat(expect(ExitCode.DONE, "review p.json").out())
        .contains("made from a file (--dump=dump.jsonl.gz)")
        .contains("Next: ipam-repair apply p.json");
    Map<Bytes, KeyValue> others = other.all();
    CommandRun elsewhere =
        expect(ExitCode.PLAN_REFUSED, "apply p.json --yes --endpoints " + other.endpoint());
    assertThat(elsewhere.err()).contains("the plan is for the etcd cluster");
    assertThat(other.all()).isEqualTo(others);
    place.typing("eqiad-pods-second\n");
    expect(ExitCode.DONE, "apply p.json");
    expect(ExitCode.DONE, "scan");
  }

  @Test
  void aPlanFromADumpThatIsNoLongerTrueIsRefused() {
    expect(ExitCode.DONE, PLAN + "p.json --dump dump.jsonl.gz");
    server.delete("/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second");
    expect(ExitCode.MOVED, "apply p.json --yes");
  }

  @Test
  void aPlanWithoutIdentityCanBeReviewedAndNotApplied() {
    Map<Bytes, KeyValue> before = server.all();
    for (String source : new String[] {"--snapshot=etcd.db", "--dump=redacted.jsonl"}) {
      String plan = "plan" + source.length() + ".json";
      expect(ExitCode.DONE, PLAN + plan + " " + source);
      assertThat(expect(ExitCode.DONE, "review " + plan).out())
          .contains("etcd cluster not known (review only)")
          .contains("made from a file (" + source + "), not from a live etcd")
          .contains("- pool eqiad-pods-second  deleted")
          .contains("To plan it from the live etcd: ipam-repair remove-pool eqiad-pods-second")
          .doesNotContain("Next: ipam-repair apply");
      assertThat(expect(ExitCode.PLAN_REFUSED, "apply " + plan + " --yes").err())
          .contains("made from a file without the etcd cluster's identity");
    }
    assertThat(server.all()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "incident-typo,remove-pool eqiad-pods-second",
    "incident-typo,reassign-affinity --block 10.64.64.0/26 --to kubernetes1005",
    "crash-S8-host-gone,release-orphan-blocks --all"
  })
  void everyRepairPlansFromAFileAsFromTheLiveEtcd(String golden, String command) throws Exception {
    server.clear();
    server.load(new Golden("v3.32.1", golden).keyValues());
    SnapshotSaver.save(server.endpoint(), folder.resolve("now.db"));
    expect(ExitCode.DONE, "dump now.jsonl");
    // A claim time is in the plan: that of one second for all three.
    place.at(Instant.now());
    expect(ExitCode.DONE, command + " --out live.json");
    expect(ExitCode.DONE, command + " --out snapshot.json --snapshot now.db");
    expect(ExitCode.DONE, command + " --out dump.json --dump now.jsonl");
    JsonNode live = plan("live.json");
    for (JsonNode file : new JsonNode[] {plan("snapshot.json"), plan("dump.json")}) {
      for (String member : new String[] {"title", "findings", "impact", "steps"}) {
        assertThat(file.get(member)).as(member).isEqualTo(live.get(member));
      }
      assertThat(file.at("/cluster/calicoGuid")).isEqualTo(live.at("/cluster/calicoGuid"));
      assertThat(file.at("/cluster/revision")).isEqualTo(live.at("/cluster/revision"));
    }
    assertThat(plan("snapshot.json").at("/cluster/etcdClusterId").isNull()).isTrue();
    assertThat(plan("dump.json").get("cluster")).isEqualTo(live.get("cluster"));
  }

  private JsonNode plan(String name) throws Exception {
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  @Test
  void twoSourcesAreOneTooMany() {
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("scan --snapshot etcd.db --dump dump.jsonl.gz", "--snapshot and --dump name");
    wrong.put("scan --snapshot etcd.db --endpoints http://x:1", "--snapshot and --endpoints name");
    wrong.put("dump x.jsonl --dump dump.jsonl.gz --cluster c", "--dump and --cluster name");
    wrong.put(
        PLAN + "p.json --dump dump.jsonl.gz --endpoints http://x:1", "--dump and --endpoints");
    wrong.put("scan --dump dump.jsonl.gz --prefix /p", "--dump and --prefix do not go together");
    wrong.forEach(
        (command, message) ->
            assertThat(expect(ExitCode.USAGE, command).err()).contains(message).hasLineCount(1));
  }

  @Test
  void whatWritesToEtcdTakesNoFile() {
    expect(ExitCode.DONE, PLAN + "p.json");
    Map<Bytes, KeyValue> before = server.all();
    for (String command : new String[] {"apply p.json --yes", "rollback r-x --yes", "config"}) {
      for (String source : new String[] {"--snapshot etcd.db", "--dump dump.jsonl.gz"}) {
        assertThat(expect(ExitCode.USAGE, command + " " + source).err())
            .contains("this command works on a live etcd");
      }
    }
    assertThat(server.all()).isEqualTo(before);
  }

  @Test
  void aFileThatIsNotThereIsWrongUsageAndOneThatIsDamagedIsTold() throws Exception {
    expect(ExitCode.USAGE, "scan --snapshot nowhere.db");
    expect(ExitCode.USAGE, "scan --dump nowhere.jsonl");
    expect(ExitCode.USAGE, "scan --dump .");
    byte[] snapshot = Files.readAllBytes(folder.resolve("etcd.db"));
    Files.write(folder.resolve("cut.db"), Arrays.copyOf(snapshot, snapshot.length - 512));
    snapshot[snapshot.length / 2] ^= 1;
    Files.write(folder.resolve("flipped.db"), snapshot);
    byte[] dump = Files.readAllBytes(folder.resolve("dump.jsonl.gz"));
    Files.write(folder.resolve("cut.gz"), Arrays.copyOf(dump, dump.length / 2));
    Files.writeString(folder.resolve("text.jsonl"), "\u001b[2Jtext\n");
    for (String source :
        new String[] {
          "--snapshot cut.db",
          "--snapshot flipped.db",
          "--snapshot dump.jsonl.gz",
          "--dump cut.gz",
          "--dump etcd.db",
          "--dump text.jsonl"
        }) {
      assertThat(expect(ExitCode.ETCD, "scan " + source).unbroken())
          .contains(source.substring(source.indexOf(' ') + 1))
          .contains("expected ", ", found ")
          .doesNotContain("\u001b")
          .hasLineCount(1);
    }
  }

  @Test
  void aDumpIsNewAndForItsOwnerOnly() throws Exception {
    for (String name : new String[] {"dump.jsonl.gz", "redacted.jsonl"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
    Files.writeString(folder.resolve("mine.jsonl"), "mine");
    assertThat(expect(ExitCode.USAGE, "dump mine.jsonl").err())
        .contains("an existing file is never overwritten");
    assertThat(folder.resolve("mine.jsonl")).hasContent("mine");
    assertThat(expect(ExitCode.USAGE, "dump none/x.jsonl").err()).contains("no folder");
    JsonNode told = json(ExitCode.DONE, "dump told.jsonl --dump redacted.jsonl");
    assertThat(told.get("dump").asText()).isEqualTo(folder.resolve("told.jsonl").toString());
    assertThat(told.get("redacted").asBoolean()).as("as its source is").isTrue();
    assertThat(told.get("keys").asInt())
        .isEqualTo(json(ExitCode.FOUND, "scan").get("keys").asInt());
    assertThat(folder.resolve("told.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("redacted.jsonl"));
  }
}
