package io.ipamrepair.calico;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final Map<String, String> LABELS =
      Map.of("kubernetes.io/hostname", "k-1", "rack", "r1", "empty", "", "zone", "eu-west-1a");

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "all() ~ true",
        "`` ~ true",
        "global() ~ true",
        "!all() ~ false",
        "has(rack) ~ true",
        "has(missing) ~ false",
        "!has(missing) ~ true",
        "!!has(rack) ~ true",
        "rack == 'r1' ~ true",
        "rack==\"r1\" ~ true",
        "rack == 'r2' ~ false",
        "missing == 'r1' ~ false",
        "rack != 'r2' ~ true",
        "missing != 'r1' ~ true",
        "rack in {'r1','r2'} ~ true",
        "rack in { 'r2' } ~ false",
        "rack in {} ~ false",
        "rack not in {'r2'} ~ true",
        "rack not in {'r1'} ~ false",
        "missing not in {'r1'} ~ true",
        "zone contains 'west' ~ true",
        "zone starts with 'eu-' ~ true",
        "zone ends with '1a' ~ true",
        "missing contains '' ~ false",
        "empty == '' ~ true",
        "kubernetes.io/hostname == 'k-1' ~ true",
        "rack == 'r2' || has(zone) && zone contains 'eu' ~ true",
        "(rack == 'r2' || has(zone)) && rack == 'r2' ~ false",
        "!(rack == 'r1') ~ false",
        "index == 'x' || rack == 'r1' ~ true"
      })
  void selectsByLabels(String selector, boolean selected) throws SelectorSyntaxException {
    assertThat(Selector.parse(selector).matches(LABELS)).as(selector).isEqualTo(selected);
    assertThat(
            Selector.parse("!(" + (selector.isEmpty() ? "all()" : selector) + ")").matches(LABELS))
        .isEqualTo(!selected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rack",
        "rack = 'r1'",
        "rack == r1",
        "rack == 'r1",
        "(all()",
        "all() all()",
        "has(",
        "has()",
        "rack in 'r1'",
        "rack notin {'x'}",
        "&& all()",
        "rack in {'a',}",
        "$"
      })
  void whatIsNoSelectorIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> Selector.parse(text))
        .isInstanceOf(SelectorSyntaxException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining("position");
  }

  @Test
  void endlessNestingIsRefusedAndDoesNotOverflowTheStack() {
    String deep = "(".repeat(100_000) + "all()" + ")".repeat(100_000);
    assertThatThrownBy(() -> Selector.parse(deep)).isInstanceOf(SelectorSyntaxException.class);
  }
}
