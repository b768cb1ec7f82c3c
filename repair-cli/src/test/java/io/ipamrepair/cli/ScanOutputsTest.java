package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs and people get of a scan: formats, filters, the header, progress. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScanOutputsTest {
  private static final String POOLS = "/calico/resources/v3/projectcalico.org/ippools/";
  private static final String NOBODY = "--endpoints http://127.0.0.1:1 --request-timeout 2s";

  private final ScanSchema schema = new ScanSchema();
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
    load("incident-typo");
  }

  private void load(String golden) {
    server.clear();
    server.load(new Golden("v3.32.1", golden).keyValues());
  }

  private CommandRun scan(int exit, String options) {
    CommandRun run = place.run("scan " + options.strip());
    assertThat(run.exit()).as(run.said()).isEqualTo(exit);
    return run;
  }

  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper().readTree(run.out());
  }

  private static Bytes pool(String name) {
    return Bytes.utf8(POOLS + name);
  }

  // JSON and its schema.

  @Test
  void theSchemaIsOneOfItsDraft() {
    assertThat(ScanSchema.brokenBySchema()).isEmpty();
  }

  @Test
  void theSchemaKnowsEveryMemberAndRefusesOthers() throws Exception {
    ObjectNode scan = (ObjectNode) json(scan(1, "-o json"));
    assertThat(schema.broken(scan.toString())).isEmpty();
    for (String at : List.of("", "/etcd", "/moment", "/findings/0", "/capacity/pools/0")) {
      ObjectNode extended = scan.deepCopy();
      ((ObjectNode) extended.at(at)).put("surprise", 1);
      assertThat(schema.broken(extended.toString())).as(at).hasSize(1);
    }
    for (String name : List.of("findings", "revision", "moment")) {
      ObjectNode reduced = scan.deepCopy();
      reduced.remove(name);
      assertThat(schema.broken(reduced.toString())).as(name).hasSize(1);
    }
  }

  @Test
  void theSchemaKnowsUrgencyAndItsWords() throws Exception {
    ObjectNode scan = (ObjectNode) json(scan(1, "-o json"));
    ((ObjectNode) scan.at("/findings/0")).put("urgency", "any-time");
    assertThat(schema.broken(scan.toString())).isEmpty();
    ((ObjectNode) scan.at("/findings/0")).put("urgency", "soon");
    assertThat(schema.broken(scan.toString())).hasSize(1);
  }

  @Test
  void jsonSaysSinceWhenObjectsAreUnchanged() throws Exception {
    Bytes second = pool("eqiad-pods-second");
    server.put(second.display(), server.calico().get(second).display());
    long written = server.all().get(second).modRevision();
    JsonNode finding = json(scan(1, "-o json --only P1")).at("/findings/0");
    assertThat(finding.get("unchangedSinceRevision").asLong()).isEqualTo(written);
  }

  @Test
  void textSaysItWhereAllIsAskedFor() {
    long written = server.all().get(pool("eqiad-pods-second")).modRevision();
    assertThat(scan(1, "--all --only P1").out())
        .contains("(unchanged since revision " + written + ")");
    assertThat(scan(1, "--only P1").out()).doesNotContain("unchanged");
  }

  @Test
  void aLeakSaysHowOldItsAllocationIs() throws Exception {
    load("crash-S13");
    JsonNode leaks = json(scan(1, "-o json --only W3")).get("findings");
    Instant allocated = Instant.parse(leaks.get(0).get("allocatedAt").asText());
    place.at(allocated.plusSeconds(3 * 3600 + 5));
    assertThat(scan(1, "--only W3").out().replaceAll("\\s+", " "))
        .contains("but nothing uses it. Allocated 3 hours ago.");
    place.at(allocated.minusSeconds(60));
    assertThat(scan(1, "--only W3").out().replaceAll("\\s+", " "))
        .contains("Allocated at " + allocated + ", which lies ahead.");
    schema.accepts(scan(1, "-o json"));
  }

  // Prometheus.

  @Test
  void metricsCountEveryRuleBySeverityAndThePools() {
    MetricsPage page = MetricsPage.read(scan(1, "-o prometheus --settle 0s").out());
    for (String rule : Check.ruleIds()) {
      for (Severity severity : Severity.values()) {
        double expected =
            switch (rule + " " + severity.text()) {
              case "P1 error" -> 1;
              case "P2 error" -> 2;
              case "B10 error" -> 4;
              default -> 0;
            };
        assertThat(page.findings(rule, severity.text())).as(rule).isEqualTo(expected);
      }
    }
    String pool = "{pool=\"eqiad-pods\",network=\"10.64.64.0/24\"}";
    assertThat(page.value("pool_blocks" + pool)).isEqualTo(4);
    assertThat(page.value("pool_free_blocks" + pool)).isZero();
    assertThat(page.value("pool_addresses_used" + pool)).isEqualTo(41);
    assertThat(page.value("pool_addresses_free" + pool)).isEqualTo(215);
    assertThat(page.value("pool_addresses_borrowed" + pool)).isEqualTo(9);
    assertThat(page.value("pool_nodes_without_block" + pool)).isEqualTo(2);
    assertThat(page.value("up")).isEqualTo(1);
    assertThat(page.value("revision")).isPositive();
    assertThat(page.value("datastore_ready")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"empty", "healthy-dual", "healthy-escapes", "broken-values", "migrate-lock"})
  void metricsOfAnyClusterAreRead(String golden) {
    load(golden);
    MetricsPage page = MetricsPage.read(place.run("scan -o prometheus --settle 0s").out());
    assertThat(page.value("up")).isEqualTo(1);
    assertThat(page.values().keySet().stream().filter(name -> name.contains("_findings{")))
        .hasSize(Check.ruleIds().size() * Severity.values().length);
  }

  @Test
  void aNameFromDataCannotBreakOutOfItsLabel() {
    server.put(POOLS + "a\"} 1\nb\\c", server.calico().get(pool("eqiad-pods-second")).display());
    MetricsPage page = MetricsPage.read(scan(1, "-o prometheus --settle 0s").out());
    String pool = "{pool=\"a\\\"} 1\\\\x0ab\\\\c\",network=\"10.64.64.0/24\"}";
    assertThat(page.value("pool_blocks" + pool)).isEqualTo(4);
  }

  @Test
  void aMetricsFileIsReplacedAsAWholeAndOthersMayReadIt() throws Exception {
    Path file = folder.resolve("ipam.prom");
    Files.writeString(file, "old");
    Map<String, Object> before = Files.readAttributes(file, "unix:ino,mode");
    CommandRun run = scan(1, "-o prometheus --settle 0s --out ipam.prom");
    assertThat(run.out()).isEmpty();
    assertThat(MetricsPage.read(Files.readString(file)).value("up")).isEqualTo(1);
    Map<String, Object> after = Files.readAttributes(file, "unix:ino,mode");
    assertThat(after.get("ino")).as("another file").isNotEqualTo(before.get("ino"));
    assertThat(after.get("mode")).isEqualTo(before.get("mode"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("nothing is left beside it").containsExactly(file);
    }
  }

  @ParameterizedTest
  @CsvSource({NOBODY + ", 3", "--cacert nowhere.pem, 2", "--baseline nowhere.json, 2"})
  void whenTheScanFailsTheMetricsSaySoAndTheExitCodeIsKept(String failing, int exit)
      throws Exception {
    Path file = folder.resolve("ipam.prom");
    Files.writeString(file, "old");
    assertThat(scan(exit, "-o prometheus --out ipam.prom " + failing).err()).isNotEmpty();
    MetricsPage page = MetricsPage.read(Files.readString(file));
    assertThat(page.values()).hasSize(2);
    assertThat(page.value("up")).isZero();
    assertThat(page.value("last_scan_timestamp_seconds")).isPositive();
    assertThat(MetricsPage.read(scan(exit, "-o prometheus " + failing).out()).value("up")).isZero();
  }

  @Test
  void aMetricsFileThatCannotBeWrittenIsRefusedBeforeEtcdIsAsked() {
    assertThat(scan(2, "-o prometheus --out no/ipam.prom " + NOBODY).err())
        .contains("expected a file in a folder that exists, found no/ipam.prom");
    assertThat(scan(2, "--out ipam.prom").err()).contains("--out is for -o prometheus");
    assertThat(folder).isEmptyDirectory();
  }

  // Nagios.

  @ParameterizedTest
  @CsvSource({
    "healthy-v4,    0, 'OK - no errors, no warnings'",
    "healthy-dual,  0, 'OK - no errors, no warnings'",
    "crash-S13,     1, 'WARNING - 0 errors, 1 warning: W3 address:'",
    "incident-typo, 2, 'CRITICAL - 7 errors, 0 warnings: P1 pool:eqiad-pods-second, P2 pool:'"
  })
  void aNagiosPluginSaysItInOneLineAndItsExitCode(String golden, int exit, String said) {
    load(golden);
    CommandRun run = scan(exit, "-o nagios --settle 0s");
    assertThat(run.out()).hasLineCount(1).startsWith("IPAM " + said);
    assertThat(run.err()).isEmpty();
    String[] halves = run.out().strip().split(" \\| ", -1);
    assertThat(halves).as("text and performance data").hasSize(2);
    // label=value[unit];warn;crit;min;max
    String datum = "('([^'=|]|'')+'|[a-z]+)=[0-9]+(ms)?;[0-9]*;[0-9]*;0(;[0-9]+)?";
    assertThat(halves[1]).matches(datum + "( " + datum + ")*");
  }

  @Test
  void theNumbersOfANagiosPluginAreThoseOfTheScan() {
    assertThat(scan(2, "-o nagios --settle 0s --ignore B10").out())
        .contains("3 errors, 0 warnings")
        .contains(" errors=3;;0;0 warnings=0;0;;0 hidden=4;;;0 accepted=0;;;0 ")
        .contains(
            " 'eqiad-pods used'=41;;;0;256 'eqiad-pods borrowed'=9;;;0"
                + " 'eqiad-pods free blocks'=0;;;0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        NOBODY,
        "--endpoints nonsense",
        "--cacert nowhere.pem",
        "--baseline nowhere.json",
        "--write-baseline b.json",
        "--out x.prom",
        "--only nonsense",
        "--no-such-option",
        "--settle soon"
      })
  void whateverFailsIsUnknownToNagios(String options) {
    for (String format : List.of("-o nagios", "-onagios", "--output=NAGIOS")) {
      CommandRun run = scan(3, options + " " + format);
      assertThat(run.out()).hasLineCount(1).startsWith("IPAM UNKNOWN - ").doesNotContain(" | ");
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  void aBugIsUnknownToNagiosToo() {
    ScanCommand broken = new ScanCommand();
    broken.options = new IpamRepair();
    broken.options.output = IpamRepair.OutputFormat.nagios;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    broken.session = place.session(out, new ByteArrayOutputStream());
    broken.baselines = null;
    assertThat(broken.run()).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("IPAM UNKNOWN - This is a bug in ipam-repair, please report it: ")
        .hasLineCount(1);
  }

  @Test
  void aBarFromDataDoesNotBeginThePerformanceData() {
    server.put("/calico/ipam/v2/a|b=1", "x");
    assertThat(scan(1, "-o nagios --settle 0s --only K1").out())
        .contains("K1 key:/calico/ipam/v2/a/b=1 | errors=0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs -o nagios", "config -o prometheus", "review -o nagios x"})
  void onlyAScanHasTheFormatsOfMonitoring(String command) {
    CommandRun run = place.run(command);
    assertThat(run.exit()).as(run.said()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.err()).contains("is a format of scan alone");
  }

  // Filters.

  @ParameterizedTest
  @CsvSource({
    "--only P2,                     P2 P2",
    "--only p2,                     P2 P2",
    "--only P2 --only P1,           P1 P2 P2",
    "'--only P1,B10',               P1 B10 B10 B10 B10",
    "--only error --ignore B10,     P1 P2 P2",
    "--only warning,                ''",
    "--ignore error,                ''",
    "--only pool:eqiad-pods,        P2",
    "--only pool:*,                 P1 P2 P2",
    "--only pool:eqiad-pods?second, P1 P2",
    "--ignore pool:*-second,        P2 B10 B10 B10 B10",
    "--only block:10.64.64.0/26,    B10",
    "--only block:10.64.64.*,       B10 B10 B10 B10",
    "'--ignore P1,P2,block:10.64.64.64/26,block:10.64.64.1*', B10"
  })
  void filtersDecideWhatIsShownAndTheExitCode(String options, String rules) throws Exception {
    int exit = rules.isEmpty() ? 0 : 1;
    CommandRun run = scan(exit, "-o json " + options);
    schema.accepts(run);
    List<String> shown = new ArrayList<>();
    json(run).get("findings").forEach(finding -> shown.add(finding.get("rule").asText()));
    assertThat(String.join(" ", shown)).isEqualTo(rules);
    int hidden = 7 - shown.size();
    assertThat(json(run).get("hidden").asInt()).isEqualTo(hidden);
    assertThat(scan(exit, options).out())
        .contains("Hidden by --only and --ignore: " + hidden + " finding");
    MetricsPage page = MetricsPage.read(scan(exit, "-o prometheus --settle 0s " + options).out());
    assertThat(page.value("findings_left_out{reason=\"filter\"}")).isEqualTo(hidden);
  }

  @Test
  void withoutAFilterNothingIsHidden() {
    assertThat(scan(1, "").out()).doesNotContain("Hidden");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "A33, expected one of the rules K1 K2",
        "urgent, \"expected a rule such as A3, a severity (error, warning, info) or an object\"",
        "pool:, found 'pool:'",
        "pond:x, \"kinds: pool, block, affinity, handle, node, wep, address, key; or config\"",
        "block:10.64.64.1/26, the network is 10.64.64.0/26",
        "block:10.64.64.0, expected a CIDR such as",
        "address:10.64.64.0/26, a block is block:CIDR",
        "address:x, expected an address such as",
        "\"P1,,P2\", found ''",
        "\"P1,A33\", found 'A33'"
      })
  void aFilterThatMeansNothingIsRefusedWithWhatIsExpected(String term, String expected) {
    for (String option : List.of("--only ", "--ignore ")) {
      assertThat(scan(2, option + term).unbroken()).contains(expected);
    }
  }

  @Test
  void anObjectIsKnownHoweverItIsSpelled() throws Exception {
    String block = "block:fd00:10:64::/122";
    server.put(
        "/calico/ipam/v2/assignment/ipv6/block/fd00:10:64::-122",
        "{\"cidr\":\"fd00:10:64::/122\",\"affinity\":null}");
    for (String spelled : List.of(block, "block:FD00:10:64:0::0/122", "block:fd00:10:64:*")) {
      JsonNode findings = json(scan(1, "-o json --only " + spelled)).get("findings");
      assertThat(findings).as(spelled).isNotEmpty();
      assertThat(findings).allMatch(finding -> finding.at("/objects/0").asText().equals(block));
    }
  }

  // The moment.

  private static String record(String run, String state) {
    return String.format(
        "{\"run\":\"%s\",\"digest\":\"d\",\"steps\":3,\"done\":1,\"state\":\"%s\","
            + "\"holder\":\"ops@cumin\",\"token\":\"t\",\"head\":\"h\"}",
        run, state);
  }

  @Test
  void aLockAndRunsThatDidNotEndAreNamedAtTheTop() throws Exception {
    assertThat(scan(1, "").out()).doesNotContain("Unusual").doesNotContain("Not known");
    server.put("/ipam-repair/v1/lock", "x");
    long locked = server.all().get(Bytes.utf8("/ipam-repair/v1/lock")).createRevision();
    server.put("/ipam-repair/v1/run/r-aaaaaa", record("r-aaaaaa", "open"));
    server.put("/ipam-repair/v1/run/r-bbbbbb", record("r-bbbbbb", "given-up"));
    server.put("/ipam-repair/v1/run/r-cccccc", record("r-cccccc", "closed"));
    server.put("/ipam-repair/v1/run/r-dddddd", "a newer release's");
    List<String> header =
        scan(1, "").out().lines().skip(1).takeWhile(line -> !line.isEmpty()).toList();
    assertThat(String.join(" ", header).split(" (?=Unusual: )"))
        .containsExactly(
            "Unusual: the operator lock is held by somebody: somebody may be repairing what is found"
                + " here.",
            "Unusual: run r-aaaaaa of ops@cumin has not ended, 1 of 3 steps in etcd: it is at work,"
                + " or died. Settle it: ipam-repair recover r-aaaaaa",
            "Unusual: run r-bbbbbb of ops@cumin was given up with 1 of 3 steps in etcd. Settle it:"
                + " ipam-repair recover r-bbbbbb",
            "Unusual: the record of run r-dddddd in etcd is none that this release knows.");
    CommandRun run = scan(1, "-o json");
    schema.accepts(run);
    JsonNode moment = json(run).get("moment");
    assertThat(moment.get("lockedSinceRevision").asLong()).isEqualTo(locked);
    assertThat(moment.get("unclosedRuns").findValuesAsText("state"))
        .containsExactly("open", "given-up", "unreadable");
    MetricsPage page = MetricsPage.read(scan(1, "-o prometheus --settle 0s").out());
    assertThat(page.value("operator_lock")).isEqualTo(1);
    assertThat(page.value("unclosed_runs")).isEqualTo(3);
    assertThat(scan(2, "-o nagios --settle 0s").out())
        .contains(
            "; the operator lock is held by somebody; run r-aaaaaa has not ended; run r-bbbbbb has not");
  }

  @Test
  void aLockedDatastoreIsNamedAtTheTop() {
    load("migrate-lock");
    assertThat(scan(1, "").out().lines().skip(1))
        .first()
        .asString()
        .startsWith("Unusual: datastoreReady is false: Calico is locked for maintenance");
    MetricsPage page = MetricsPage.read(scan(1, "-o prometheus --settle 0s").out());
    assertThat(page.value("datastore_ready")).isZero();
  }

  @Test
  void aRunThatWasAppliedLeavesNothingUnusual() {
    place.run("remove-pool eqiad-pods-second --out p.json");
    assertThat(place.run("apply p.json --yes").exit()).isZero();
    assertThat(scan(0, "").out()).doesNotContain("Unusual");
  }

  // Progress.

  private void loadManyHandles() {
    server.load(
        IntStream.range(0, (int) ReadingProgress.STEP)
            .mapToObj(
                i ->
                    new KeyValue(
                        Bytes.utf8(String.format("/calico/ipam/v2/handle/h%05d", i)),
                        Bytes.utf8("{\"block\":{\"10.64.64.0/26\":1},\"deleted\":false}"),
                        0,
                        0,
                        0))
            .toList());
  }

  @Test
  void onATerminalAPersonSeesReadingGoOn() throws Exception {
    loadManyHandles();
    int keys = json(scan(1, "-o json")).get("keys").asInt();
    assertThat(place.typing("").run("scan --only P1").err())
        .matches(
            "\rreading: 5[0-9]{3} of %d keys\u001b\\[K\rread: %d keys\u001b\\[K%n"
                .formatted(keys, keys));
    for (String format : List.of("json", "prometheus", "nagios")) {
      assertThat(place.run("scan --settle 0s --only P1 -o " + format).err()).as(format).isEmpty();
    }
  }

  @Test
  void whereNobodyWatchesOrFewKeysAreReadNothingIsSaid() {
    assertThat(place.typing("").run("scan").err()).isEmpty();
    loadManyHandles();
    assertThat(new CommandRun.Place(folder).run("scan --endpoints " + server.endpoint()).err())
        .isEmpty();
  }
}
