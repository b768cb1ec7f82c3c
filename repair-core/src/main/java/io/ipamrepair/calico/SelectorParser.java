package io.ipamrepair.calico;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads one {@link Selector}, by recursive descent: or, and, not, then one condition. */
final class SelectorParser {
  /** Deeper nesting is nobody's selector, and would end in a stack overflow. */
  static final int DEEPEST = 400;

  private static final String OPERATORS = "==, !=, in, not in, contains, starts with or ends with";

  private final String text;
  private int position;
  private int depth;

  SelectorParser(String text) {
    this.text = text;
  }

  LabelCondition parse() throws SelectorSyntaxException {
    skipSpace();
    if (atEnd()) {
      return new LabelCondition.Always();
    }
    LabelCondition condition = or();
    if (!atEnd()) {
      throw expected("&&, || or the end");
    }
    return condition;
  }

  private LabelCondition or() throws SelectorSyntaxException {
    LabelCondition first = and();
    if (!take("||")) {
      return first;
    }
    List<LabelCondition> any = new ArrayList<>(List.of(first));
    do {
      any.add(and());
    } while (take("||"));
    return new LabelCondition.Or(any);
  }

  private LabelCondition and() throws SelectorSyntaxException {
    LabelCondition first = not();
    if (!take("&&")) {
      return first;
    }
    List<LabelCondition> all = new ArrayList<>(List.of(first));
    do {
      all.add(not());
    } while (take("&&"));
    return new LabelCondition.And(all);
  }

  private LabelCondition not() throws SelectorSyntaxException {
    boolean negated = false;
    while (take("!")) {
      negated = !negated;
    }
    LabelCondition condition = one();
    return negated ? new LabelCondition.Not(condition) : condition;
  }

  private LabelCondition one() throws SelectorSyntaxException {
    if (text.startsWith("(", position)) {
      return parenthesised();
    }
    // These names are functions only where the parenthesis follows at once: 'all == "x"' is about a
    // label.
    if (take("all(") || take("global(")) {
      require(")");
      return new LabelCondition.Always();
    }
    if (take("has(")) {
      String label = label("a label's name");
      require(")");
      return new LabelCondition.Has(label);
    }
    return comparison(label("a label's name, has(…), all(), ! or ("));
  }

  private LabelCondition parenthesised() throws SelectorSyntaxException {
    if (depth == DEEPEST) {
      throw expected("at most " + DEEPEST + " nested parentheses");
    }
    depth++;
    take("(");
    LabelCondition inner = or();
    require(")");
    depth--;
    return inner;
  }

  /**
   * What follows a label's name. As Calico does, words are taken wherever they begin, with or
   * without space around them: {@code notin}, {@code startswith"x"}. What may come after none of
   * them can be mistaken for the rest of a longer word.
   */
  private LabelCondition comparison(String label) throws SelectorSyntaxException {
    if (take("==")) {
      return new LabelCondition.In(label, Set.of(quoted()));
    } else if (take("!=")) {
      return new LabelCondition.Not(new LabelCondition.In(label, Set.of(quoted())));
    } else if (take("contains")) {
      return new LabelCondition.Contains(label, quoted());
    } else if (take("starts")) {
      require("with");
      return new LabelCondition.StartsWith(label, quoted());
    } else if (take("ends")) {
      require("with");
      return new LabelCondition.EndsWith(label, quoted());
    } else if (take("not")) {
      require("in");
      return new LabelCondition.Not(new LabelCondition.In(label, set()));
    } else if (take("in")) {
      return new LabelCondition.In(label, set());
    }
    throw expected(OPERATORS);
  }

  /** {@code {'a', 'b'}}; empty, or with a comma after the last, as Calico has it. */
  private Set<String> set() throws SelectorSyntaxException {
    require("{");
    Set<String> values = new HashSet<>();
    boolean more = true;
    while (more && atQuote()) {
      values.add(quoted());
      more = take(",");
    }
    if (!take("}")) {
      throw expected(more ? "a value in quotes or '}'" : "',' or '}'");
    }
    return values;
  }

  /** A value in single or double quotes; there are no escapes. */
  private String quoted() throws SelectorSyntaxException {
    if (!atQuote()) {
      throw expected("a value in quotes");
    }
    char quote = text.charAt(position);
    int end = text.indexOf(quote, position + 1);
    if (end < 0) {
      throw expected("a value that ends with " + quote);
    }
    String value = text.substring(position + 1, end);
    position = end + 1;
    skipSpace();
    return value;
  }

  private boolean atQuote() {
    return !atEnd() && (text.charAt(position) == '\'' || text.charAt(position) == '"');
  }

  private String label(String expected) throws SelectorSyntaxException {
    int start = position;
    while (!atEnd() && isLabelCharacter(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      throw expected(expected);
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

  private void require(String token) throws SelectorSyntaxException {
    if (!take(token)) {
      throw expected("'" + token + "'");
    }
  }

  /** Calico knows no other white space: a line break is an error to it. */
  private void skipSpace() {
    while (!atEnd() && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
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
