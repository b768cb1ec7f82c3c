package io.ipamrepair.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Where output goes. Every line passes through {@link #escape}: text from data never reaches a
 * terminal raw.
 */
final class Terminal {
  /** Clears what is left of a longer line before. */
  private static final String CLEAR = "\u001b[K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final boolean colours;
  private final BufferedReader in;

  /**
   * The streams of a process.
   *
   * @param interactive whether a person can be asked
   * @param colours whether results may be coloured
   */
  Terminal(
      PrintStream out,
      PrintStream err,
      java.io.InputStream in,
      boolean interactive,
      boolean colours) {
    this.out = out;
    this.err = err;
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.interactive = interactive;
    this.colours = colours;
  }

  /** A line of the result. */
  void result(String line) {
    out.println(escape(line));
  }

  /** The result as it is: JSON, which escapes control characters itself. */
  void raw(String text) {
    out.print(text);
  }

  /** A message, or progress. */
  void message(String line) {
    err.println(escape(line));
  }

  /** Lines of a message: what went wrong and why, what to do. Long ones are broken. */
  void messages(List<String> lines) {
    lines.forEach(line -> Phrases.message(line).forEach(this::message));
  }

  /** Whether {@link #progress} reaches a person. */
  boolean showsProgress() {
    return interactive;
  }

  /** How far something has come: written over by the next line of the kind. */
  void progress(String line) {
    err.print("\r" + escape(line) + CLEAR);
    err.flush();
  }

  /** The last line of a progress, which stays. */
  void progressEnds(String line) {
    err.println("\r" + escape(line) + CLEAR);
  }

  /** Asks a question; nothing when there is nobody to answer. */
  Optional<String> ask(String question) {
    if (!interactive) {
      return Optional.empty();
    }
    err.print(escape(question) + " ");
    err.flush();
    try {
      return Optional.ofNullable(in.readLine());
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Asks for a password without showing it; nothing when there is nobody to answer. */
  Optional<String> askSecret(String question) {
    Console console = interactive ? System.console() : null;
    return console == null
        ? Optional.empty()
        : Optional.ofNullable(console.readPassword("%s ", escape(question))).map(String::new);
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  boolean interactive() {
    return interactive;
  }

  /**
   * A line of the result that begins with a coloured word; the word is the tool's own, the rest is
   * escaped.
   */
  void result(Colour colour, String word, String rest) {
    out.println((colours ? colour.code + word + "\u001b[0m" : word) + escape(rest));
  }

  /** The colours of words. */
  enum Colour {
    RED("\u001b[31;1m"),
    YELLOW("\u001b[33;1m"),
    BLUE("\u001b[34;1m");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }

  /** Replaces what could steer a terminal, or reorder its text, by visible escapes. */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean control = c < 0x20 || c >= 0x7f && c < 0xa0;
              boolean invisible =
                  Character.getType(c) == Character.FORMAT
                      || Character.getType(c) == Character.SURROGATE
                      || c == 0x2028
                      || c == 0x2029;
              if (control || invisible) {
                safe.append(c < 0x100 ? String.format("\\x%02x", c) : String.format("\\u%04x", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }
}
