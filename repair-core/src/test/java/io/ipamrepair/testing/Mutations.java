package io.ipamrepair.testing;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Damaged states: golden states in which one to four keys or values became something that nobody
 * meant. Values are cut, filled with noise, given wrong types, huge and negative numbers, names
 * twice, deep nesting, texts of other objects; keys get dots, control characters, bytes that are no
 * UTF-8, host bits, another family, more or fewer segments; keys vanish, appear twice, swap their
 * values.
 *
 * <p>For tests that hold for any bytes under any key: nothing throws, nothing is passed over in
 * silence, two implementations agree. What comes out depends on seed, case and number alone, so one
 * mutant can be made again without those before it:
 *
 * <pre>{@code
 * Mutations mutations = new Mutations(1, Golden.all());
 * for (int number = 0; number < 2000; number++) {
 *   Mutations.Mutant mutant = mutations.mutant(number);
 *   assertThat(Check.of(mutant.state())).as(mutant.toString()).isEqualTo(…);
 * }
 * }</pre>
 */
public final class Mutations {
  private static final long MIX = 0x9e3779b97f4a7c15L;

  /** Nearly as much as etcd takes in one request. */
  private static final int MOST_BYTES = 1_400_000;

  private static final int MOST_TRIES = 20;

  private static final List<KeyRange> RANGES = new KeyLayout().ranges();

  /** The first network in a key or value. */
  private static final Pattern NETWORK =
      Pattern.compile(
          "(?<![0-9a-f:.])((?:[0-9]{1,3}[.]){3}[0-9]{1,3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})"
              + "([-/])([0-9]{1,3})");

  private static final List<String> ADDRESSES =
      List.of("0.0.0.0", "255.255.255.255", "200.0.0.1", "127.0.0.1", "::", "::1", "ffff::ffff");

  private static final List<String> NETWORKS =
      List.of(
          "0.0.0.0/0",
          "0.0.0.0/1",
          "128.0.0.0/1",
          "0.0.0.0/32",
          "255.255.255.255/32",
          "255.255.255.192/26",
          "169.254.0.0/16",
          "::/0",
          "8000::/1",
          "::/64",
          "::/96",
          "fd00::/8",
          "::/128",
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");

  private final long seed;
  private final List<Golden> cases;
  private final Map<Golden, Original> originals = new HashMap<>();

  /**
   * Mutations of these cases.
   *
   * @param seed another seed gives other mutants
   */
  public Mutations(long seed, List<Golden> cases) {
    this.seed = seed;
    this.cases = List.copyOf(cases);
  }

  /**
   * A damaged state.
   *
   * @param golden what it was before
   * @param seed the seed and {@code number} that make it again
   * @param keyValues all keys and values, in key order, each key once
   * @param changes what was done, one line each
   */
  public record Mutant(
      Golden golden, long seed, int number, List<KeyValue> keyValues, List<String> changes) {
    public Mutant {
      keyValues = List.copyOf(keyValues);
      changes = List.copyOf(changes);
    }

    /** The state as a read of these keys gives it. */
    public IpamState state() {
      IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
      keyValues.forEach(builder::add);
      return builder.build(revision());
    }

    /** The newest revision of a key. */
    public long revision() {
      return keyValues.stream().mapToLong(KeyValue::modRevision).max().orElse(1);
    }

    /** Seed, number, case, and what was done: all that a failure message needs. */
    @Override
    public String toString() {
      return "seed "
          + seed
          + ", mutant "
          + number
          + " of "
          + golden
          + ":\n  "
          + String.join("\n  ", changes);
    }
  }

  /** What a case holds, read once. */
  private record Original(List<KeyValue> keyValues, List<String> texts) {}

  /** The mutant of this number: that of one of the cases, which chance chooses. */
  public Mutant mutant(int number) {
    return mutant(ValueDamage.one(cases, random(-1 - number)), number);
  }

  /** The mutant of {@code golden} of this number. */
  public Mutant mutant(Golden golden, int number) {
    Original original = originals.computeIfAbsent(golden, Mutations::read);
    Random random = random(number);
    Work work = new Work(original, random);
    int wanted = 1 + Math.min(3, random.nextInt(10) / 3);
    // A damage that finds nothing to damage changes nothing.
    for (int tries = 0; work.changes.size() < wanted && tries < MOST_TRIES; tries++) {
      if (!work.state.isEmpty()) {
        work.change();
      }
    }
    return new Mutant(golden, seed, number, List.copyOf(work.state.values()), work.changes);
  }

  private Random random(int number) {
    // Neighbouring numbers must not begin alike.
    long mixed = (seed + number * MIX) * MIX;
    return new Random(mixed ^ mixed >>> 32);
  }

  private static Original read(Golden golden) {
    SortedSet<String> texts = new TreeSet<>();
    JsonReader reader = new JsonReader();
    for (KeyValue each : golden.keyValues()) {
      String key = each.key().display();
      texts.add(key.substring(key.lastIndexOf('/') + 1));
      try {
        collect(reader.read(each.value()), texts);
      } catch (JsonFormatException damagedByTheCase) {
        texts.add(ValueDamage.shown(each.value()));
      }
    }
    return new Original(golden.keyValues(), List.copyOf(texts));
  }

  private static void collect(Json json, SortedSet<String> texts) {
    if (json instanceof Json.Text text) {
      texts.add(text.value());
    } else if (json instanceof Json.Array array) {
      array.items().forEach(item -> collect(item, texts));
    } else if (json instanceof Json.Obj object) {
      texts.addAll(object.members().keySet());
      object.members().values().forEach(member -> collect(member, texts));
    }
  }

  /** One mutant in the making. */
  private static final class Work {
    private final NavigableMap<Bytes, KeyValue> state = new TreeMap<>();
    private final List<String> changes = new ArrayList<>();
    private final List<String> texts;
    private final Random random;

    Work(Original original, Random random) {
      original.keyValues().forEach(each -> state.put(each.key(), each));
      this.texts = original.texts();
      this.random = random;
    }

    void change() {
      KeyValue chosen = one();
      int die = random.nextInt(100);
      if (die < 60) {
        damageValue(chosen);
      } else if (die < 78) {
        damageKey(chosen);
      } else if (die < 82) {
        swapValues(chosen, one());
      } else if (die < 85) {
        KeyValue other = one();
        put(chosen.key(), other.value(), chosen);
        changes.add(chosen.key() + ": has the value of " + other.key());
      } else if (die < 88) {
        state.remove(chosen.key());
        changes.add(chosen.key() + ": gone");
      } else {
        moveElsewhere(chosen);
      }
    }

    /** A key, nearly always one that the tool reads. */
    private KeyValue one() {
      List<KeyValue> all = List.copyOf(state.values());
      List<KeyValue> read =
          all.stream()
              .filter(each -> RANGES.stream().anyMatch(range -> range.contains(each.key())))
              .toList();
      return ValueDamage.one(read.isEmpty() || random.nextInt(30) == 0 ? all : read, random);
    }

    /** The same object of another network or address: key and value agree. */
    private void moveElsewhere(KeyValue chosen) {
      String key = chosen.key().display();
      String value = chosen.value().display();
      Matcher network = NETWORK.matcher(key + value);
      if (!network.find()) {
        return;
      }
      boolean single = network.group(3).endsWith("32") || network.group(3).endsWith("128");
      String old = network.group(1) + "/" + network.group(3);
      String now = single && random.nextBoolean() ? anAddress() : aNetwork(network.group(1));
      Bytes moved = Bytes.utf8(key.replace(old.replace('/', '-'), now.replace('/', '-')));
      if (random.nextBoolean()) {
        state.remove(chosen.key());
      }
      put(moved, Bytes.utf8(value.replace(old, now)), chosen);
      changes.add(key + ": " + old + " became " + now);
    }

    private String anAddress() {
      String address = ValueDamage.one(ADDRESSES, random);
      return address + (address.contains(":") ? "/128" : "/32");
    }

    /** One from the edges of the world, or one around an address. */
    private String aNetwork(String address) {
      if (random.nextInt(3) == 0) {
        return ValueDamage.one(NETWORKS, random);
      }
      int bits = address.contains(":") ? 128 : 32;
      int length = random.nextInt(4) == 0 ? random.nextInt(bits + 1) : bits - random.nextInt(14);
      return CidrText.read(address + "/" + length)
          .map(text -> text.network().toString())
          .orElseGet(() -> ValueDamage.one(NETWORKS, random));
    }

    private void damageValue(KeyValue chosen) {
      ValueDamage damage = ValueDamage.any(random);
      Bytes damaged = damage.damage(chosen.value(), random, texts);
      if (damaged.length() > MOST_BYTES) {
        return;
      }
      put(chosen.key(), damaged, chosen);
      changes.add(chosen.key() + ": " + damage.words() + ": " + ValueDamage.shown(damaged));
    }

    private void damageKey(KeyValue chosen) {
      String key = chosen.key().text().orElse("");
      List<KeyDamage> fitting =
          List.of(KeyDamage.values()).stream().filter(each -> each.fits(key)).toList();
      KeyDamage damage = ValueDamage.one(fitting, random);
      if (key.isEmpty()) {
        // Damaged once already.
        return;
      }
      Bytes damaged = damage.damage(key, random, texts);
      boolean stays = random.nextBoolean();
      if (!stays) {
        state.remove(chosen.key());
      }
      put(damaged, chosen.value(), chosen);
      changes.add(
          key
              + (stays ? ": again under a key, " : ": its key, ")
              + damage.words()
              + ": "
              + ValueDamage.shown(damaged));
    }

    private void swapValues(KeyValue one, KeyValue other) {
      put(one.key(), other.value(), one);
      put(other.key(), one.value(), other);
      changes.add(one.key() + ": swapped its value with " + other.key());
    }

    private void put(Bytes key, Bytes value, KeyValue like) {
      state.put(
          key, new KeyValue(key, value, like.createRevision(), like.modRevision(), like.version()));
    }
  }
}
