package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhrasesTest {
  private static final String LONG_COMMAND =
      "ipam-repair reassign-affinity --block 10.64.64.0/26 --to node-" + "x".repeat(100);

  @Test
  void aShortMessageStaysAsItIs() {
    assertThat(Phrases.message("  two  spaces stay")).containsExactly("  two  spaces stay");
    assertThat(Phrases.message("")).containsExactly("");
  }

  @Test
  void aLongReasonIsBrokenAtSpacesAndFurtherLinesAreIndented() {
    String word = "x".repeat(39);
    assertThat(Phrases.message(String.join(" ", "  " + word, word, word, word)))
        .containsExactly("  " + word + " " + word, "    " + word + " " + word);
    assertThat(Phrases.message("x".repeat(300))).as("one word").containsExactly("x".repeat(300));
  }

  @Test
  void aCommandIsNeverBroken() {
    assertThat(Phrases.message(LONG_COMMAND)).containsExactly(LONG_COMMAND);
    assertThat(Phrases.message("  " + LONG_COMMAND)).containsExactly("  " + LONG_COMMAND);
    assertThat(Phrases.message("Go back: " + LONG_COMMAND))
        .containsExactly("Go back:", "  " + LONG_COMMAND);
    String reassign = LONG_COMMAND.replace("ipam-repair ", "");
    assertThat(Phrases.message("Or accept it: " + reassign))
        .containsExactly("Or accept it:", "  " + reassign);
    assertThat(Phrases.message("a ".repeat(70) + "ipam-repair scan"))
        .hasSize(3)
        .allMatch(line -> line.length() <= Phrases.WIDTH)
        .last()
        .isEqualTo("  ipam-repair scan");
  }
}
