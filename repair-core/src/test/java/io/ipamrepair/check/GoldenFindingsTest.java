package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.testing.Golden;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Calico's own data, whole and broken, must make the rules say. */
class GoldenFindingsTest {
  private static final Set<String> IMPLEMENTED =
      Check.RULES.stream().map(Rule::id).collect(Collectors.toSet());

  static List<Golden> cases() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void errorsAndWarningsAreExactlyTheExpectedOnes(Golden golden) {
    Set<String> expected =
        golden.expected().stream()
            .filter(each -> IMPLEMENTED.contains(each.rule()) && !each.severity().equals("info"))
            .map(each -> line(each.rule(), each.severity(), each.objects()))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> found =
        Check.of(golden.state()).stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .map(GoldenFindingsTest::line)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(found);
    Set<String> unexpected = new TreeSet<>(found);
    unexpected.removeAll(expected);
    assertThat(missing.isEmpty() && unexpected.isEmpty())
        .as("%s%nmissing:%n  %s%nunexpected:%n  %s", golden, join(missing), join(unexpected))
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWorthTellingIsTold(Golden golden) {
    Set<String> found =
        Check.of(golden.state()).stream()
            .map(GoldenFindingsTest::line)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found)
        .containsAll(
            golden.expected().stream()
                .filter(each -> IMPLEMENTED.contains(each.rule()) && each.severity().equals("info"))
                .map(each -> line(each.rule(), each.severity(), each.objects()))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void oneFindingPerRuleAndFirstObjectSortedAndShort(Golden golden) {
    List<Finding> findings = Check.of(golden.state());
    assertThat(findings).isSorted();
    assertThat(findings.stream().map(each -> each.rule() + " " + each.first()))
        .doesNotHaveDuplicates();
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.problem()).hasSizeBetween(10, 220).endsWith(".");
              assertThat(finding.traffic()).hasSizeBetween(5, 260).endsWith(".");
              assertThat(finding.problem() + finding.traffic())
                  .doesNotContainPattern("[0-9](is|and) ");
            });
  }

  @Test
  void casesAreThere() {
    assertThat(cases()).hasSize(214);
  }

  private static String line(Finding finding) {
    return line(
        finding.rule(),
        finding.severity().text(),
        finding.objects().stream().map(ObjectName::text).toList());
  }

  private static String line(String rule, String severity, List<String> objects) {
    // The order of the users of an address is not fixed; the first object is.
    return rule
        + " "
        + severity
        + " "
        + objects.get(0)
        + " "
        + objects.stream().skip(1).sorted().toList();
  }

  private static String join(Set<String> lines) {
    return lines.isEmpty() ? "none" : String.join(System.lineSeparator() + "  ", lines);
  }
}
