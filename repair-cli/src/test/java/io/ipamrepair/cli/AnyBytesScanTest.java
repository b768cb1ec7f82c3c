package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.Mutations;
import io.ipamrepair.testing.Mutations.Mutant;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged states, in a real etcd, through the front door: whatever stands there, a scan ends with
 * findings and says them in every format without harm to a terminal or a parser. Seed and number
 * make a state again: {@code -Dfuzz.seed=… -Dfuzz.only=…}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnyBytesScanTest {
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_124);
  private static final int ONLY = Integer.getInteger("fuzz.only", -1);
  private static final int COUNT = Boolean.getBoolean("ipamrepair.long") ? 3_000 : 300;
  private static final int MOST_FAILURES = 5;
  private static final int MOST_KEYS = 45;

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

  @Test
  void aScanOfADamagedStateEndsWithFindingsAndHarmsNobodyWhoReadsThem() {
    Mutations mutations =
        new Mutations(
            SEED,
            Golden.all().stream()
                .filter(golden -> golden.keyValues().size() <= MOST_KEYS)
                .toList());
    List<String> failures = new ArrayList<>();
    int first = ONLY < 0 ? 0 : ONLY;
    int end = ONLY < 0 ? COUNT : ONLY + 1;
    for (int number = first; number < end && failures.size() < MOST_FAILURES; number++) {
      Mutant mutant = mutations.mutant(number);
      try {
        scan(mutant);
      } catch (AssertionError | JsonProcessingException failure) {
        failures.add(mutant + "\n" + failure);
      }
    }
    assertThat(failures).as(String.join("\n\n", failures)).isEmpty();
  }

  private void scan(Mutant mutant) throws JsonProcessingException {
    String prefix = "/mutant/" + mutant.number();
    server.load(prefix, mutant.keyValues());
    CommandRun json = scan(prefix, "-o json");
    schema.accepts(json);
    JsonNode findings = new ObjectMapper().readTree(json.out()).get("findings");
    boolean harmless = true;
    for (JsonNode finding : findings) {
      harmless &= finding.get("severity").asText().equals("info");
    }
    assertThat(json.exit()).as(json.err()).isEqualTo(harmless ? 0 : 1);
    CommandRun text = scan(prefix, "--all");
    assertThat(text.exit()).as(text.err()).isEqualTo(json.exit());
    for (JsonNode finding : findings) {
      assertThat(text.out()).contains(" " + finding.get("rule").asText() + " ");
    }
    CommandRun metrics = scan(prefix, "-o prometheus --settle 0s");
    assertThat(MetricsPage.read(metrics.out()).values()).isNotEmpty();
    CommandRun nagios = scan(prefix, "-o nagios --settle 0s");
    assertThat(nagios.exit()).as(nagios.out()).isBetween(0, 2);
    assertThat(nagios.out().lines()).hasSize(1);
  }

  private CommandRun scan(String prefix, String options) {
    CommandRun run =
        new CommandRun.Place(folder)
            .run("scan " + options + " --endpoints " + server.endpoint() + " --prefix " + prefix);
    assertThat(run.err()).as(options).doesNotContain("bug in ipam-repair");
    assertThat(harmful(run.out() + run.err())).as("%s: %s", options, run.said()).isEmpty();
    return run;
  }

  /** What could steer a terminal, or show text in another order than it has. */
  private static List<String> harmful(String output) {
    return output
        .codePoints()
        .filter(
            c ->
                c < 0x20 && c != '\n'
                    || c >= 0x7f && c < 0xa0
                    || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE
                    || c == 0x2028
                    || c == 0x2029)
        .mapToObj(c -> String.format("U+%04X", c))
        .distinct()
        .toList();
  }
}
