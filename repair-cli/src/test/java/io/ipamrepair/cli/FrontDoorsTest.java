package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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
    boolean refused = exit.code() > ExitCode.FOUND.code() && exit != ExitCode.DECLINED;
    if (refused) {
      assertThat(run.err().lines())
          .as("lines for a terminal, but for commands to be copied")
          .allMatch(line -> line.length() <= Phrases.WIDTH || line.contains("ipam-repair "));
    }
    return run;
  }

  /** What was printed: one JSON value, and nothing behind it. */
  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper()
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .readTree(run.out());
  }

  private JsonNode outcome(ExitCode exit, String outcome, CommandRun run) throws Exception {
    JsonNode json = json(expect(exit, run));
    assertThat(json.propertyStream().map(Map.Entry::getKey))
        .containsExactly("outcome", "run", "revision", "stepsApplied", "steps", "reasons", "undo");
    assertThat(json.get("outcome").asText()).isEqualTo(outcome);
    assertThat(json.get("run").isNull()).as("run and undo").isEqualTo(json.get("undo").isNull());
    return json;
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
        .contains(
            "P2   error    2 → 0  No two pools overlap: pool eqiad-pods, pool eqiad-pods-second")
        .contains("Next: ipam-repair apply p.json");
    assertThat(expect(ExitCode.DONE, place.run("review p.json --markdown")).out())
        .startsWith("## Remove pool eqiad-pods-second (`10.64.64.1/24`)\n")
        .contains("- **Reason:** T251054")
        .contains("ipam-repair apply p.json");
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
  void howApplyAndRollbackEndedIsPrintedAsOneObject() throws Exception {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    JsonNode dry =
        outcome(ExitCode.DONE, "applicable", place.run("apply p.json --dry-run -o json"));
    assertThat(dry.get("stepsApplied").intValue()).isZero();
    assertThat(dry.get("steps").intValue()).isEqualTo(1);
    outcome(ExitCode.DECLINED, "declined", place.run("apply p.json -o json"));

    JsonNode applied = outcome(ExitCode.DONE, "applied", place.run("apply p.json --yes -o json"));
    String run = applied.get("run").asText();
    assertThat(applied.get("revision").longValue()).isPositive();
    assertThat(applied.get("stepsApplied").intValue()).isEqualTo(1);
    assertThat(applied.get("undo")).extracting(JsonNode::asText).containsExactly("rollback", run);

    JsonNode plan =
        json(expect(ExitCode.DONE, place.run("rollback " + run + " --out q.json -o json")));
    assertThat(plan.get("plan").asText()).isEqualTo(folder.resolve("q.json").toString());
    assertThat(plan.get("keys").intValue()).isEqualTo(1);
    CommandRun rollback = place.run("rollback " + run + " --yes -o json");
    JsonNode back = outcome(ExitCode.DONE, "applied", rollback);
    assertThat(back.get("run").asText()).isNotEqualTo(run);
    assertThat(rollback.err()).as("the review").contains("Digest").contains("Step 1");
  }

  @Test
  void aRefusalOfApplyOrRollbackIsPrintedAsOneObjectToo() throws Exception {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    String run =
        json(expect(ExitCode.DONE, place.run("apply p.json --yes -o json"))).get("run").asText();
    CommandRun again = place.run("apply p.json --yes -o json");
    assertThat(outcome(ExitCode.MOVED, "moved", again).get("reasons")).isNotEmpty();
    assertThat(again.err()).contains("What it rests on is not as it was");
    expect(ExitCode.DONE, place.run("rollback " + run + " --yes"));
    assertThat(
            outcome(ExitCode.MOVED, "moved", place.run("rollback " + run + " --yes -o json"))
                .get("reasons"))
        .isNotEmpty();
    Files.writeString(folder.resolve("bad.json"), "{}");
    CommandRun damaged = place.run("apply bad.json -o json");
    assertThat(outcome(ExitCode.PLAN_REFUSED, "refused", damaged).get("reasons"))
        .extracting(JsonNode::asText)
        .anyMatch(reason -> reason.startsWith("format: "))
        .noneMatch(reason -> reason.contains("bad.json") || reason.startsWith(" "));
    assertThat(damaged.err()).contains("Plan refused, nothing written: bad.json");
    outcome(ExitCode.USAGE, "wrong usage", place.run("apply none.json -o json"));
    outcome(ExitCode.USAGE, "wrong usage", place.run("rollback r-nosuch -o json"));
    outcome(
        ExitCode.ETCD,
        "etcd unusable",
        place.run("apply p.json --yes -o json --endpoints http://127.0.0.1:1"));
  }

  @Test
  void theConfigurationAndThePlaybooksArePrintedAsJson() throws Exception {
    place.with("ETCD_ENDPOINTS", "http://10.0.0.9:2379");
    JsonNode config = json(expect(ExitCode.DONE, place.run("config -o json")));
    assertThat(config.at("/settings/0/name").asText()).isEqualTo("endpoints");
    assertThat(config.at("/settings/0/value").asText()).isEqualTo(server.endpoint().toString());
    assertThat(config.at("/settings/0/source").asText()).isEqualTo("ETCDCTL_ENDPOINTS");
    assertThat(config.get("disagreement").asText()).contains("http://10.0.0.9:2379");
    assertThat(config.get("journal").asText()).isEqualTo(folder.resolve("journal").toString());
    for (String command : List.of("playbook list -o json", "playbook -o json")) {
      JsonNode playbooks = json(expect(ExitCode.DONE, place.run(command))).get("playbooks");
      assertThat(playbooks.at("/0/name").asText()).isEqualTo("overlapping-pool");
      assertThat(playbooks.at("/0/title").asText()).isNotBlank();
    }
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
    assertThat(expect(ExitCode.USAGE, place.run("review nowhere.json --markdown")).err())
        .contains("no plan file nowhere.json");
    for (String form : List.of("-o json", "--all")) {
      assertThat(expect(ExitCode.USAGE, place.run("review nowhere.json --markdown " + form)).err())
          .contains("expected --markdown or " + form + ", found both");
    }
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
  void timesTooShortToProveAnythingAreWrongUsage() {
    String leaked = "release-orphan-blocks --all --free-leaked --older-than ";
    for (String age : List.of("0", "59s", "59999ms")) {
      assertThat(expect(ExitCode.USAGE, place.run(leaked + age)).err())
          .contains("--older-than: expected 1m or more");
    }
    expect(ExitCode.IMPOSSIBLE, place.run(leaked + "1m"));
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    for (String command : List.of("apply p.json", "rollback r-nosuch")) {
      assertThat(expect(ExitCode.USAGE, place.run(command + " --yes --quiet 999ms")).err())
          .contains("--quiet: expected 1s or more");
    }
    expect(ExitCode.DONE, place.run("apply p.json --yes --quiet 1s"));
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
        .as("one message")
        .doesNotContainPattern("\\n\\S");
    assertThat(
            expect(
                    ExitCode.ETCD,
                    place.run(
                        "scan --endpoints "
                            + server.endpoint().toString().replace("http:", "https:")))
                .err())
        .contains("TLS")
        .as("one message")
        .doesNotContainPattern("\\n\\S");
  }

  @Test
  void aCommandThatTakesLongerThanItsTimeoutSaysSo() {
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json"));
    expect(ExitCode.DONE, place.run("apply p.json --yes --timeout 1m"));
    String run = place.run("runs").out().split(" ")[0];
    server.pause();
    try {
      for (String command :
          List.of(
              "scan",
              "remove-pool eqiad-pods --out q.json",
              "apply p.json --yes",
              "rollback " + run + " --yes")) {
        long start = System.nanoTime();
        assertThat(expect(ExitCode.ETCD, place.run(command + " --timeout 500ms")).err())
            .as(command)
            .containsIgnoringWhitespaces("the time for the whole command, --timeout, has passed");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .as(command)
            .isLessThan(TimeLimits.standard().request());
      }
    } finally {
      server.resume();
    }
  }

  @Test
  void helpNamesTheTimeLimitsThatCount() {
    String help = expect(ExitCode.DONE, place.run("--help")).out();
    TimeLimits limits = TimeLimits.standard();
    assertThat(help)
        .containsPattern(
            "--request-timeout=TIME\\s+Limit for one call to etcd \\(default: "
                + limits.request().toSeconds()
                + "s\\)")
        .containsPattern(
            "--settle-timeout=TIME\\s+Limit for settling an unanswered write \\(default:\\s+"
                + limits.settle().toSeconds()
                + "s\\)")
        .containsPattern("--timeout=TIME\\s+Limit for the whole command \\(default: none\\)");
    assertThat(limits.command()).isEmpty();
  }

  @Test
  void certificatesForAPlainEtcdAreAMatterOfTheConnection() throws Exception {
    Files.writeString(folder.resolve("ca.pem"), "");
    for (String command : List.of("scan", "config", "release-orphan-blocks")) {
      assertThat(expect(ExitCode.ETCD, place.run(command + " --cacert ca.pem")).err())
          .contains("TLS options are given (--cacert)");
    }
    expect(ExitCode.USAGE, place.run("scan --cacert nowhere.pem"));
  }

  @Test
  void anEtcdIsTrustedWhoseAuthorityTheMachineTrusts() throws Exception {
    Path ca = tlsFile("ca.pem");
    try (ThrowawayEtcd secure =
        ThrowawayEtcd.startWithTls(
            ca,
            tlsFile("client-rsa.pem"),
            tlsFile("client-rsa-pkcs8.pem"),
            "--cert-file=" + tlsFile("server.pem"),
            "--key-file=" + tlsFile("server-key.pem"))) {
      CommandRun.Place machine =
          new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", secure.endpoint().toString());
      assertThat(expect(ExitCode.ETCD, machine.run("scan")).err()).contains("certification path");
      machine.with("SSL_CERT_FILE", ca.toString());
      expect(ExitCode.FOUND, machine.run("scan"));
      assertThat(machine.run("config").out()).contains(ca + "  (SSL_CERT_FILE)");
    }
  }

  private Path tlsFile(String name) throws IOException {
    try (InputStream file =
        ThrowawayEtcd.class.getResourceAsStream("/io/ipamrepair/etcd/tls/" + name)) {
      Path copy = folder.resolve(name);
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      return copy;
    }
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
  void aPlanFileSteersNoTerminalHoweverItIsWritten() throws Exception {
    expect(
        ExitCode.DONE,
        place.run("remove-pool eqiad-pods-second --out p.json", "--reason", "T1\u202e\u009b2J"));
    String written = Files.readString(folder.resolve("p.json"));
    assertThat(written).contains("T1\\u202e\\u009b2J");
    Files.writeString(
        folder.resolve("p.json"),
        written.replace("T1\\u202e\\u009b2J", "T1\u202e\u009b2J").replace("\n", " "));
    CommandRun review = expect(ExitCode.DONE, place.run("review p.json -o json"));
    assertThat(review.out())
        .as("the digest is over the content, not over how it is written")
        .isEqualTo(written);
    expect(ExitCode.DONE, place.run("apply p.json --dry-run"));
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

  /** Whatever stands in a plan, a comment with its review shows it and is steered by nothing. */
  @Test
  void aReviewInMarkdownIsSteeredByNothingInThePlan() {
    String reason = "see @all, `x` | <script> [y](http://z)\n\n# no";
    expect(ExitCode.DONE, place.run("remove-pool eqiad-pods-second --out p.json --reason", reason));
    CommandRun review = expect(ExitCode.DONE, place.run("review p.json --markdown"));
    RenderedMarkdown page = new RenderedMarkdown(review.out());
    assertThat(page.dangers()).as(review.out()).isEmpty();
    assertThat(page.shown()).contains(reason.replace("\n", "\\x0a"));
    assertThat(expect(ExitCode.DONE, place.run("review --help")).out())
        .contains("--markdown")
        .contains("--all");
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
