package io.ipamrepair.testing;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What can happen to the value of a key. Those that need JSON change nothing where there is none.
 */
enum ValueDamage {
  CUT_SHORT(6),
  FRONT_CUT_OFF(2),
  BIT_FLIPPED(6),
  PIECE_REMOVED(3),
  PIECE_REPEATED(3),
  EMPTIED(3),
  BYTE_ORDER_MARK(2),
  TEXT_BEHIND(3),
  TEXT_IN_FRONT(2),
  NOT_UTF8(5),
  NOISE(2),
  SOMETHING_ELSE(4),
  BLANKS_AROUND(2),
  MANY_BLANKS(1),
  A_LONG_TEXT(1),
  NODE_REPLACED(50),
  NODE_IS_ANOTHERS(25),
  NODE_NULLED(10),
  EVERY_MEMBER_NULLED(3),
  MEMBER_TWICE(12),
  MEMBER_REMOVED(12),
  MEMBER_RENAMED(6),
  MEMBER_ADDED(6),
  ITEM_REMOVED(8),
  ITEM_REPEATED(8),
  LIST_LENGTHENED(4),
  A_LONG_LIST(1),
  NESTED_DEEPLY(5),
  WRITTEN_IN_ESCAPES(3);

  /** How long a value becomes, in bytes: one of a megabyte costs as much as a hundred others. */
  private static final List<Integer> LENGTHS =
      List.of(1 << 10, 1 << 12, 1 << 12, 1 << 14, 1 << 14, 1 << 16, 1 << 16, 1 << 20);

  /** Texts that stand where a JSON value stood. */
  private static final List<String> TOKENS =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "-0",
          "63",
          "64",
          "65",
          "4095",
          "4096",
          "0.0",
          "1.0",
          "-1.5",
          "1e3",
          "1E400",
          "1e-1",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "4294967296",
          "9007199254740993",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "18446744073709551615",
          "18446744073709551616",
          "123456789012345678901234567890",
          "NaN",
          "Infinity",
          "-Infinity",
          "01",
          "+1",
          ".5",
          "1.",
          "0x10",
          "True",
          "nil",
          "undefined",
          "\"\"",
          "\" \"",
          "\"x\"",
          "'x'",
          "\"\\u0000\"",
          "\"a\\nb\"",
          "\"a\\rb\"",
          "\"a\nb\"",
          "\"\u0001\"",
          "\"\\u001b[31mred\"",
          "\"\u007f\"",
          "\"\u0085\"",
          "\"\u202eabc\"",
          "\"\u2028\"",
          "\"\ufeff\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\ud83d\\ude00\"",
          "\"\\x\"",
          "\"\\u12\"",
          "\"abc",
          "\"..\"",
          "\"a/b\"",
          "\"%2f\"",
          "\"-\"",
          "\"--\"",
          "\"a-\"",
          "\"0.0.0.0/0\"",
          "\"0.0.0.0/1\"",
          "\"::/0\"",
          "\"10.0.0.0/33\"",
          "\"10.0.0.1\"",
          "\"10.64.64.1/24\"",
          "\"10.64.0.0/08\"",
          "\"010.0.0.1/32\"",
          "\"::ffff:1.2.3.4/128\"",
          "\"FD00::/64\"",
          "\"fd00:0::/64\"",
          "\"255.255.255.255/32\"",
          "\"300.0.0.1\"",
          "\"2026-02-30T00:00:00Z\"",
          "\"2026-02-28T24:00:00Z\"",
          "\"2026-02-28T23:59:60Z\"",
          "\"2026-02-28T00:00:00.1234567890123Z\"",
          "\"2026-02-28t00:00:00z\"",
          "\"9999-12-31T23:59:59-23:59\"",
          "\"2026-02-28T00:00:00+24:00\"",
          "\"0000-01-01T00:00:00Z\"",
          "\"2026-02-28 00:00:00 +0000 UTC\"",
          "\"host:\"",
          "\"host:nobody\"",
          "\"host:\\ud800\"",
          "\"host:a:b\"",
          "\"host:a/b\"",
          "\"virtual:load-balancer\"",
          "\"virtual:x\"",
          "\"HOST:x\"",
          "\"confirmed\"",
          "\"pending\"",
          "\"pendingDeletion\"",
          "\"Confirmed\"",
          "\"Always\"",
          "\"k8s\"",
          "\"openstack\"",
          "\"all()\"",
          "\"!all()\"",
          "\"has(\"",
          "\"a == 'b'\"",
          "\"windows-reserved-ipam-handle\"",
          "[]",
          "{}",
          "[null]",
          "[0]",
          "[{}]",
          "[[]]",
          "[\"\"]",
          "{\"\":null}",
          "{\"a\":1,\"a\":2}",
          "{\"a\":1,\"\\u0061\":2}",
          "{\"a\":{\"b\":0,\"b\":0}}",
          "[1,]",
          "{\"a\":1,}",
          "[1 2]",
          "{\"a\" 1}",
          "{a:1}",
          "/*c*/0",
          "");

  /** What is no value of Calico's at all. */
  private static final List<String> ELSE =
      List.of(
          "null",
          "[]",
          "{}",
          "0",
          "true",
          "\"\"",
          "\"{}\"",
          "[{}]",
          "{",
          "}",
          "{}{}",
          "{} {}",
          " ",
          "\n",
          "\0",
          "NaN",
          "-",
          "{\"\"}",
          "{null:1}",
          "{\"a\":1,\"a\":1}",
          "{\"state\":\"confirmed\"}",
          "<html></html>",
          "---\nkind: IPPool\n");

  private static final List<String> TAILS =
      List.of(
          " ", "\n", "\r\n", "\t", "x", "{}", "null", ",", "}", "\0", "// end", "\u00a0", "\ufeff");

  /** Sequences that strict UTF-8 does not know: overlong, surrogates, too large, cut, stray. */
  private static final List<byte[]> NO_UTF8 =
      List.of(
          new byte[] {(byte) 0xff},
          new byte[] {(byte) 0x80},
          new byte[] {(byte) 0xc0, (byte) 0x80},
          new byte[] {(byte) 0xc3},
          new byte[] {(byte) 0xe0, (byte) 0x80, (byte) 0xaf},
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
          new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98});

  private final int weight;

  ValueDamage(int weight) {
    this.weight = weight;
  }

  /** One of them; the likelier ones more often. */
  static ValueDamage any(Random random) {
    int total = 0;
    for (ValueDamage each : values()) {
      total += each.weight;
    }
    int left = random.nextInt(total);
    for (ValueDamage each : values()) {
      left -= each.weight;
      if (left < 0) {
        return each;
      }
    }
    throw new IllegalStateException("no damage has a weight");
  }

  /**
   * The value afterwards.
   *
   * @param texts texts that occur in the same state: names, CIDRs, handles
   */
  Bytes damage(Bytes value, Random random, List<String> texts) {
    byte[] bytes = value.toArray();
    int at = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, at + 1 + random.nextInt(20));
    return switch (this) {
      case CUT_SHORT -> Bytes.of(slice(bytes, 0, at));
      case FRONT_CUT_OFF -> Bytes.of(slice(bytes, at, bytes.length));
      case BIT_FLIPPED -> flipped(bytes, random);
      case PIECE_REMOVED -> joined(slice(bytes, 0, at), slice(bytes, to, bytes.length));
      case PIECE_REPEATED -> joined(slice(bytes, 0, to), slice(bytes, at, bytes.length));
      case EMPTIED -> Bytes.EMPTY;
      case BYTE_ORDER_MARK -> Bytes.utf8("\ufeff").plus(value);
      case TEXT_BEHIND -> value.plus(Bytes.utf8(one(TAILS, random)));
      case TEXT_IN_FRONT -> Bytes.utf8(one(TAILS, random)).plus(value);
      case NOT_UTF8 ->
          joined(slice(bytes, 0, at), one(NO_UTF8, random), slice(bytes, at, bytes.length));
      case NOISE -> noise(random);
      case SOMETHING_ELSE -> Bytes.utf8(one(ELSE, random));
      case BLANKS_AROUND -> Bytes.utf8(" \t\r\n").plus(value).plus(Bytes.utf8("\n\n"));
      case MANY_BLANKS -> value.plus(Bytes.utf8(" ".repeat(one(LENGTHS, random))));
      default -> parsed(value).map(json -> Bytes.utf8(damage(json, random, texts))).orElse(value);
    };
  }

  private String damage(Json root, Random random, List<String> texts) {
    return switch (this) {
      case NODE_REPLACED -> replaced(root, random, token(random));
      case NODE_IS_ANOTHERS -> another(root, random, texts);
      case NODE_NULLED -> replaced(root, random, "null");
      case A_LONG_TEXT -> replaced(root, random, quoted("x".repeat(one(LENGTHS, random))));
      case NESTED_DEEPLY -> replaced(root, random, nested(random));
      case EVERY_MEMBER_NULLED -> inObject(root, random, ValueDamage::everyMemberNulled);
      case MEMBER_TWICE -> inObject(root, random, members -> twice(members, random, texts));
      case MEMBER_REMOVED -> inObject(root, random, members -> removed(members, random));
      case MEMBER_RENAMED -> inObject(root, random, members -> renamed(members, random, texts));
      case MEMBER_ADDED ->
          inObject(
              root,
              random,
              members -> members.add(quoted(one(texts, random)) + ":" + token(random)));
      case ITEM_REMOVED -> inList(root, random, items -> removed(items, random));
      case ITEM_REPEATED -> inList(root, random, items -> repeated(items, random, 1));
      case LIST_LENGTHENED -> inList(root, random, items -> repeated(items, random, 300));
      case A_LONG_LIST -> inList(root, random, items -> lengthened(items, one(LENGTHS, random)));
      case WRITTEN_IN_ESCAPES -> inEscapes(root);
      default -> throw new IllegalStateException(this + " needs no JSON");
    };
  }

  // Bytes.

  private static Bytes flipped(byte[] bytes, Random random) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return Bytes.of(bytes);
  }

  private static Bytes noise(Random random) {
    byte[] noise = new byte[random.nextInt(40)];
    random.nextBytes(noise);
    return Bytes.of(noise);
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, Math.max(from, to));
  }

  private static Bytes joined(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return Bytes.of(all.toByteArray());
  }

  static <T> T one(List<T> choice, Random random) {
    return choice.get(random.nextInt(choice.size()));
  }

  // JSON.

  private static Optional<Json> parsed(Bytes value) {
    try {
      return Optional.of(new JsonReader().read(value));
    } catch (JsonFormatException damagedAlready) {
      return Optional.empty();
    }
  }

  private static String token(Random random) {
    return one(TOKENS, random);
  }

  private static String quoted(String text) {
    return JsonSurgery.text(new Json.Text(text));
  }

  private static String replaced(Json root, Random random, String text) {
    int target = one(JsonSurgery.nodes(root, each -> true), random);
    return JsonSurgery.rewrite(root, target, old -> text);
  }

  /** A text becomes another of the same state, a number another small one. */
  private static String another(Json root, Random random, List<String> texts) {
    List<Integer> leaves =
        JsonSurgery.nodes(
            root, each -> !(each instanceof Json.Obj) && !(each instanceof Json.Array));
    if (leaves.isEmpty()) {
      return JsonSurgery.text(root);
    }
    return JsonSurgery.rewrite(
        root,
        one(leaves, random),
        old ->
            old instanceof Json.Text
                ? quoted(one(texts, random))
                : old instanceof Json.Bool bool
                    ? JsonSurgery.text(Json.Bool.of(bool == Json.Bool.FALSE))
                    : Integer.toString(random.nextInt(70) - 3));
  }

  private static String nested(Random random) {
    int depth = one(List.of(100, 500, 505, 508, 509, 510, 511, 512, 513, 600, 100_000), random);
    return random.nextBoolean()
        ? "[".repeat(depth) + "]".repeat(depth)
        : "{\"a\":".repeat(depth) + "0" + "}".repeat(depth);
  }

  private interface Change {
    void of(List<String> parts);
  }

  private static String inObject(Json root, Random random, Change change) {
    return inOne(
        root,
        random,
        JsonSurgery.nodes(root, Json.Obj.class::isInstance),
        old ->
            "{"
                + changed(
                    ((Json.Obj) old)
                        .members().entrySet().stream().map(ValueDamage::member).toList(),
                    change)
                + "}");
  }

  private static String inList(Json root, Random random, Change change) {
    return inOne(
        root,
        random,
        JsonSurgery.nodes(root, Json.Array.class::isInstance),
        old ->
            "["
                + changed(
                    ((Json.Array) old).items().stream().map(JsonSurgery::text).toList(), change)
                + "]");
  }

  private static String inOne(
      Json root, Random random, List<Integer> nodes, Function<Json, String> replacement) {
    return nodes.isEmpty()
        ? JsonSurgery.text(root)
        : JsonSurgery.rewrite(root, one(nodes, random), replacement);
  }

  private static String changed(List<String> parts, Change change) {
    List<String> changed = new ArrayList<>(parts);
    change.of(changed);
    return String.join(",", changed);
  }

  private static String member(Map.Entry<String, Json> member) {
    return quoted(member.getKey()) + ":" + JsonSurgery.text(member.getValue());
  }

  private static void everyMemberNulled(List<String> members) {
    members.replaceAll(member -> name(member) + ":null");
  }

  /** The quoted name of a member. */
  private static String name(String member) {
    int end = 1;
    while (member.charAt(end) != '"') {
      end += member.charAt(end) == '\\' ? 2 : 1;
    }
    return member.substring(0, end + 1);
  }

  private static void twice(List<String> members, Random random, List<String> texts) {
    if (members.isEmpty()) {
      String name = quoted(one(texts, random));
      Collections.addAll(members, name + ":0", name + ":0");
      return;
    }
    String old = one(members, random);
    String name = name(old);
    String again =
        switch (random.nextInt(3)) {
          case 0 -> old;
          case 1 -> name + ":" + token(random);
          // The same name in another spelling.
          default -> escapes(name.substring(1, name.length() - 1)) + old.substring(name.length());
        };
    members.add(random.nextInt(members.size() + 1), again);
  }

  private static void renamed(List<String> members, Random random, List<String> texts) {
    if (!members.isEmpty()) {
      int index = random.nextInt(members.size());
      String old = members.get(index);
      String other = random.nextBoolean() ? name(one(members, random)) : quoted(one(texts, random));
      members.set(index, other + old.substring(name(old).length()));
    }
  }

  private static void removed(List<String> parts, Random random) {
    if (!parts.isEmpty()) {
      parts.remove(random.nextInt(parts.size()));
    }
  }

  private static void repeated(List<String> items, Random random, int most) {
    String item = items.isEmpty() ? token(random) : one(items, random);
    items.addAll(Collections.nCopies(1 + random.nextInt(most), item));
  }

  private static void lengthened(List<String> items, int length) {
    String item = items.isEmpty() ? "0" : items.get(items.size() - 1);
    items.addAll(Collections.nCopies(length / (item.length() + 1), item));
  }

  /** The same value; every character of its texts as an escape. */
  private static String inEscapes(Json json) {
    if (json instanceof Json.Text text) {
      return escapes(text.value());
    } else if (json instanceof Json.Array array) {
      return array.items().stream()
          .map(ValueDamage::inEscapes)
          .collect(Collectors.joining(" , ", "[", "]"));
    } else if (json instanceof Json.Obj object) {
      return object.members().entrySet().stream()
          .map(member -> escapes(member.getKey()) + " : " + inEscapes(member.getValue()))
          .collect(Collectors.joining(",\n", "{", "}"));
    }
    return JsonSurgery.text(json);
  }

  private static String escapes(String text) {
    return text.chars()
        .mapToObj(c -> String.format("\\u%04X", c))
        .collect(Collectors.joining("", "\"", "\""));
  }

  /** In words, for a failure message. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A value as a failure message shows it. */
  static String shown(Bytes value) {
    String text = value.display();
    return text.length() <= 400
        ? text
        : text.substring(0, 400) + "… (" + value.length() + " bytes)";
  }
}
