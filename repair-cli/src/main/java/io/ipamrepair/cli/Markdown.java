package io.ipamrepair.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text from data in GitHub-flavoured Markdown. GitHub makes links of names, numbers, hashes and
 * addresses in the finished page, and pictures of words between colons, so a backslash holds them
 * off no more than an entity does: but in code it looks for none of them. So plain words stay as
 * they are, and whatever else there is becomes code. That also reads well where nobody renders it.
 */
final class Markdown {
  private static final int SHORTEST_FENCE = 3;

  /** A word that means nothing to Markdown, HTML or GitHub, with what surrounds it. */
  private static final Pattern PLAIN =
      Pattern.compile("[(×]*[\\p{L}\\p{N}](?:[\\p{L}\\p{N}'’-]*[\\p{L}\\p{N}])?[).,;:!?]*|[→–…]");

  /** What GitHub makes links of although it is made of plain characters: hashes, GH-1. */
  private static final Pattern LINKED =
      Pattern.compile("[(×]*(?:[0-9a-f]{7,40}|(?i:gh-\\d+))[).,;:!?]*");

  /** Begins a list where it comes first. */
  private static final Pattern LIST_NUMBER = Pattern.compile("\\d+[.)].*");

  private static final Pattern AROUND_CODE =
      Pattern.compile("(?<open>\\(*)(?<code>.*?)(?<close>[).,;:!?]*)", Pattern.DOTALL);

  private Markdown() {}

  /** A sentence or a name that may hold anything; it stays in one line and in one cell. */
  static String text(String text) {
    List<String> runs = new ArrayList<>();
    List<String> code = new ArrayList<>();
    String[] words = Terminal.escape(text).split(" ");
    for (int i = 0; i < words.length; i++) {
      if (isPlain(words[i], i == 0)) {
        flush(code, runs);
        runs.add(words[i]);
      } else if (!words[i].isEmpty()) {
        code.add(words[i]);
      }
    }
    flush(code, runs);
    return String.join(" ", runs);
  }

  private static boolean isPlain(String word, boolean first) {
    return PLAIN.matcher(word).matches()
        && !LINKED.matcher(word).matches()
        && !(first && LIST_NUMBER.matcher(word).matches());
  }

  /** What is no word becomes one piece of code together with its neighbours. */
  private static void flush(List<String> code, List<String> runs) {
    if (code.isEmpty()) {
      return;
    }
    String run = String.join(" ", code);
    code.clear();
    Matcher around = AROUND_CODE.matcher(run);
    boolean inside = around.matches() && !around.group("code").isEmpty();
    runs.add(
        inside
            ? around.group("open") + code(around.group("code")) + around.group("close")
            : code(run));
  }

  /** Text as it is, in one line: a command, a digest. */
  static String code(String text) {
    String safe = Terminal.escape(text);
    return safe.indexOf('`') < 0 && safe.indexOf('|') < 0
        ? "`" + safe + "`"
        : "<code>" + entities(safe) + "</code>";
  }

  /** A backtick would end code, and a bar a cell of a table. */
  private static String entities(String text) {
    return text.codePoints()
        .mapToObj(
            c ->
                Character.isLetterOrDigit(c) || " ()=',/-".indexOf(c) >= 0
                    ? Character.toString(c)
                    : "&#" + c + ";")
        .collect(Collectors.joining());
  }

  /** Lines as they are, in a language that GitHub colours; no line of them can end the block. */
  static List<String> block(String language, List<String> lines) {
    List<String> safe = lines.stream().map(Terminal::escape).toList();
    int longest = 0;
    for (String line : safe) {
      int run = 0;
      for (int i = 0; i < line.length(); i++) {
        run = line.charAt(i) == '`' ? run + 1 : 0;
        longest = Math.max(longest, run);
      }
    }
    String fence = "`".repeat(Math.max(SHORTEST_FENCE, longest + 1));
    List<String> block = new ArrayList<>();
    block.add(fence + language);
    block.addAll(safe);
    block.add(fence);
    return block;
  }
}
