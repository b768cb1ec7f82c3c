package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.check.About;
import io.ipamrepair.check.Check;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules as an operator reads them; no etcd is there. */
class RulesCommandTest {
  @TempDir Path folder;
  private CommandRun.Place place;

  @BeforeEach
  void nowhere() {
    place = new CommandRun.Place(folder).with("ETCDCTL_ENDPOINTS", "http://127.0.0.1:1");
  }

  static Stream<About> rules() {
    return Check.rules().stream();
  }

  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void theListHasEveryRuleWithItsUrgency() throws Exception {
    CommandRun text = place.run("rules");
    assertThat(text.exit()).isZero();
    JsonNode list = json(place.run("rules -o json")).get("rules");
    assertThat(list).hasSize(Check.rules().size());
    int at = 0;
    for (About about : Check.rules()) {
      assertThat(text.out())
          .containsPattern("(?m)^" + about.id() + " .*" + about.urgency().words());
      assertThat(list.get(at).get("id").asText()).isEqualTo(about.id());
      assertThat(list.get(at).get("urgency").asText()).isEqualTo(about.urgency().text());
      assertThat(list.get(at).get("demand").asText()).isEqualTo(about.demand());
      at++;
    }
    assertThat(text.out().lines()).allMatch(line -> line.length() <= 120);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleIsExplainedOnOneScreenWithWhatScanSaysOfAnExample(About about) throws Exception {
    CommandRun run = place.run("rules " + about.id());
    assertThat(run.exit()).as(run.said()).isZero();
    assertThat(run.out().lines().count()).isBetween(14L, 42L);
    assertThat(run.out().lines())
        .allMatch(line -> line.length() <= 120 || line.contains("/calico/"));
    assertThat(run.out().lines().map(String::strip).map(line -> line.replaceFirst("^See +", "")))
        .containsAll(about.threads());
    JsonNode finding =
        json(place.run("rules " + about.id() + " -o json")).get("example").get("findings").get(0);
    String words = run.out().replaceAll("\\s+", " ");
    assertThat(words)
        .contains(about.demand())
        .contains(about.traffic())
        .contains(about.reason())
        .contains(about.repair())
        .contains(
            finding.get("severity").asText().toUpperCase(Locale.ROOT)
                + " "
                + about.id()
                + " "
                + finding.get("problem").asText())
        .contains("Traffic: " + finding.get("traffic").asText());
  }

  @Test
  void theLetterMayBeSmall() {
    assertThat(place.run("rules b10").out()).startsWith("B10 ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"A9|A7, A6, A5, A4", "B99|B16, B15, B14, B13", "W|W1, W2, W3, W4", "Z3|K3, P3, B3"})
  void anUnknownRuleEndsWithTheNearestOnes(String id, String nearest) {
    CommandRun run = place.run("rules " + id);
    assertThat(run.exit()).isEqualTo(ExitCode.USAGE.code());
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("no rule " + id).contains(nearest).hasLineCount(1);
  }
}
