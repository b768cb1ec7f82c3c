package io.ipamrepair.kv;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An immutable sequence of bytes: a key or a value exactly as it is in etcd. Sorted as etcd sorts
 * keys, by unsigned bytes.
 */
public final class Bytes implements Comparable<Bytes> {
  /** No bytes at all: a legal value of an affinity. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** A copy of {@code content}. */
  public static Bytes of(byte[] content) {
    return new Bytes(content.clone());
  }

  /** The UTF-8 bytes of {@code text}. */
  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy that the caller may change. */
  public byte[] toArray() {
    return content.clone();
  }

  public int length() {
    return content.length;
  }

  public boolean isEmpty() {
    return content.length == 0;
  }

  /** The byte at {@code index}, 0 to 255. */
  public int at(int index) {
    return content[index] & 0xff;
  }

  /** The bytes read as strict UTF-8, or nothing when they are not. */
  public Optional<String> text() {
    if (isAscii()) {
      return Optional.of(new String(content, StandardCharsets.ISO_8859_1));
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(content))
              .toString());
    } catch (CharacterCodingException notUtf8) {
      return Optional.empty();
    }
  }

  /** Nearly everything is, and needs no decoder. */
  private boolean isAscii() {
    for (byte b : content) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The bytes as text where they are UTF-8; else each byte outside printable ASCII, and each
   * backslash, as {@code \xHH}. For people.
   */
  public String display() {
    return text().orElseGet(this::escaped);
  }

  /**
   * As {@link #display()}, but no two sequences have one label, not even one that is no UTF-8 and a
   * text that looks like its escapes. For names of keys.
   */
  public String label() {
    String display = display();
    boolean looksEscaped = display.contains("\\x") && text().isPresent();
    return looksEscaped ? display.replace("\\", "\\x5c") : display;
  }

  private String escaped() {
    StringBuilder out = new StringBuilder();
    for (byte b : content) {
      if (b >= 0x20 && b < 0x7f && b != '\\') {
        out.append((char) b);
      } else {
        out.append(String.format("\\x%02x", b & 0xff));
      }
    }
    return out.toString();
  }

  public boolean startsWith(Bytes prefix) {
    return length() >= prefix.length()
        && Arrays.equals(content, 0, prefix.length(), prefix.content, 0, prefix.length());
  }

  /** These bytes followed by {@code tail}. */
  public Bytes plus(Bytes tail) {
    byte[] joined = Arrays.copyOf(content, content.length + tail.content.length);
    System.arraycopy(tail.content, 0, joined, content.length, tail.content.length);
    return new Bytes(joined);
  }

  /** These bytes without the first {@code count}. */
  public Bytes from(int count) {
    return new Bytes(Arrays.copyOfRange(content, count, content.length));
  }

  /**
   * The first sequence in etcd's order that does not start with these bytes; empty when there is
   * none.
   */
  public Optional<Bytes> endOfPrefix() {
    for (int last = content.length - 1; last >= 0; last--) {
      if (content[last] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(content, last + 1);
        end[last]++;
        return Optional.of(new Bytes(end));
      }
    }
    return Optional.empty();
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return display();
  }
}
