package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A scan of a living cluster: what passes is not told, what stays is. The cluster changes between
 * two looks, as soon as the scan has said that it will look again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ScanSettleTest {
  private static final String TYPO =
      "/calico/resources/v3/projectcalico.org/ippools/eqiad-pods-second";
  private static final String ODD = "/calico/ipam/v2/odd";

  /** Longer than any test: a scan that waits for all of it fails. */
  private static final String FOR_EVER = "--settle 1h";

  private static final String AGAIN = "Looking again";

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

  private CommandRun scan(int exit, String options) {
    CommandRun run = place.run("scan " + options);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit);
    return run;
  }

  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void whatPassesIsNotToldAndTheScanEndsAsSoonAsNothingIsLeft() {
    place.whenSaid(AGAIN, () -> server.delete(TYPO));
    CommandRun run = scan(0, FOR_EVER);
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "Looking again for 3600 s, whether 7 findings above info will stay…");
    assertThat(run.out())
        .contains("1 pool ")
        .contains("No errors, no warnings.")
        .containsPattern("Passed between revisions [0-9]+ and [0-9]+: 7 findings\\.");
  }

  @Test
  void whatStaysIsToldWithTheRevisionSinceWhenItsObjectsAre() {
    long written = server.all().get(Bytes.utf8(TYPO)).modRevision();
    CommandRun run = scan(1, "--settle 50ms");
    assertThat(run.out())
        .contains("7 errors, 0 warnings.")
        .contains("(unchanged since revision " + written + ")")
        .doesNotContain("Passed");
  }

  @Test
  void whatIsRewrittenAndStillWrongStays() throws Exception {
    String value = server.calico().get(Bytes.utf8(TYPO)).display();
    place.whenSaid(AGAIN, () -> server.put(TYPO, value));
    CommandRun run = scan(1, "--settle 50ms -o json --verbose --only P1");
    long rewritten = server.all().get(Bytes.utf8(TYPO)).modRevision();
    assertThat(json(run).at("/findings/0/unchangedSinceRevision").asLong()).isEqualTo(rewritten);
    assertThat(json(run).get("revision").asLong()).isGreaterThanOrEqualTo(rewritten);
    assertThat(json(run).at("/settled/firstRevision").asLong()).isLessThan(rewritten);
  }

  @Test
  void whatComesUpMeanwhileWaitsForALaterScan() throws Exception {
    place.whenSaid(AGAIN, () -> server.put(ODD, "x"));
    CommandRun run = scan(1, "--settle 50ms -o json --verbose");
    assertThat(json(run).get("findings").findValuesAsText("rule")).hasSize(7).doesNotContain("K1");
    assertThat(json(run).at("/settled/passed").asInt()).isZero();
    assertThat(json(run).at("/settled/fresh").asInt()).isEqualTo(1);
    new ScanSchema().accepts(run);
    server.delete(ODD);
    place.whenSaid(AGAIN, () -> server.put(ODD, "x"));
    assertThat(scan(1, "--settle 50ms").out())
        .contains("Not shown, since they came up meanwhile: 1 finding;");
    assertThat(scan(1, "--settle 50ms").out()).contains("7 errors, 1 warning.");
  }

  @Test
  void whatIsOnlyPartlyGoneIsToldInPart() {
    server.put(ODD, "x");
    place.whenSaid(AGAIN, () -> server.delete(TYPO));
    CommandRun run = scan(1, "--settle 50ms");
    assertThat(run.out()).contains("0 errors, 1 warning.").containsPattern("Passed .*: 7 findings");
  }

  @Test
  void whereNothingIsSuspiciousNobodyWaits() throws Exception {
    server.delete(TYPO);
    CommandRun run = scan(0, FOR_EVER + " -o json --verbose");
    assertThat(run.err()).doesNotContain(AGAIN);
    assertThat(json(run).at("/settled/passed").asInt()).isZero();
  }

  @Test
  void whatIsHiddenOrAcceptedIsNotWaitedFor() {
    scan(0, "--write-baseline accepted.json");
    assertThat(scan(0, FOR_EVER + " --baseline accepted.json").err()).isEmpty();
    assertThat(scan(0, FOR_EVER + " --only warning").err()).isEmpty();
  }

  @Test
  void oneLookIsEnoughUnlessItIsAskedForMore() throws Exception {
    assertThat(scan(1, "--verbose").err()).doesNotContain(AGAIN);
    assertThat(json(scan(1, "-o json")).get("settled").isNull()).isTrue();
    assertThat(scan(1, "").out()).doesNotContain("unchanged");
    assertThat(scan(2, "-o nagios --settle 0s --verbose").err()).doesNotContain(AGAIN);
    assertThat(scan(1, "-o prometheus --settle 0s --verbose").err()).doesNotContain(AGAIN);
  }

  @Test
  void monitoringLetsSettleByItself() {
    place.whenSaid(AGAIN, () -> server.delete(TYPO));
    CommandRun nagios = scan(0, "-o nagios --verbose");
    assertThat(nagios.err()).contains("Looking again for 30 s, whether 7 findings");
    assertThat(nagios.out()).startsWith("IPAM OK - no errors, no warnings");

    server.load(new Golden("v3.32.1", "incident-typo").keyValues());
    place.whenSaid(
        AGAIN,
        () -> {
          server.delete(TYPO);
          server.put(ODD, "x");
        });
    CommandRun prometheus = scan(0, "-o prometheus --verbose");
    assertThat(prometheus.err()).contains("Looking again for 30 s");
    MetricsPage page = MetricsPage.read(prometheus.out());
    assertThat(page.findings("P1", "error")).isZero();
    assertThat(page.findings("K1", "warning")).isZero();
    assertThat(page.value("findings_left_out{reason=\"unsettled\"}")).isEqualTo(1);
  }

  @Test
  void anEtcdThatGoesAwayMeanwhileIsNoCleanCluster() throws Exception {
    try (ThrowawayEtcd dying = ThrowawayEtcd.start()) {
      dying.load(new Golden("v3.32.1", "incident-typo").keyValues());
      String options =
          "--settle 50ms --request-timeout 2s --verbose --endpoints " + dying.endpoint();
      place.whenSaid(AGAIN, dying::kill);
      scan(3, options + " -o prometheus --out ipam.prom");
    }
    MetricsPage page = MetricsPage.read(Files.readString(folder.resolve("ipam.prom")));
    assertThat(page.value("up")).isZero();
  }

  @Test
  void whoeverInterruptsTheWaitEndsTheScan() {
    place.whenSaid(AGAIN, Thread.currentThread()::interrupt);
    CommandRun run = scan(ExitCode.DECLINED.code(), FOR_EVER);
    assertThat(run.err()).endsWith("interrupted" + System.lineSeparator());
    assertThat(Thread.interrupted()).as("told once").isFalse();
  }
}
