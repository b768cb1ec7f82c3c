package io.ipamrepair.calico;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Reads JSON as Calico itself writes it, byte by byte and without making objects: members in the
 * order of Go's struct, names of a map ascending, plain ASCII texts without escapes. Whatever is
 * written otherwise may still be right, and is not for this reader: it stops with {@link NotPlain},
 * and the value is decoded the slow and exact way.
 */
final class PlainJson {
  /** The value is not written as Calico writes it; says nothing of whether it is right. */
  static final class NotPlain extends Exception {
    private static final long serialVersionUID = 1L;

    private NotPlain() {
      super("not as Calico writes it", null, false, false);
    }
  }

  /** By byte: whether it stands for itself in a text, and is neither its end nor beyond ASCII. */
  private static final boolean[] IS_PLAIN = new boolean[256];

  static {
    java.util.Arrays.fill(IS_PLAIN, 0x20, 0x80, true);
    IS_PLAIN['"'] = false;
    IS_PLAIN['\\'] = false;
  }

  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  /** Where the text that was read last lies. */
  private int textFrom;

  private int textTo;

  /** Where the name of a map that was read last lies. */
  private int nameFrom;

  private int nameTo;

  void read(byte[] buffer, int from, int to) {
    bytes = buffer;
    at = from;
    end = to;
  }

  byte[] bytes() {
    return bytes;
  }

  int at() {
    return at;
  }

  int end() {
    return end;
  }

  void skipTo(int place) {
    at = place;
  }

  int textFrom() {
    return textFrom;
  }

  int textTo() {
    return textTo;
  }

  int textLength() {
    return textTo - textFrom;
  }

  NotPlain notPlain() {
    return new NotPlain();
  }

  private byte next() throws NotPlain {
    if (at >= end) {
      throw new NotPlain();
    }
    return bytes[at];
  }

  /** Whether {@code c} comes next; then it is passed. */
  boolean take(char c) throws NotPlain {
    if (next() != c) {
      return false;
    }
    at++;
    return true;
  }

  void expect(char c) throws NotPlain {
    if (!take(c)) {
      throw new NotPlain();
    }
  }

  /** That nothing follows. */
  void expectEnd() throws NotPlain {
    if (at != end) {
      throw new NotPlain();
    }
  }

  /** A text; it lies from {@link #textFrom()} to {@link #textTo()}. */
  void text() throws NotPlain {
    expect('"');
    // Most of the time of a scan's own is spent in this loop.
    byte[] in = bytes;
    int to = end;
    int i = at;
    while (i < to && IS_PLAIN[in[i] & 0xff]) {
      i++;
    }
    if (i == to || in[i] != '"') {
      throw new NotPlain();
    }
    textFrom = at;
    textTo = i;
    at = i + 1;
  }

  /** A text that is not empty. */
  void someText() throws NotPlain {
    text();
    if (textFrom == textTo) {
      throw new NotPlain();
    }
  }

  /** Whether the text that was read last is {@code other}. */
  boolean textIs(byte[] other) {
    if (other.length != textTo - textFrom) {
      return false;
    }
    for (int i = 0; i < other.length; i++) {
      if (bytes[textFrom + i] != other[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The name of the next member, and its colon.
   *
   * @param names the members, in the order of the struct
   * @param from the first that may come: none comes twice
   * @return its index
   */
  int member(byte[][] names, int from) throws NotPlain {
    text();
    for (int i = from; i < names.length; i++) {
      if (textIs(names[i])) {
        expect(':');
        return i;
      }
    }
    throw new NotPlain();
  }

  boolean bool() throws NotPlain {
    if (take('t')) {
      literal("rue");
      return true;
    }
    literal("false");
    return false;
  }

  /** Whether {@code null} comes next; then it is passed. */
  boolean takeNull() throws NotPlain {
    if (next() != 'n') {
      return false;
    }
    literal("null");
    return true;
  }

  private void literal(String rest) throws NotPlain {
    for (int i = 0; i < rest.length(); i++) {
      expect(rest.charAt(i));
    }
  }

  /** An integer of 0 up to what fits a long: a sequence number is beyond 2^60. */
  long integer() throws NotPlain {
    int from = at;
    long value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      value = value * 10 + (bytes[at] - '0');
      at++;
    }
    int digits = at - from;
    boolean plain =
        digits > 0
            && digits <= 19
            && value >= 0
            && (digits < 19 || bytes[from] < '9')
            && (digits == 1 || bytes[from] != '0')
            && at < end
            && bytes[at] != '.'
            && bytes[at] != 'e'
            && bytes[at] != 'E';
    if (!plain) {
      throw new NotPlain();
    }
    return value;
  }

  /** A name of a map, which comes behind the one before it: so none comes twice. */
  void ascendingName(boolean first) throws NotPlain {
    text();
    if (!first && compare(nameFrom, nameTo, textFrom, textTo) >= 0) {
      throw new NotPlain();
    }
    nameFrom = textFrom;
    nameTo = textTo;
  }

  /** A map of texts, or {@code null}; its content does not matter. */
  void textMap() throws NotPlain {
    if (takeNull()) {
      return;
    }
    expect('{');
    if (take('}')) {
      return;
    }
    boolean first = true;
    do {
      ascendingName(first);
      first = false;
      expect(':');
      text();
    } while (take(','));
    expect('}');
  }

  /** A list of texts, or {@code null}; its content does not matter. */
  void textList() throws NotPlain {
    if (takeNull()) {
      return;
    }
    expect('[');
    if (take(']')) {
      return;
    }
    do {
      text();
    } while (take(','));
    expect(']');
  }

  private int compare(int from, int to, int otherFrom, int otherTo) {
    return java.util.Arrays.compareUnsigned(bytes, from, to, bytes, otherFrom, otherTo);
  }

  /** A time in seconds and UTC: {@code 2026-08-22T06:33:20Z}. */
  void time() throws NotPlain {
    text();
    boolean plain =
        textLength() == 20
            && digits(0, 4)
            && is(4, '-')
            && number(5) >= 1
            && number(5) <= 12
            && is(7, '-')
            && isDay(number(5), number(8))
            && is(10, 'T')
            && number(11) <= 23
            && number(11) >= 0
            && is(13, ':')
            && number(14) <= 59
            && number(14) >= 0
            && is(16, ':')
            && number(17) <= 59
            && number(17) >= 0
            && is(19, 'Z');
    if (!plain) {
      // Of leap days, leap seconds and fractions the exact reader judges.
      throw new NotPlain();
    }
  }

  /** The time that was read last. */
  Instant timeValue() {
    long day = LocalDate.of(number(0) * 100 + number(2), number(5), number(8)).toEpochDay();
    return Instant.ofEpochSecond(((day * 24 + number(11)) * 60 + number(14)) * 60 + number(17));
  }

  private static boolean isDay(int month, int day) {
    boolean isShort = month == 2 || month == 4 || month == 6 || month == 9 || month == 11;
    return day >= 1 && (day <= 28 || day <= 30 && month != 2 || day == 31 && !isShort);
  }

  private boolean is(int place, char c) {
    return bytes[textFrom + place] == c;
  }

  private boolean digits(int place, int count) {
    for (int i = 0; i < count; i++) {
      byte b = bytes[textFrom + place + i];
      if (b < '0' || b > '9') {
        return false;
      }
    }
    return true;
  }

  private int number(int place) {
    return digits(place, 2)
        ? (bytes[textFrom + place] - '0') * 10 + bytes[textFrom + place + 1] - '0'
        : -1;
  }

  /** The text that was read last. */
  String textValue() {
    return new String(
        bytes, textFrom, textTo - textFrom, java.nio.charset.StandardCharsets.US_ASCII);
  }
}
