package io.ipamrepair.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second reader of JSON, for tests to compare the first one with: RFC 8259 and nothing more, no
 * name twice, 512 levels at the most. Objects become maps, lists lists, texts {@link String}s,
 * numbers {@link Literal}s, and {@code null} {@link #NULL}.
 */
final class StrictJson {
  /** What {@code null} becomes. */
  static final Object NULL = new Object();

  private static final int DEEPEST = 512;
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?");

  private final String text;
  private int at;
  private int depth;
  private boolean halves;

  private StrictJson(String text) {
    this.text = text;
  }

  /** A number as it was written. */
  record Literal(String text) {}

  /** This is no JSON. */
  private static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** What {@code bytes} say; nothing when they are not exactly one JSON value. */
  static Optional<Object> read(byte[] bytes) {
    try {
      // A decoder, unlike a String's constructor, refuses what is not UTF-8.
      StrictJson reader =
          new StrictJson(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      Object value = reader.value();
      reader.blanks();
      return reader.at == reader.text.length() ? Optional.of(value) : Optional.empty();
    } catch (CharacterCodingException | Wrong notJson) {
      return Optional.empty();
    }
  }

  private Object value() throws Wrong {
    blanks();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> list();
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private Object object() throws Wrong {
    enter();
    Map<String, Object> members = new LinkedHashMap<>();
    if (closes('}')) {
      return members;
    }
    do {
      blanks();
      String name = string();
      if (halves) {
        // Calico reads it; the parser of this tool refuses it, and docs/limits.md says so.
        throw new Wrong();
      }
      blanks();
      take(':');
      if (members.put(name, value()) != null) {
        throw new Wrong();
      }
    } while (goesOn('}'));
    return members;
  }

  private Object list() throws Wrong {
    enter();
    List<Object> items = new ArrayList<>();
    if (closes(']')) {
      return items;
    }
    do {
      items.add(value());
    } while (goesOn(']'));
    return items;
  }

  private void enter() throws Wrong {
    at++;
    if (++depth > DEEPEST) {
      throw new Wrong();
    }
  }

  private boolean closes(char end) throws Wrong {
    blanks();
    if (peek() != end) {
      return false;
    }
    at++;
    depth--;
    return true;
  }

  private boolean goesOn(char end) throws Wrong {
    if (closes(end)) {
      return false;
    }
    take(',');
    return true;
  }

  private String string() throws Wrong {
    take('"');
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < 0x20) {
        throw new Wrong();
      }
      out.append(c == '\\' ? escape() : c);
    }
    at++;
    return whole(out);
  }

  private char escape() throws Wrong {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw new Wrong();
    };
  }

  private char hexadecimal() throws Wrong {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      char c = peek();
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw new Wrong();
      }
      code = code * 16 + digit;
      at++;
    }
    return (char) code;
  }

  /** Half a pair of surrogates is read as U+FFFD, as Go does. */
  private String whole(CharSequence written) {
    StringBuilder whole = new StringBuilder();
    written
        .codePoints()
        .forEach(c -> whole.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 0xfffd : c));
    String text = whole.toString();
    halves = !text.contentEquals(written);
    return text;
  }

  private Object word(String word, Object value) throws Wrong {
    if (!text.startsWith(word, at)) {
      throw new Wrong();
    }
    at += word.length();
    return value;
  }

  private Object number() throws Wrong {
    Matcher matcher = NUMBER.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      throw new Wrong();
    }
    at = matcher.end();
    return new Literal(matcher.group());
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void take(char expected) throws Wrong {
    if (peek() != expected) {
      throw new Wrong();
    }
    at++;
  }

  private char peek() throws Wrong {
    if (at >= text.length()) {
      throw new Wrong();
    }
    return text.charAt(at);
  }
}
