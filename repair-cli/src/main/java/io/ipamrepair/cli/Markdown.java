package io.ipamrepair.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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
  private static final Pattern LINKED = Pattern.compile("\\b[0-9a-f]{7,40}\\b|(?i:gh-\\d)");

  /** Begins a list where it comes first. */
  private static final Pattern LIST_NUMBER = Pattern.compile("\\d+[.)].*");

  /** Belongs to the sentence, not to the code in front of it. */
  private static final Pattern PUNCTUATION = Pattern.compile("[.,;:!?]*$");

  private Markdown() {}

  /** A sentence or a name that may hold anything; it stays in one line. */
  static String text(String text) {
    List<String> runs = new ArrayList<>();
    List<String> code = new ArrayList<>();
    for (String word : Terminal.escape(text).split(" ")) {
      if (isPlain(word, runs.isEmpty() && code.isEmpty())) {
        flush(code, runs);
        runs.add(word);
      } else if (!word.isEmpty()) {
        code.add(word);
        if (word.endsWith(",")) {
          flush(code, runs);
        }
      }
    }
    flush(code, runs);
    return String.join(" ", runs);
  }

  private static boolean isPlain(String word, boolean first) {
    return PLAIN.matcher(word).matches()
        && !LINKED.matcher(word).find()
        && !(first && LIST_NUMBER.matcher(word).matches());
  }

  /** What is no word becomes one piece of code together with its neighbours. */
  private static void flush(List<String> code, List<String> runs) {
    if (code.isEmpty()) {
      return;
    }
    String run = String.join(" ", code);
    code.clear();
    String bare = PUNCTUATION.matcher(run).replaceFirst("");
    String punctuation = run.substring(bare.length());
    long opened = bare.chars().filter(c -> c == '(').count();
    long closed = bare.chars().filter(c -> c == ')').count();
    boolean both = bare.startsWith("(") && bare.endsWith(")");
    boolean opens = bare.startsWith("(") && (both || opened > closed);
    boolean closes = bare.endsWith(")") && (both || closed > opened);
    int start = opens ? 1 : 0;
    int end = bare.length() - (closes ? 1 : 0);
    if (start >= end) {
      runs.add(code(run));
    } else {
      runs.add(
          (opens ? "(" : "")
              + code(bare.substring(start, end))
              + (closes ? ")" : "")
              + punctuation);
    }
  }

  /** Text as it is, in one line: a command, a digest. */
  static String code(String text) {
    String safe = Terminal.escape(text);
    String fence = "`".repeat(longestRun(safe) + 1);
    String space = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
    return fence + space + safe + space + fence;
  }

  /** A {@link #text} for a cell of a table, which a bar would end, even in code. */
  static String cell(String text) {
    return text(text).replace("|", "\\|");
  }

  /** Lines as they are, in a language that GitHub colours; no line of them can end the block. */
  static List<String> block(String language, List<String> lines) {
    List<String> safe = lines.stream().map(Terminal::escape).toList();
    int longest = safe.stream().mapToInt(Markdown::longestRun).max().orElse(0);
    String fence = "`".repeat(Math.max(SHORTEST_FENCE, longest + 1));
    List<String> block = new ArrayList<>();
    block.add(fence + language);
    block.addAll(safe);
    block.add(fence);
    return block;
  }

  /** How many backticks stand in a row, at most. */
  private static int longestRun(String text) {
    int longest = 0;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
