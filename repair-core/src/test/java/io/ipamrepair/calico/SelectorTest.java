package io.ipamrepair.calico;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final Map<String, String> LABELS =
      Map.of(
          "kubernetes.io/hostname", "k-1",
          "rack", "r1",
          "empty", "",
          "zone", "eu-west-1a",
          "a_b-c.d/e", "it's",
          "all", "yes",
          "in", "side");

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "all() ~ true",
        "all( ) ~ true",
        "`` ~ true",
        "` \t ` ~ true",
        "global() ~ true",
        "!all() ~ false",
        "has(rack) ~ true",
        "has( rack ) ~ true",
        "has(kubernetes.io/hostname) ~ true",
        "has(empty) ~ true",
        "has(missing) ~ false",
        "!has(missing) ~ true",
        "! has(rack) ~ false",
        "!!has(rack) ~ true",
        "rack == 'r1' ~ true",
        "rack==\"r1\" ~ true",
        "rack == 'R1' ~ false",
        "rack == 'r2' ~ false",
        "missing == 'r1' ~ false",
        "missing == '' ~ false",
        "rack != 'r2' ~ true",
        "rack != 'r1' ~ false",
        "missing != 'r1' ~ true",
        "rack in {'r1','r2'} ~ true",
        "rack in { 'r2' } ~ false",
        "rack in{'r1'} ~ true",
        "rack in {'r1', } ~ true",
        "rack in {} ~ false",
        "rack not in {} ~ true",
        "missing in {'r1'} ~ false",
        "rack not in {'r2'} ~ true",
        "rack not in {'r1'} ~ false",
        "rack notin {'r1'} ~ false",
        "missing not in {'r1'} ~ true",
        "zone contains 'west' ~ true",
        "zone contains 'east' ~ false",
        "zone contains '' ~ true",
        "missing contains '' ~ false",
        "zone starts with 'eu-' ~ true",
        "zone starts  with 'us-' ~ false",
        "zone startswith'eu-' ~ true",
        "missing starts with '' ~ false",
        "zone ends with '1a' ~ true",
        "zone ends with '1b' ~ false",
        "missing ends with '' ~ false",
        "empty == '' ~ true",
        "kubernetes.io/hostname == 'k-1' ~ true",
        "a_b-c.d/e == \"it's\" ~ true",
        "all == 'yes' ~ true",
        "in in {'side'} ~ true",
        "rack == 'r2' || has(zone) && zone contains 'eu' ~ true",
        "has(rack) || has(zone) && rack == 'r2' ~ true",
        "(rack == 'r2' || has(zone)) && rack == 'r2' ~ false",
        "!has(missing) && has(rack) ~ true",
        "!has(rack) && has(missing) || has(zone) ~ true",
        "!(rack == 'r1') ~ false",
        "has(rack)&&has(zone)||has(missing) ~ true",
        "index == 'x' || rack == 'r1' ~ true"
      })
  void selectsByLabels(String selector, boolean selected) throws SelectorSyntaxException {
    assertThat(Selector.parse(selector).matches(LABELS)).as(selector).isEqualTo(selected);
    assertThat(Selector.parse("!(" + nonEmpty(selector) + ")").matches(LABELS))
        .isEqualTo(!selected);
    assertThat(Selector.parse(selector)).hasToString(selector);
  }

  private static String nonEmpty(String selector) {
    return selector.isBlank() ? "all()" : selector;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "rack ~ expected ==, !=, in, not in, contains, starts with or ends with at position 5,"
            + " found the end",
        "rack = 'r1' ~ expected ==, !=, in, not in, contains, starts with or ends with at position"
            + " 6",
        "rack == r1 ~ expected a value in quotes at position 9, found 'r'",
        "rack == ~ expected a value in quotes at position 8, found the end",
        "rack == 'r1 ~ expected a value that ends with ' at position 9",
        "rack == 'r1\" ~ expected a value that ends with ' at position 9",
        "(all() ~ expected ')' at position 7, found the end",
        "all()) ~ expected &&, || or the end at position 6, found ')'",
        "all() all() ~ expected &&, || or the end at position 7",
        "all() & all() ~ expected &&, || or the end at position 7, found '&'",
        "all ~ expected ==",
        "all () ~ expected ==",
        "has( ~ expected a label's name at position 5",
        "has() ~ expected a label's name at position 5, found ')'",
        "has(a b) ~ expected ')' at position 7",
        "has('rack') ~ expected a label's name at position 5",
        "rack in 'r1' ~ expected '{' at position 9",
        "rack in {'a' 'b'} ~ expected ',' or '}' at position 14",
        "rack in {,} ~ expected a value in quotes or '}' at position 10",
        "rack in {'a',,} ~ expected a value in quotes or '}' at position 14",
        "rack in {'a' ~ expected ',' or '}' at position 13, found the end",
        "rack not 'a' ~ expected 'in' at position 10",
        "rack starts 'a' ~ expected 'with' at position 13",
        "rack includes 'a' ~ expected '{' at position 8",
        "&& all() ~ expected a label's name, has(…), all(), ! or ( at position 1, found '&'",
        "all() && ~ expected a label's name, has(…), all(), ! or ( at position 9, found the end",
        "! ~ expected a label's name, has(…), all(), ! or ( at position 2",
        "() ~ expected a label's name, has(…), all(), ! or ( at position 2, found ')'",
        "'rack' == 'r1' ~ expected a label's name, has(…), all(), ! or ( at position 1",
        "röck == 'r1' ~ expected ==, !=, in, not in, contains, starts with or ends with at position"
            + " 2, found 'ö'",
        "$ ~ expected a label's name, has(…), all(), ! or ( at position 1, found '$'"
      })
  void whatIsNoSelectorIsRefusedWithItsTextThePlaceAndWhatWasExpected(String text, String message) {
    assertThatThrownBy(() -> Selector.parse(text))
        .isInstanceOf(SelectorSyntaxException.class)
        .hasMessageStartingWith("selector \"" + text + "\": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rack ==\n'r1'", "all()\n", "\u00a0all()"})
  void onlySpacesAndTabsAreWhiteSpaceAsToCalico(String text) {
    assertThatThrownBy(() -> Selector.parse(text)).isInstanceOf(SelectorSyntaxException.class);
  }

  @Test
  void ofAVeryLongTextTheMessageShowsTheNeighbourhoodOfThePlace() {
    String text = "has(rack) && ".repeat(10_000) + "oops && has(zone)";
    assertThatThrownBy(() -> Selector.parse(text))
        .hasMessageContaining("oops && has(zone)\"")
        .hasMessageContaining("at position 130006")
        .message()
        .hasSizeLessThan(300);
  }

  @Test
  void nestingIsReadToItsLimitAndRefusedBeyondOnASmallStackToo() throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread small = new Thread(null, SelectorTest::nestingIsBounded, "small stack", 512 * 1024);
    small.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    small.start();
    small.join();
    assertThat(failure.get()).isNull();
  }

  private static void nestingIsBounded() {
    try {
      assertThat(Selector.parse(nested(400)).matches(LABELS)).isTrue();
    } catch (SelectorSyntaxException wrong) {
      throw new AssertionError(wrong);
    }
    for (int depth : List.of(401, 100_000)) {
      assertThatThrownBy(() -> Selector.parse(nested(depth)))
          .isInstanceOf(SelectorSyntaxException.class)
          .hasMessageContaining("expected at most 400 nested parentheses");
    }
  }

  /** Every level is a not, an and, and an or. */
  private static String nested(int depth) {
    return "!!(has(missing) || has(rack) && ".repeat(depth) + "all()" + ")".repeat(depth);
  }

  @Test
  void manyConditionsSideBySideAreNoNesting() throws SelectorSyntaxException {
    String wide = "(has(rack)) && ".repeat(20_000) + "!".repeat(100_000) + "has(rack)";
    assertThat(Selector.parse(wide).matches(LABELS)).isTrue();
  }

  @Test
  void theOppositeOfTheOppositeSelectsTheSame() throws SelectorSyntaxException {
    Random random = new Random(20200707);
    for (int i = 0; i < 2_000; i++) {
      String text = any(random, 4);
      Map<String, String> labels = anyLabels(random);
      boolean selected = Selector.parse(text).matches(labels);
      assertThat(Selector.parse("!(!(" + text + "))").matches(labels)).as(text).isEqualTo(selected);
      assertThat(Selector.parse("!(" + text + ")").matches(labels)).as(text).isEqualTo(!selected);
    }
  }

  @Test
  void notDistributesOverAndAndOr() throws SelectorSyntaxException {
    Random random = new Random(64);
    for (int i = 0; i < 2_000; i++) {
      String left = "(" + any(random, 3) + ")";
      String right = "(" + any(random, 3) + ")";
      Map<String, String> labels = anyLabels(random);
      assertThat(Selector.parse("!(" + left + " && " + right + ")").matches(labels))
          .isEqualTo(Selector.parse("!" + left + " || !" + right).matches(labels));
    }
  }

  private static String any(Random random, int depth) {
    if (depth > 0 && random.nextBoolean()) {
      return switch (random.nextInt(4)) {
        case 0 -> "!(" + any(random, depth - 1) + ")";
        case 1 -> "(" + any(random, depth - 1) + ")";
        case 2 -> any(random, depth - 1) + " && " + any(random, depth - 1);
        default -> any(random, depth - 1) + " || " + any(random, depth - 1);
      };
    }
    String label = pick(random, "a", "b", "c");
    String value = "'" + pick(random, "", "x", "xy", "yx") + "'";
    return switch (random.nextInt(9)) {
      case 0 -> "has(" + label + ")";
      case 1 -> label + " == " + value;
      case 2 -> label + " != " + value;
      case 3 -> label + " in {" + value + ", 'x'}";
      case 4 -> label + " not in {" + value + "}";
      case 5 -> label + " contains " + value;
      case 6 -> label + " starts with " + value;
      case 7 -> label + " ends with " + value;
      default -> "all()";
    };
  }

  private static Map<String, String> anyLabels(Random random) {
    Map<String, String> labels = new TreeMap<>();
    for (String label : List.of("a", "b", "c")) {
      if (random.nextBoolean()) {
        labels.put(label, pick(random, "", "x", "xy", "yx"));
      }
    }
    return labels;
  }

  private static String pick(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }
}
