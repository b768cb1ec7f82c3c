package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} says with an etcd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerifyTest {
  private static final String PLAN = "remove-pool eqiad-pods-second --out p.json";

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
    assertThat(place.run(PLAN).exit()).isZero();
  }

  private CommandRun expect(ExitCode exit, String command) {
    CommandRun run = place.run(command);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    return run;
  }

  @Test
  void aPlanOfTheClusterAsItIsCanBeAppliedAndNothingIsWritten() {
    Map<Bytes, Bytes> before = server.calico();
    CommandRun run = expect(ExitCode.DONE, "verify p.json");
    assertThat(run.out())
        .contains("it can be applied: cluster and ")
        .contains("it would be made again just so")
        .contains("Next: ipam-repair apply p.json");
    assertThat(server.calico()).isEqualTo(before);
    assertThat(expect(ExitCode.DONE, "lock status").out()).contains("Nobody holds");
    assertThat(expect(ExitCode.DONE, "verify p.json --offline").out())
        .contains("not asked: --offline");
  }

  @Test
  void whatMovedIsToldWithItsExitCode() throws Exception {
    Bytes pool = new KeyLayout().poolKey("eqiad-pods-second");
    String value = server.calico().get(pool).text().orElseThrow();
    server.put(pool.display(), value.replace("10.64.64.1/24", "10.64.64.0/25"));
    CommandRun run = expect(ExitCode.MOVED, "verify p.json");
    assertThat(run.err()).contains("It cannot be applied:").contains("eqiad-pods-second");
    assertThat(run.out()).contains("Next: ipam-repair replan p.json");
    JsonNode json =
        new ObjectMapper().readTree(expect(ExitCode.MOVED, "verify p.json -o json").out());
    assertThat(json.get("verdict").asText()).isEqualTo("moved");
    assertThat(json.get("follows").booleanValue()).isTrue();
    assertThat(json.get("etcd").get("applicable").booleanValue()).isFalse();
    assertThat(json.get("etcd").get("reasons")).isNotEmpty();
    expect(ExitCode.DONE, "verify p.json --offline");
  }

  @Test
  void anExpiredPlanIsRefusedAsApplyDoes() {
    place.at(Instant.now().plusSeconds(1_000_000));
    assertThat(expect(ExitCode.PLAN_REFUSED, "verify p.json").err())
        .contains("the plan expired at");
  }

  @Test
  void anEtcdThatIsNotThereIsNoVerdict() {
    expect(ExitCode.ETCD, "verify p.json --endpoints http://127.0.0.1:1 --request-timeout 1s");
  }

  @Test
  void aPlanThatCarriesNothingIsHeldAgainstTheCluster() throws Exception {
    EditedPlan bare =
        EditedPlan.of(Files.readAllBytes(folder.resolve("p.json")))
            .with("context", old -> Json.Null.NULL);
    Files.write(folder.resolve("p.json"), bare.bytes());
    assertThat(expect(ExitCode.DONE, "verify p.json").out())
        .contains("not verified: it carries nothing")
        .contains("it would be made again just so");
    Files.write(
        folder.resolve("p.json"), bare.with("title", old -> new Json.Text("Tidy up")).bytes());
    assertThat(expect(ExitCode.MOVED, "verify p.json").out())
        .contains("it would no longer be made just so")
        .contains("title: Tidy up → Remove pool eqiad-pods-second");
  }

  @Test
  void aRollbackOutOfTheJournalIsVerifiedToo() {
    CommandRun applied = expect(ExitCode.DONE, "apply p.json --yes -o json");
    String run = applied.out().replaceFirst("(?s).*\"run\": \"([^\"]+)\".*", "$1");
    expect(ExitCode.DONE, "rollback " + run + " --out back.json");
    assertThat(expect(ExitCode.DONE, "verify back.json").out())
        .contains("conditions, findings, impact")
        .contains("it would be made again just so");
  }
}
