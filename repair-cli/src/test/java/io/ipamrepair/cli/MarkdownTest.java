package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "`code`",
        "````",
        "a | b || c",
        "@everyone",
        "ask @sre-team, please",
        "[click](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "https://evil.example and www.evil.example",
        "mail root@evil.example",
        "two\nlines\r\n\r\n# and a heading",
        "**bold** _it_ ~~gone~~ $x$",
        "fd00:10:100::1/64",
        "#12 GH-12 other/repository#3",
        "deadbeefdeadbeef",
        "&lt;b&gt; &amp; &#60;",
        "1. one",
        "  2) two",
        "- item",
        "+ item",
        "> quote",
        "=====",
        "---",
        "| --- |",
        "\\`\\|\\<b>",
        "[ ] task",
        "<!-- -->",
        "\ttab",
        "\u202eevil\u001b[2J",
        "trailing \\"
      })
  void textFromDataIsShownAsItIsAndIsNothingElse(String text) {
    expectHarmless(text);
  }

  private static void expectHarmless(String text) {
    String safe = Markdown.text(text);
    String item = "- " + safe + "\n";
    String table = "| a | b |\n| --- | --- |\n| " + Markdown.cell(text) + " | 1 |\n";
    String words = Terminal.escape(text).trim().replaceAll(" +", " ");
    for (String page : List.of(safe, item, table, "## " + safe, "**" + safe + "**")) {
      RenderedMarkdown rendered = new RenderedMarkdown(page);
      assertThat(rendered.dangers()).as("%s%nwritten as%n%s", text, page).isEmpty();
      assertThat(rendered.shown()).as(page).contains(words);
      assertThat(rendered.cells()).as(page).isEqualTo(page == table ? 4 : 0);
    }
  }

  @Test
  void noTextOfDangerousCharactersIsMoreThanText() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    String[] parts = {
      "`", "``", "|", "\\", "<b>", "</code>", "@a", "#1", ":+1:", "*", "_", "[a](b)", "(", ")", ".",
      ",", " ", " ", "1.", "-", "www.a.b", "http://a", "&amp;", "\n", "~", "$", "!", "a", "é", "→",
      "\u202e", "/", "0123456", "GH-1", "'", "=", ":"
    };
    for (int i = 0; i < 3_000; i++) {
      StringBuilder text = new StringBuilder("x");
      for (int length = random.nextInt(9); length >= 0; length--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      expectHarmless(text.substring(random.nextInt(2)) + "x");
    }
  }

  @Test
  void plainSentencesStayAsTheyAre() {
    assertThat(
            Markdown.text("4 blocks with 41 addresses stay with pool eqiad-pods and their nodes."))
        .isEqualTo("4 blocks with 41 addresses stay with pool eqiad-pods and their nodes.");
    assertThat(Markdown.text("block 10.64.64.0/26, all() or (10.64.64.1/24 = 10.64.64.0/24)."))
        .isEqualTo("block `10.64.64.0/26`, `all()` or (`10.64.64.1/24 = 10.64.64.0/24`).");
  }

  @Test
  void noLineOfABlockEndsIt() {
    List<String> lines = List.of("```", "`````x", "<script>", "@a", "two\nlines");
    RenderedMarkdown rendered =
        new RenderedMarkdown(String.join("\n", Markdown.block("diff", lines)) + "\nend");
    assertThat(rendered.blocks()).containsExactly("```\n`````x\n<script>\n@a\ntwo\\x0alines\n");
    assertThat(rendered.shown()).isEqualTo("end");
  }

  @Test
  void aCommandIsShownAsItIsTyped() {
    List<String> commands = new ArrayList<>();
    for (String file : List.of("p.json", "a b`c|d.json", "$(rm -rf).json")) {
      commands.add("ipam-repair apply " + Shell.words(List.of(file)));
    }
    for (String command : commands) {
      RenderedMarkdown rendered = new RenderedMarkdown("- " + Markdown.code(command));
      assertThat(rendered.dangers()).isEmpty();
      assertThat(rendered.shown()).isEqualTo(command);
    }
  }
}
