package io.ipamrepair.testing;

import io.ipamrepair.kv.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What can happen to a key. */
enum KeyDamage {
  DOTS,
  ENCODED_SLASH,
  CONTROL_CHARACTER,
  NOT_UTF8,
  EMPTY_SEGMENT,
  SLASH_BEHIND,
  EXTRA_SEGMENT,
  MISSING_SEGMENT,
  CUT_SHORT,
  OTHER_CASE,
  VERY_LONG,
  SEGMENT_OF_ANOTHER,
  OTHER_FAMILY,
  HOST_BITS,
  OTHER_LENGTH,
  OTHER_SPELLING;

  /** A hundred thousand characters in one segment. */
  private static final int LONG = 100_000;

  private static final List<String> CONTROLS =
      List.of(
          "\0",
          "\n",
          "\r",
          "\t",
          "\u001b[2J",
          "\u007f",
          "\u0085",
          "\u202e",
          "\u2028",
          "\ufeff",
          " ",
          "'",
          "\\",
          "\\xff",
          "\ud83d\ude00");
  private static final List<String> LENGTHS =
      List.of(
          "-0",
          "-1",
          "-8",
          "-16",
          "-20",
          "-25",
          "-27",
          "-32",
          "-33",
          "-64",
          "-116",
          "-122",
          "-128",
          "-129",
          "-026",
          "-",
          "",
          "--26",
          "-26-",
          "-x",
          "/26",
          "-4294967322");

  /** Whether it can happen to {@code key}. */
  boolean fits(String key) {
    boolean ofFamily = ordinal() >= OTHER_FAMILY.ordinal();
    return !ofFamily || key.contains("/block/");
  }

  /**
   * The key afterwards.
   *
   * @param texts texts that occur in the same state
   */
  Bytes damage(String key, Random random, List<String> texts) {
    List<String> segments = new ArrayList<>(Arrays.asList(key.split("/", -1)));
    // Mostly behind "/calico/ipam/v2" and "/calico/resources/v3/projectcalico.org".
    int first = Math.min(segments.size() - 1, random.nextInt(8) == 0 ? 1 : 4);
    int at = first + random.nextInt(segments.size() - first);
    String old = segments.get(at);
    int cut = random.nextInt(old.length() + 1);
    switch (this) {
      case DOTS -> segments.set(at, random.nextBoolean() ? ".." : ".");
      case ENCODED_SLASH -> segments.set(at, old.substring(0, cut) + "%2f" + old.substring(cut));
      case CONTROL_CHARACTER ->
          segments.set(
              at, old.substring(0, cut) + ValueDamage.one(CONTROLS, random) + old.substring(cut));
      case NOT_UTF8 -> {
        return withBytes(segments, at, cut, random);
      }
      case EMPTY_SEGMENT -> segments.add(at, "");
      case SLASH_BEHIND -> segments.add("");
      case EXTRA_SEGMENT -> segments.add(at, ValueDamage.one(texts, random).replace('/', '-'));
      case MISSING_SEGMENT -> segments.remove(at);
      case CUT_SHORT -> {
        return Bytes.utf8(key.substring(0, key.length() - random.nextInt(key.length() / 2)));
      }
      case OTHER_CASE -> segments.set(at, old.toUpperCase(Locale.ROOT));
      case VERY_LONG -> segments.set(at, old + "x".repeat(LONG));
      case SEGMENT_OF_ANOTHER -> segments.set(at, ValueDamage.one(texts, random).replace('/', '-'));
      case OTHER_FAMILY ->
          segments.replaceAll(
              each -> each.equals("ipv4") ? "ipv6" : each.equals("ipv6") ? "ipv4" : each);
      case HOST_BITS, OTHER_LENGTH, OTHER_SPELLING ->
          segments.set(segments.size() - 1, network(segments.get(segments.size() - 1), random));
    }
    return Bytes.utf8(String.join("/", segments));
  }

  private String network(String segment, Random random) {
    int dash = segment.indexOf('-');
    String address = dash < 0 ? segment : segment.substring(0, dash);
    String length = dash < 0 ? "" : segment.substring(dash);
    if (this == OTHER_LENGTH) {
      return address + ValueDamage.one(LENGTHS, random);
    } else if (this == HOST_BITS) {
      return address.indexOf(':') >= 0
          ? address + (address.endsWith(":") ? "1" : "") + length
          : address.replaceFirst("[0-9]+$", "" + random.nextInt(260)) + length;
    }
    return switch (random.nextInt(5)) {
      case 0 -> address.toUpperCase(Locale.ROOT) + length;
      case 1 -> "0" + address + length;
      case 2 -> address.replace("::", ":0::") + length;
      case 3 -> "::ffff:" + address + length;
      default -> address.replace(".", ".0") + length;
    };
  }

  /** A byte that no UTF-8 has, somewhere in a segment. */
  private static Bytes withBytes(List<String> segments, int at, int cut, Random random) {
    String front =
        String.join("/", segments.subList(0, at)) + "/" + segments.get(at).substring(0, cut);
    List<String> rest = new ArrayList<>(List.of(segments.get(at).substring(cut)));
    rest.addAll(segments.subList(at + 1, segments.size()));
    byte[] stray = {(byte) (0x80 + random.nextInt(0x80))};
    return Bytes.utf8(front).plus(Bytes.of(stray)).plus(Bytes.utf8(String.join("/", rest)));
  }

  /** In words, for a failure message. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
