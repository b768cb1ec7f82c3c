package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.source.RuleExample;
import io.ipamrepair.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of each rule is whole, and true of the findings that it makes. */
class RulesTest {
  static Stream<About> rules() {
    return Check.rules().stream();
  }

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  private static About about(Finding finding) {
    return rules().filter(about -> about.id().equals(finding.rule())).findFirst().orElseThrow();
  }

  @Test
  void eachRuleStandsInTheClassOfItsName() {
    assertThat(Check.RULES.stream().map(Rule::id)).doesNotHaveDuplicates();
    assertThat(Check.RULES)
        .allSatisfy(
            rule -> {
              assertThat(rule.getClass().getSimpleName()).matches(rule.id() + "[A-Z][A-Za-z]+");
              assertThat(rule.about().id()).isEqualTo(rule.id());
            });
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleHasAllItsParts(About about) {
    for (String sentences :
        List.of(about.demand(), about.traffic(), about.reason(), about.repair())) {
      assertThat(sentences).hasSizeBetween(10, 330).endsWith(".").doesNotContain("  ");
    }
    assertThat(about.demand()).doesNotContain(". ");
    assertThat(about.urgencyDepends()).matches("|[A-Z].*\\.");
    assertThat(about.severities()).isNotEmpty();
    assertThat(about.threads()).allMatch(thread -> thread.matches("https://[!-~]+"));
    assertThat(about.source()).contains(".md");
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theExampleOfARuleBreaksIt(About about) {
    RuleExample example = RuleExample.of(about.id());
    assertThat(example.story()).hasSizeBetween(10, 100).endsWith(".");
    assertThat(example.changes()).hasSizeBetween(1, 3);
    List<Finding> findings = Check.byRule(about.id(), example.state());
    assertThat(findings).isNotEmpty();
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.rule()).isEqualTo(about.id());
              assertThat(about.severities()).contains(finding.severity());
            });
    assertThat(Check.of(example.state())).containsAll(findings);
  }

  @Test
  void theExamplesStartFromAClusterThatBreaksNoRule() {
    assertThat(Check.of(RuleExample.healthy())).isEmpty();
  }

  @Test
  void aRuleThatThereIsNotHasNoFindings() {
    assertThatThrownBy(() -> Check.byRule("A99", RuleExample.healthy()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSaidOfARuleIsTrueOfItsFindings(Golden golden) {
    for (Finding finding : Check.of(golden.state())) {
      About about = about(finding);
      assertThat(about.severities()).as("%s", finding).contains(finding.severity());
      if (finding.severity() == Severity.INFO) {
        assertThat(finding.urgency()).as("%s", finding).isEqualTo(Urgency.ANY_TIME);
      } else if (about.urgencyDepends().isEmpty()) {
        assertThat(finding.urgency()).as("%s", finding).isEqualTo(about.urgency());
      }
      if (finding.remedy() instanceof Remedy.Command command) {
        assertThat(about.repair()).as("%s", finding).contains(command.arguments().get(0));
      }
    }
  }

  @Test
  void theFindingsOfOneRuleAreThoseAmongAll() {
    Golden golden = new Golden("v3.32.1", "incident");
    List<Finding> all = Check.of(golden.state());
    assertThat(rules().flatMap(about -> Check.byRule(about.id(), golden.state()).stream()))
        .containsExactlyInAnyOrderElementsOf(all);
  }

  /** Where an urgency is said to depend on the state, golden cases show more than one. */
  @Test
  void urgenciesDifferWhereTheyAreSaidTo() {
    Map<String, TreeSet<Urgency>> seen = new TreeMap<>();
    cases()
        .flatMap(golden -> Check.of(golden.state()).stream())
        .forEach(
            finding ->
                seen.computeIfAbsent(finding.rule(), none -> new TreeSet<>())
                    .add(finding.urgency()));
    assertThat(seen.get("A3")).containsExactly(Urgency.values());
    assertThat(seen.get("A5")).containsExactly(Urgency.values());
    assertThat(seen.get("B10")).contains(Urgency.TODAY, Urgency.NOW);
    assertThat(seen.get("K2")).contains(Urgency.NOW);
  }

  @Test
  void everyRuleHasARowInThePageOfLimits() throws IOException {
    String cells =
        Files.readAllLines(Path.of("../docs/limits.md")).stream()
            .filter(line -> line.matches("\\| [A-Z][0-9].*"))
            .map(line -> line.split("\\|")[1])
            .collect(Collectors.joining("\n"));
    assertThat(Stream.of(cells.split("[^A-Z0-9]+")).toList())
        .containsAll(rules().map(About::id).toList());
  }
}
