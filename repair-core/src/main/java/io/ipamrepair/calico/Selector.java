package io.ipamrepair.calico;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Calico's label selectors, as in a pool's {@code nodeSelector}: {@code all()}, {@code global()},
 * {@code has(x)}, {@code x == 'v'}, {@code x != 'v'}, {@code x in {'v', 'w'}}, {@code x not in
 * {'v'}}, {@code x contains 'v'}, {@code x starts with 'v'}, {@code x ends with 'v'}, {@code !},
 * {@code &&}, {@code ||} and parentheses. {@code !=} and {@code not in} hold where the label is
 * absent; every other comparison does not. Empty means {@code all()}. (Calico's documentation,
 * "Selectors".)
 */
public final class Selector {
  private final String text;
  private final Predicate<Map<String, String>> condition;

  private Selector(String text, Predicate<Map<String, String>> condition) {
    this.text = text;
    this.condition = condition;
  }

  /**
   * Reads a selector.
   *
   * @throws SelectorSyntaxException when {@code text} is none
   */
  public static Selector parse(String text) throws SelectorSyntaxException {
    return new Selector(text, new Parser(text).parse());
  }

  /** Whether an object with these labels is selected. */
  public boolean matches(Map<String, String> labels) {
    return condition.test(labels);
  }

  @Override
  public String toString() {
    return text;
  }

  /** Recursive descent: or, and, not, then one condition. */
  private static final class Parser {
    /** Deeper nesting is nobody's selector, and would overflow the stack. */
    private static final int MAX_DEPTH = 200;

    private final String text;
    private int position;
    private int depth;

    Parser(String text) {
      this.text = text;
    }

    Predicate<Map<String, String>> parse() throws SelectorSyntaxException {
      skipSpace();
      if (atEnd()) {
        return labels -> true;
      }
      Predicate<Map<String, String>> condition = or();
      if (!atEnd()) {
        throw expected("&&, || or the end");
      }
      return condition;
    }

    private Predicate<Map<String, String>> or() throws SelectorSyntaxException {
      List<Predicate<Map<String, String>>> any = new ArrayList<>(List.of(and()));
      while (take("||")) {
        any.add(and());
      }
      return labels -> any.stream().anyMatch(each -> each.test(labels));
    }

    private Predicate<Map<String, String>> and() throws SelectorSyntaxException {
      List<Predicate<Map<String, String>>> all = new ArrayList<>(List.of(not()));
      while (take("&&")) {
        all.add(not());
      }
      return labels -> all.stream().allMatch(each -> each.test(labels));
    }

    private Predicate<Map<String, String>> not() throws SelectorSyntaxException {
      boolean negated = false;
      while (take("!")) {
        negated = !negated;
      }
      Predicate<Map<String, String>> condition = one();
      return negated ? condition.negate() : condition;
    }

    private Predicate<Map<String, String>> one() throws SelectorSyntaxException {
      if (take("(")) {
        if (++depth > MAX_DEPTH) {
          throw expected("at most " + MAX_DEPTH + " nested parentheses");
        }
        Predicate<Map<String, String>> inner = or();
        require(")");
        depth--;
        return inner;
      }
      if (take("all()") || take("global()")) {
        return labels -> true;
      }
      if (take("has(")) {
        String label = label();
        require(")");
        return labels -> labels.containsKey(label);
      }
      return comparison(label());
    }

    private Predicate<Map<String, String>> comparison(String label) throws SelectorSyntaxException {
      if (take("==")) {
        String value = quoted();
        return labels -> value.equals(labels.get(label));
      } else if (take("!=")) {
        String value = quoted();
        return labels -> !value.equals(labels.get(label));
      } else if (takeWord("not")) {
        requireWord("in");
        Set<String> values = set();
        return labels -> !values.contains(labels.get(label));
      } else if (takeWord("in")) {
        Set<String> values = set();
        return labels -> labels.containsKey(label) && values.contains(labels.get(label));
      } else if (takeWord("contains")) {
        String value = quoted();
        return labels -> labels.containsKey(label) && labels.get(label).contains(value);
      } else if (takeWord("starts")) {
        requireWord("with");
        String value = quoted();
        return labels -> labels.containsKey(label) && labels.get(label).startsWith(value);
      } else if (takeWord("ends")) {
        requireWord("with");
        String value = quoted();
        return labels -> labels.containsKey(label) && labels.get(label).endsWith(value);
      }
      throw expected("==, !=, in, not in, contains, starts with or ends with");
    }

    private Set<String> set() throws SelectorSyntaxException {
      require("{");
      Set<String> values = new HashSet<>();
      if (take("}")) {
        return values;
      }
      do {
        values.add(quoted());
      } while (take(","));
      require("}");
      return values;
    }

    private String quoted() throws SelectorSyntaxException {
      boolean opens = !atEnd() && (text.charAt(position) == '\'' || text.charAt(position) == '"');
      int end = opens ? text.indexOf(text.charAt(position), position + 1) : -1;
      if (end < 0) {
        throw expected("a value in quotes");
      }
      String value = text.substring(position + 1, end);
      position = end + 1;
      skipSpace();
      return value;
    }

    private String label() throws SelectorSyntaxException {
      int start = position;
      while (!atEnd() && isLabelCharacter(text.charAt(position))) {
        position++;
      }
      if (position == start) {
        throw expected("a label or a condition");
      }
      String label = text.substring(start, position);
      skipSpace();
      return label;
    }

    private static boolean isLabelCharacter(char c) {
      return c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || "_./-".indexOf(c) >= 0;
    }

    private boolean take(String token) {
      if (!text.startsWith(token, position)) {
        return false;
      }
      position += token.length();
      skipSpace();
      return true;
    }

    /** A word, which must not run on into a longer one. */
    private boolean takeWord(String word) {
      int end = position + word.length();
      boolean runsOn = end < text.length() && isLabelCharacter(text.charAt(end));
      return !runsOn && take(word);
    }

    private void require(String token) throws SelectorSyntaxException {
      if (!take(token)) {
        throw expected("'" + token + "'");
      }
    }

    private void requireWord(String word) throws SelectorSyntaxException {
      if (!takeWord(word)) {
        throw expected("'" + word + "'");
      }
    }

    private void skipSpace() {
      while (!atEnd() && Character.isWhitespace(text.charAt(position))) {
        position++;
      }
    }

    private boolean atEnd() {
      return position >= text.length();
    }

    private SelectorSyntaxException expected(String what) {
      return new SelectorSyntaxException(text, position, what);
    }
  }
}
