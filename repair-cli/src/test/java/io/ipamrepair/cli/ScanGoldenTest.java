package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every golden case, in a real etcd, through the front door. Each stands behind a prefix of its
 * own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScanGoldenTest {
  @TempDir Path folder;
  private final ScanSchema schema = new ScanSchema();
  private ThrowawayEtcd server;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aScanFindsExactlyWhatTheCaseSays(Golden golden) throws Exception {
    String prefix = "/golden/" + golden;
    server.load(prefix, golden.keyValues());
    CommandRun run =
        new CommandRun.Place(folder)
            .run("scan -o json --endpoints " + server.endpoint() + " --prefix " + prefix);
    schema.accepts(run);
    List<String> found = new ArrayList<>();
    for (JsonNode finding : new ObjectMapper().readTree(run.out()).get("findings")) {
      if (!finding.get("severity").asText().equals("info")) {
        found.add(
            finding.get("rule").asText()
                + " "
                + finding.get("severity").asText()
                + " "
                + finding.get("objects").get(0).asText());
      }
    }
    List<String> expected =
        golden.expected().stream()
            .filter(finding -> !finding.severity().equals("info"))
            .map(
                finding ->
                    finding.rule() + " " + finding.severity() + " " + finding.objects().get(0))
            .toList();
    assertThat(found).as("%s: %s", golden, run.err()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(run.exit()).as(golden.toString()).isEqualTo(golden.isClean() ? 0 : 1);
    CommandRun text =
        new CommandRun.Place(folder)
            .run("scan --all --endpoints " + server.endpoint() + " --prefix " + prefix);
    assertThat(text.exit()).isEqualTo(run.exit());
    assertThat(text.out().lines())
        .allMatch(line -> line.chars().noneMatch(c -> c < 0x20 || c == 0x7f));
    for (var finding : golden.expected()) {
      assertThat(text.out()).as(golden.toString()).contains(" " + finding.rule() + " ");
    }
  }
}
