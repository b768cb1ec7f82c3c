package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What users rely on: options, exit codes, messages, and the whole job from scan to rollback. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontDoorsTest {
  private ThrowawayEtcd server;
  private Path folder;
  private CommandRun.Place place;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void load(@TempDir Path temp) {
    folder = temp;
    place = new CommandRun.Place(temp).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
  }

  private CommandRun expect(ExitCode exit, CommandRun run) {
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    assertThat(run.err())
        .as("no stack trace")
        .doesNotContain("\tat ")
        .doesNotContain("Exception in");
    return run;
  }

  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void theWholeJobFromScanToRollbackBringsEveryByteBack() throws Exception {
    Map<Bytes, Bytes> before = server.calico();
    CommandRun scan = expect(ExitCode.FOUND, place.run("scan"));
    assertThat(scan.out())
        .contains("7 errors, 0 warnings.")
        .contains("  ipam-repair remove-pool eqiad-pods-second")
        .contains("playbook show overlapping-pool");
    CommandRun plan =
        expect(
            ExitCode.DONE,
            place.run("remove-pool eqiad-pods-second --reason T251054 --out p.json"));
    assertThat(plan.out())
        .contains("1 step, 1 key deleted, 0 addresses affected. Nothing has changed yet.")
        .contains("Next: ipam-repair review p.json");
    assertThat(server.calico()).isEqualTo(before);
    CommandRun review = expect(ExitCode.DONE, place.run("review p.json"));
    assertThat(review.out())
        .contains("- pool eqiad-pods-second  deleted")
        .contains("pool eqiad-pods as it is now")
        .contains("T251054")
        .contains("P2 error ×2");
    expect(ExitCode.DONE, place.run("apply p.json --dry-run"));
    expect(ExitCode.DECLINED, place.run("apply p.json"));
    assertThat(server.calico()).isEqualTo(before);
    CommandRun apply = expect(ExitCode.DONE, place.run("apply p.json --yes"));
    assertThat(apply.err()).contains("undo, once it is applied: ipam-repair rollback r-");
    assertThat(expect(ExitCode.DONE, place.run("scan")).out()).contains("No errors, no warnings.");

    JsonNode runs = json(expect(ExitCode.DONE, place.run("runs -o json"))).get("runs");
    assertThat(runs).hasSize(1);
    String run = runs.get(0).get("id").asText();
    assertThat(expect(ExitCode.DONE, place.run("runs show " + run)).out())
        .contains("Step 1  applied at revision");
    expect(ExitCode.DONE, place.run("rollback " + run + " --yes"));
    assertThat(server.calico()).isEqualTo(before);
    JsonNode after = json(place.run("runs -o json")).get("runs");
    assertThat(after.get(1).get("id").asText()).as("the oldest run comes last").isEqualTo(run);
  }

  @Test
  void aPersonTypesTheNameOfWhatGoes() {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    expect(ExitCode.DECLINED, place.typing("eqiad-pods\n").run("apply p.json"));
    expect(ExitCode.DONE, place.typing("eqiad-pods-second\n").run("apply p.json"));
  }

  @Test
  void commonOptionsStandBeforeOrBehindTheArguments() {
    String endpoints = "--endpoints " + server.endpoint();
    CommandRun.Place bare = new CommandRun.Place(folder);
    for (String command :
        new String[] {
          endpoints + " --yes -o json scan",
          "scan " + endpoints + " --yes -o json --journal j",
          "-o json --yes scan " + endpoints
        }) {
      assertThat(expect(ExitCode.FOUND, bare.run(command)).out()).startsWith("{");
    }
    for (String command :
        new String[] {
          "runs --yes --endpoints http://x:1 --prefix /p",
          "playbook list --yes -o text --journal j",
          "runs -o json --user nobody",
          "config --yes"
        }) {
      expect(ExitCode.DONE, bare.run(command));
    }
  }

  @Test
  void wrongArgumentsAreWrongUsage() {
    assertThat(expect(ExitCode.USAGE, place.run("remove-pool 10.64.64.1/24")).err())
        .contains("2 pools cover 10.64.64.0/24")
        .contains("host bits");
    assertThat(
            expect(ExitCode.USAGE, place.run("reassign-affinity --block 10.64.64.1/26 --to x"))
                .err())
        .contains("10.64.64.0/26")
        .contains("10.64.64.1/32");
    assertThat(expect(ExitCode.USAGE, place.run("release-orphan-blocks --block nonsense")).err())
        .contains("expected a CIDR");
    assertThat(expect(ExitCode.USAGE, place.run("review nowhere.json")).err())
        .contains("no plan file nowhere.json");
    expect(ExitCode.USAGE, place.run("apply nowhere.json --yes"));
    expect(ExitCode.USAGE, place.run("release-orphan-blocks --all --pool x"));
    expect(ExitCode.USAGE, place.run("release-orphan-blocks --all --older-than 15m"));
    expect(ExitCode.USAGE, place.run("reassign-affinity --block 10.64.64.0/26"));
    expect(ExitCode.USAGE, place.run("scan --no-such-option"));
    expect(ExitCode.USAGE, place.run("no-such-command"));
    expect(ExitCode.USAGE, place.run(""));
    expect(ExitCode.USAGE, place.run("rollback r-nosuch --yes"));
    expect(ExitCode.USAGE, place.run("runs show r-nosuch"));
    expect(ExitCode.USAGE, place.run("scan --user root:secret"));
    expect(ExitCode.USAGE, place.run("playbook show no-such"));
  }

  @Test
  void aRepairThatTheDataDoNotAllowMakesNoPlan() {
    expect(ExitCode.IMPOSSIBLE, place.run("remove-pool no-such-pool --out p.json"));
    expect(
        ExitCode.IMPOSSIBLE,
        place.run("reassign-affinity --block 10.64.64.0/26 --to no-such-node --out p.json"));
    expect(ExitCode.IMPOSSIBLE, place.run("release-orphan-blocks --all --out p.json"));
    expect(ExitCode.IMPOSSIBLE, place.run("release-orphan-blocks --out p.json"));
    assertThat(folder.resolve("p.json")).doesNotExist();
  }

  @Test
  void anExistingFileIsNeverOverwritten() throws Exception {
    Files.writeString(folder.resolve("p.json"), "mine");
    expect(ExitCode.USAGE, place.run("remove-pool eqiad-pods-second --out p.json"));
    assertThat(folder.resolve("p.json")).hasContent("mine");
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second"));
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second"));
    try (var files = Files.list(folder)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.startsWith("remove-pool-")))
          .hasSize(2);
    }
  }

  @Test
  void aDamagedPlanIsRefusedWithOneLinePerProblemAndNothingIsWritten() throws Exception {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out good.json"));
    String good = Files.readString(folder.resolve("good.json"));
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    Map<String, String> damaged =
        Map.of(
            "truncated", good.substring(0, good.length() / 2),
            "empty", "",
            "not-json", "remove the pool please",
            "edited", good.replace("T", "t"),
            "unknown-field", good.replace("\"reason\"", "\"surprise\": 1,\n  \"reason\""),
            "unknown-version", good.replace("\"format\": 1", "\"format\": 99"),
            "foreign-key",
                good.replace(
                    "/calico/resources/v3/projectcalico.org/ippools/", "/registry/secrets/"),
            "list", "[]");
    damaged.forEach(
        (name, text) -> {
          try {
            Files.writeString(folder.resolve(name + ".json"), text);
          } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
          }
          CommandRun run =
              expect(ExitCode.PLAN_REFUSED, place.run("apply " + name + ".json --yes"));
          assertThat(run.err()).as(name).contains("Plan refused, nothing written");
          expect(ExitCode.PLAN_REFUSED, place.run("review " + name + ".json"));
        });
    assertThat(server.all()).isEqualTo(before);
  }

  @Test
  void aPlanThatMovedIsRefusedWithWhatMoved() {
    expect(
        ExitCode.DONE,
        place.run("reassign-affinity --block 10.64.64.0/26 --to kubernetes1005 --out p.json"));
    String key = "/calico/ipam/v2/assignment/ipv4/block/10.64.64.0-26";
    String owner =
        server
            .calico()
            .get(Bytes.utf8(key))
            .display()
            .replaceAll(".*\"affinity\":\"host:([^\"]*)\".*", "$1");
    server.put(
        key,
        server
            .calico()
            .get(Bytes.utf8(key))
            .display()
            .replace("host:" + owner, "host:kubernetes1006"));
    assertThat(expect(ExitCode.MOVED, place.run("apply p.json --yes")).err())
        .contains("owner " + owner + " → kubernetes1006");
  }

  @Test
  void anEtcdThatCannotBeUsedIsNamedWithTheCause() {
    assertThat(
            expect(
                    ExitCode.ETCD,
                    place.run("scan --endpoints http://127.0.0.1:1 --request-timeout 2s"))
                .err())
        .contains("http://127.0.0.1:1")
        .hasLineCount(1);
    assertThat(
            expect(
                    ExitCode.ETCD,
                    place.run(
                        "scan --endpoints "
                            + server.endpoint().toString().replace("http:", "https:")))
                .err())
        .contains("TLS")
        .hasLineCount(1);
  }

  @Test
  void aJournalThatCannotBeUsedIsRefusedBeforeTheFirstWrite() throws Exception {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    Map<Bytes, io.ipamrepair.kv.KeyValue> before = server.all();
    Files.writeString(folder.resolve("file"), "");
    expect(ExitCode.JOURNAL, place.run("apply p.json --yes --journal file"));
    expect(ExitCode.JOURNAL, place.run("apply p.json --yes --journal /proc/nowhere/journal"));
    assertThat(server.all()).isEqualTo(before);
    Files.createDirectories(folder.resolve("journal"));
    Files.writeString(folder.resolve("journal/r-bad.mv.db"), "no database");
    expect(ExitCode.JOURNAL, place.run("rollback r-bad --yes"));
    assertThat(expect(ExitCode.DONE, place.run("runs")).out()).contains("r-bad");
  }

  @Test
  void controlCharactersFromDataNeverReachTheTerminalRaw() {
    server.put("/calico/ipam/v2/odd\u001b[2J\u0007key", "x");
    CommandRun scan = place.run("scan --all");
    assertThat(scan.out())
        .contains("odd\\x1b[2J\\x07key")
        .doesNotContain("\u001b")
        .doesNotContain("\u0007");
  }

  @Test
  void capacityIsToldBesideTheFindingsAndChangesNoExitCode() throws Exception {
    server.clear();
    server.load(new Golden("v3.32.1", "incident-before").keyValues());
    CommandRun text = expect(ExitCode.DONE, place.run("scan"));
    assertThat(text.out())
        .contains("WARNING     Capacity: Pool eqiad-pods (10.64.64.0/24) can hold 4 blocks of /26")
        .contains("Room for 0 more nodes and 215 more pods.")
        .contains("No errors, no warnings. 1 capacity warning.");
    JsonNode capacity = json(expect(ExitCode.DONE, place.run("scan -o json"))).get("capacity");
    assertThat(capacity.get("notes")).hasSize(1);
    assertThat(capacity.get("notes").get(0).get("level").asText()).isEqualTo("warning");
    assertThat(capacity.get("notes").get(0).get("pools").get(0).asText()).isEqualTo("eqiad-pods");
    JsonNode pool = capacity.get("pools").get(0);
    assertThat(pool.get("purpose").asText()).isEqualTo("workloads");
    assertThat(pool.get("blocksTotal").asInt()).isEqualTo(4);
    assertThat(pool.get("freeBlocks").asInt()).isZero();
    assertThat(pool.get("nodes").asInt()).isEqualTo(6);
    assertThat(capacity.get("families").get(0).get("addressesFree").asInt()).isEqualTo(215);
    assertThat(capacity.get("endsFirst").isNull()).isTrue();
  }

  @Test
  void helpListsEveryExitCodeOnce() {
    CommandRun help = expect(ExitCode.DONE, place.run("--help"));
    for (ExitCode code : ExitCode.values()) {
      assertThat(help.out()).contains(String.format("%3d  %s", code.code(), code.meaning()));
    }
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::code).collect(Collectors.toSet()))
        .hasSize(ExitCode.values().length);
    expect(ExitCode.DONE, place.run("scan --help"));
    expect(ExitCode.DONE, place.run("--version"));
  }

  @Test
  void theReadmeListsTheExitCodes() throws Exception {
    String readme = Files.readString(Path.of("../README.md"));
    for (ExitCode code : ExitCode.values()) {
      assertThat(readme).contains("| " + code.code() + " | " + code.meaning() + " |");
    }
  }

  @Test
  void theConfigurationSaysWhichSourceWon() {
    String text = expect(ExitCode.DONE, place.run("config")).out();
    assertThat(text).contains("endpoints").contains("ETCDCTL_ENDPOINTS").contains("journal");
  }

  @Test
  void twoSourcesThatNameDifferentEtcdsStopACommandThatWritesAndNoOther() {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    place.with("ETCD_ENDPOINTS", "http://10.0.0.9:2379");
    expect(ExitCode.FOUND, place.run("scan"));
    assertThat(expect(ExitCode.USAGE, place.run("apply p.json --yes")).err())
        .contains("Two etcds are named");
    expect(ExitCode.DONE, place.run("apply p.json --yes --endpoints " + server.endpoint()));
  }
}
