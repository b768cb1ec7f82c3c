package io.ipamrepair.calico;

import java.util.Map;

/**
 * A label selector in Calico's language, as in a pool's {@code nodeSelector}.
 *
 * <table>
 *   <caption>What it can say of labels</caption>
 *   <tr><td>{@code all()}, {@code global()}, an empty text</td><td>always</td></tr>
 *   <tr><td>{@code has(k)}</td><td>the label is there</td></tr>
 *   <tr><td>{@code k == 'v'}, {@code k in {'v', 'w'}}</td><td>it is there, with such a value</td></tr>
 *   <tr><td>{@code k != 'v'}, {@code k not in {'v', 'w'}}</td><td>it has another value, or is absent</td></tr>
 *   <tr><td>{@code k contains 'v'}, {@code k starts with 'v'}, {@code k ends with 'v'}</td><td>it is there, with
 *       such a value</td></tr>
 *   <tr><td>{@code !}, {@code &&}, {@code ||}, parentheses</td><td>in this order of binding</td></tr>
 * </table>
 *
 * <p>What Calico reads is read, and what Calico refuses is refused: a pool whose selector Calico
 * cannot read gives blocks to nobody, and must not seem to.
 */
public final class Selector {
  private final String text;
  private final LabelCondition condition;

  private Selector(String text, LabelCondition condition) {
    this.text = text;
    this.condition = condition;
  }

  /**
   * Reads a selector.
   *
   * @throws SelectorSyntaxException when {@code text} is none
   */
  public static Selector parse(String text) throws SelectorSyntaxException {
    return new Selector(text, new SelectorParser(text).parse());
  }

  /** Whether an object with these labels is selected. */
  public boolean matches(Map<String, String> labels) {
    return condition.holds(labels);
  }

  /** The text it was read from. */
  @Override
  public String toString() {
    return text;
  }
}
