package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Findings that somebody accepted: written down once, left out from then on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BaselineTest {
  private static final String TYPO =
      "/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second";
  private static final String CLUSTER =
      "/calico/resources/v3/projectcalico.org/clusterinformations/default";
  private static final String NOBODY = " --endpoints http://127.0.0.1:1 --request-timeout 2s";

  private ThrowawayEtcd server;
  private Path file;
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
    file = temp.resolve("b.json");
    place = new CommandRun.Place(temp).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
    server.clear();
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
  }

  private CommandRun scan(int exit, String options) {
    CommandRun run = place.run("scan " + options);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit);
    return run;
  }

  private static JsonNode json(CommandRun run) throws IOException {
    return new ObjectMapper().readTree(run.out());
  }

  private void edit(String regex, String replacement) throws IOException {
    String before = Files.readString(file);
    String after = before.replaceFirst(regex, replacement);
    assertThat(after).as("the edit").isNotEqualTo(before);
    Files.writeString(file, after);
  }

  @Test
  void whatIsAcceptedIsLeftOutOfEveryFormAndOfTheExitCode() throws Exception {
    CommandRun written = scan(0, "--write-baseline b.json");
    assertThat(written.out()).as("what is accepted is shown").contains("7 errors, 0 warnings.");
    assertThat(written.err())
        .contains("Wrote baseline b.json")
        .contains("ipam-repair scan --baseline b.json");
    CommandRun text = scan(0, "--baseline b.json");
    assertThat(text.out())
        .contains("No errors, no warnings.")
        .contains("Left out, accepted in b.json: 7 findings.")
        .doesNotContain("gone")
        .doesNotContain("remove-pool");
    CommandRun asJson = scan(0, "-o json --baseline b.json");
    new ScanSchema().accepts(asJson);
    assertThat(json(asJson).get("findings")).isEmpty();
    assertThat(json(asJson).get("baseline")).hasToString("{\"leftOut\":7,\"gone\":0}");
    assertThat(scan(0, "-o nagios --baseline b.json").out())
        .startsWith("IPAM OK - ")
        .contains(" accepted=7;");
    MetricsPage page = MetricsPage.read(scan(0, "-o prometheus --baseline b.json").out());
    assertThat(page.findings("P2", "error")).isZero();
    assertThat(page.value("findings_left_out{reason=\"baseline\"}")).isEqualTo(7);
    assertThat(page.value("baseline_entries_gone")).isZero();
  }

  @Test
  void theFileIsMadeToBeReviewed() throws Exception {
    scan(0, "--write-baseline b.json");
    JsonNode written = new ObjectMapper().readTree(Files.readString(file));
    assertThat(written.fieldNames())
        .toIterable()
        .containsExactly("format", "calicoGuid", "written", "findings");
    assertThat(written.get("calicoGuid").asText()).isEqualTo("beddc35c4eba43f0837049e5bb0e20ee");
    assertThat(written.at("/findings/0"))
        .hasToString(
            "{\"rule\":\"B10\",\"severity\":\"error\",\"object\":\"block:10.64.64.0/26\"}");
    assertThat(written.get("findings")).hasSize(7);
  }

  @Test
  void whatIsNewIsStillTold() throws Exception {
    scan(0, "--write-baseline b.json");
    server.put("/calico/ipam/v2/odd", "x");
    JsonNode found = json(scan(1, "-o json --baseline b.json"));
    assertThat(found.get("findings").findValuesAsText("rule")).containsExactly("K1");
  }

  @Test
  void aFindingOfAnotherSeverityOrObjectIsAnotherFinding() throws Exception {
    scan(0, "--write-baseline b.json");
    edit(
        "\"rule\": \"P1\",\\s+\"severity\": \"error\"",
        "\"rule\": \"P1\", \"severity\": \"warning\"");
    edit("block:10.64.64.0/26", "block:10.64.65.0/26");
    JsonNode found = json(scan(1, "-o json --baseline b.json"));
    assertThat(found.get("findings").findValuesAsText("rule")).containsExactly("P1", "B10");
    assertThat(found.get("baseline")).hasToString("{\"leftOut\":5,\"gone\":2}");
  }

  @Test
  void entriesThatAreGoneAreCountedWhateverIsHidden() {
    scan(0, "--write-baseline b.json");
    server.delete(TYPO);
    assertThat(scan(0, "--baseline b.json").out())
        .contains("Left out, accepted in b.json: 0 findings. 7 of its entries are gone:");
    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    assertThat(scan(0, "--baseline b.json --ignore P1,P2").out())
        .contains("Hidden by --only and --ignore: 3 findings.")
        .contains("Left out, accepted in b.json: 4 findings.")
        .doesNotContain("gone");
  }

  @Test
  void onlyWhatIsShownIsAccepted() throws Exception {
    scan(0, "--write-baseline b.json --only P2");
    assertThat(json(scan(1, "-o json --baseline b.json")).get("findings")).hasSize(5);
  }

  @Test
  void anExistingFileIsNeverOverwrittenAndEtcdNotAsked() throws Exception {
    Files.writeString(file, "mine");
    assertThat(scan(2, "--write-baseline b.json" + NOBODY).err())
        .contains("--write-baseline b.json exists already")
        .hasLineCount(1);
    assertThat(file).hasContent("mine");
    assertThat(scan(2, "--write-baseline no/b.json" + NOBODY).err()).contains("no such folder");
  }

  @Test
  void aBaselineIsOfOneCluster() throws Exception {
    scan(0, "--write-baseline b.json");
    String information = server.calico().get(Bytes.utf8(CLUSTER)).display();
    server.put(CLUSTER, information.replace("beddc35c", "00000000"));
    assertThat(scan(2, "--baseline b.json").err())
        .contains("baseline b.json is of Calico cluster beddc35c")
        .contains("and this is 00000000");
    edit("\"calicoGuid\": \"[0-9a-f]+\"", "\"calicoGuid\": null");
    scan(0, "--baseline b.json");
  }

  @Test
  void everyProblemOfADamagedFileIsToldAtOnce() throws Exception {
    Files.writeString(
        file,
        """
        {
          "format": 1, "calicoGuid": 5, "written": "yesterday", "surprise": 1,
          "findings": [
            { "rule": "Z1", "severity": "error", "object": "pool:x" },
            { "rule": "P1", "severity": "bad", "object": "", "more": 1 },
            { "severity": "error", "object": "pool:x" },
            "P1"
          ]
        }
        """);
    CommandRun run = scan(2, "--baseline b.json" + NOBODY);
    assertThat(run.err().lines())
        .containsExactlyInAnyOrder(
            "Baseline b.json is not accepted:",
            "  calicoGuid: expected a text or null",
            "  written: expected a time such as 2026-08-22T06:40:12Z",
            "  surprise: unknown field",
            "  findings[0].rule: expected a rule of this release, such as A3",
            "  findings[1].severity: expected error, warning or info",
            "  findings[1].object: expected an object such as block:10.64.64.0/26",
            "  findings[1].more: unknown field",
            "  findings[2].rule: missing",
            "  findings[3]: expected an object",
            "  findings[3].rule: missing",
            "  findings[3].severity: missing",
            "  findings[3].object: missing");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'',           not JSON: empty",
    "remove it,    'not JSON: '",
    "[],           expected an object with",
    "{},           expected an object with",
    "{\"format\":2}, 'expected an object with \"format\": 1'"
  })
  void aFileOfAnotherFormIsRefusedByThatAlone(String content, String problem) throws Exception {
    Files.writeString(file, content);
    CommandRun run = scan(2, "--baseline b.json");
    assertThat(run.err()).contains(problem).hasLineCount(2);
  }

  @Test
  void anEntryThatIsThereTwiceIsAMistake() throws Exception {
    scan(0, "--write-baseline b.json --only P1");
    edit("(?s)(\\{ *\"rule\".*?\\}|\\{\\s+\"rule\".*?\\})", "$1, $1");
    assertThat(scan(2, "--baseline b.json").err())
        .contains("findings: twice P1 error pool:eqiad-pods-second");
  }

  @Test
  void aFileThatIsNotThereNamesTheCommandThatMakesIt() {
    assertThat(scan(2, "--baseline b.json").err())
        .contains("no baseline b.json; make one: ipam-repair scan --write-baseline b.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--baseline b.json --write-baseline c.json",
        "-o prometheus --write-baseline c.json"
      })
  void whatDoesNotGoTogetherIsWrongUsage(String options) {
    scan(0, "--write-baseline b.json");
    assertThat(scan(2, options).err()).contains("--write-baseline");
    assertThat(List.of(file.resolveSibling("c.json"))).noneMatch(Files::exists);
  }
}
