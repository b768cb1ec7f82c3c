package io.ipamrepair.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanFileTest {
  private String file;

  @BeforeEach
  void aPlan() throws Exception {
    Plan plan =
        Repairs.plan(
            new Golden("v3.32.1", "incident-wrong-deletion").state(),
            "reassign-affinity",
            "--block",
            "10.64.64.64/26",
            "--to",
            "kubernetes1003");
    file = PlanFile.write(plan);
  }

  private static List<String> problems(String text) {
    return problems(text.getBytes(StandardCharsets.UTF_8), EtcdLimits.standard());
  }

  private static List<String> problems(byte[] bytes, EtcdLimits limits) {
    PlanFormatException refused =
        catchThrowableOfType(PlanFormatException.class, () -> PlanFile.read(bytes, limits));
    assertThat(refused).as("the file must be refused").isNotNull();
    return refused.problems();
  }

  /** As somebody would who edits a file and makes the digest fit. */
  private static String resealed(String text) throws Exception {
    PlanFormatException refused =
        catchThrowableOfType(
            PlanFormatException.class,
            () -> PlanFile.read(text.getBytes(StandardCharsets.UTF_8), EtcdLimits.standard()));
    String problem =
        refused.problems().stream()
            .filter(line -> line.startsWith("digest: the file says"))
            .findFirst()
            .orElseThrow();
    String old = problem.replaceFirst("digest: the file says (\\S+),.*", "$1");
    String now = problem.replaceFirst(".*its content has (\\S+): .*", "$1");
    return text.replace(old, now);
  }

  @Test
  void theSamePlanGivesTheSameBytes() throws Exception {
    Plan plan = PlanFile.read(file.getBytes(StandardCharsets.UTF_8), EtcdLimits.standard()).plan();
    assertThat(PlanFile.write(plan)).isEqualTo(file);
  }

  @Test
  void anEditedFileIsRefusedByItsDigest() {
    assertThat(problems(file.replace("kubernetes1003 becomes", "kubernetes1004 becomes")))
        .anyMatch(line -> line.startsWith("digest: the file says sha256:"));
  }

  @Test
  void anAfterImageThatDoesNotFollowFromTheEditsIsRefusedWithARightDigestToo() throws Exception {
    String lying =
        resealed(
            file.replace(
                "\\\"affinity\\\":\\\"host:kubernetes1003\\\"",
                "\\\"affinity\\\":\\\"host:kubernetes1009\\\""));
    assertThat(problems(lying)).anyMatch(line -> line.contains("after: does not follow"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"format\": 1 | \"format\": 2 | format: this release reads version 1, the file has 2",
        "\"format\": 1 | \"format\": \"1\" | format: this release reads version 1",
        "\"reason\": | \"raison\": | raison: unknown field",
        "\"reason\": | \"raison\": | reason: missing",
        "\"addresses\": 14 | \"addresses\": -1 | impact.addresses: expected an integer",
        "\"severity\": \"error\" | \"severity\": \"fatal\" | severity: expected error, warning or info",
        "\"edit\": \"set-block-owner\" | \"edit\": \"set-fire\" | edit: unknown: set-fire",
        "\"requires\": \"key-is\" | \"requires\": \"luck\" | requires: unknown: luck",
        "\"key\": \"/calico/ipam/v2/assignment/ | \"key\": \"/registry/pods/ | is none that a repair may write",
        "\"expires\": \"2026 | \"expires\": \"soon, 2026 | expires: expected a time"
      })
  void whatThisReleaseDoesNotKnowIsRefusedByName(String old, String now, String problem) {
    assertThat(file).contains(old);
    assertThat(problems(file.replace(old, now))).anyMatch(line -> line.contains(problem));
  }

  /** As a hand would write it: whatever bytes it likes, called an old state. */
  @ParameterizedTest
  @CsvSource({
    "reassign-affinity, command: only a rollback may put anything back",
    "rollback, boundAtCommit: what is put back is put back as it was"
  })
  void bytesThatFollowFromNoEditAreRefusedButInARollback(String command, String problem)
      throws Exception {
    String smuggled =
        file.replaceFirst(
                "(?s)\\{\\s*\"edit\": \"set-block-owner\".*?\\}",
                "{\"edit\": \"restore-bytes\", \"run\": \"r-22222\"}")
            .replace(
                "\"command\": [\n    \"reassign-affinity\"",
                "\"command\": [\n    \"" + command + "\"");
    assertThat(smuggled).isNotEqualTo(file);
    assertThat(problems(resealed(smuggled))).anyMatch(line -> line.contains(problem));
  }

  @Test
  void anEditOfAnotherKindOfObjectIsRefused() throws Exception {
    String odd =
        file.replaceFirst(
            "(?s)\\{\\s*\"edit\": \"set-affinity-state\".*?\\}", "{\"edit\": \"touch-block\"}");
    assertThat(odd).isNotEqualTo(file);
    assertThat(problems(resealed(odd)))
        .anyMatch(
            line ->
                line.contains("of no object like /calico/ipam/v2/host/kubernetes1003/ipv4/block/"));
  }

  @ParameterizedTest
  @CsvSource({"1.5", "1e3", "-1"})
  void aSequenceNumberThatIsNoIntegerIsAProblemAndNotABug(String number) throws Exception {
    String odd =
        file.replaceFirst(
            "\\\\\"sequenceNumber\\\\\":[0-9]+", "\\\\\"sequenceNumber\\\\\":" + number);
    assertThat(odd).isNotEqualTo(file);
    assertThat(problems(resealed(odd)))
        .anyMatch(line -> line.contains(": sequenceNumber: expected an "));
  }

  @Test
  void halfACharacterPairIsAnotherTextAndHasAnotherDigest() {
    String half = file.replace("\"reason\": \"T1\"", "\"reason\": \"\\ud800\"");
    assertThat(problems(half)).anyMatch(line -> line.startsWith("digest: the file says"));
  }

  @Test
  void allProblemsAreSaidAtOnce() {
    String broken =
        file.replace("\"reason\":", "\"raison\":")
            .replace("\"quietFirst\": false", "\"quietFirst\": 7");
    assertThat(problems(broken))
        .hasSizeGreaterThanOrEqualTo(4)
        .allMatch(line -> !line.contains("\n"));
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = file.getBytes(StandardCharsets.UTF_8);
    // The last byte is the newline, without which the content is the same.
    for (int length = 0; length < whole.length - 1; length += 7) {
      assertThat(problems(Arrays.copyOf(whole, length), EtcdLimits.standard()))
          .as("cut at %d", length)
          .isNotEmpty();
    }
  }

  @Test
  void aStepOverTheLimitsIsRefused() {
    assertThat(problems(file.getBytes(StandardCharsets.UTF_8), new EtcdLimits(4, 1 << 20)))
        .anyMatch(line -> line.contains("more than the 4 of --max-txn-ops"));
    assertThat(problems(file.getBytes(StandardCharsets.UTF_8), new EtcdLimits(128, 9000)))
        .anyMatch(line -> line.contains("more than the 9000 of --max-request-bytes"));
  }

  @Test
  void aKeyThatIsWrittenTwiceInATransactionIsRefused() {
    int start = file.indexOf("\"writes\": [") + "\"writes\": [".length();
    int end = file.indexOf("\n        },", start);
    String first = file.substring(start, end) + "\n        },";
    assertThat(problems(file.substring(0, start) + first + file.substring(start)))
        .anyMatch(line -> line.contains("is written twice"));
  }
}
