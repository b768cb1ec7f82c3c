package io.ipamrepair.json;

import io.ipamrepair.kv.Bytes;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON value. Immutable. */
public sealed interface Json {
  /** The value, encoded compactly with Go's escapes. */
  default Bytes encode() {
    return GoEncoder.encode(this);
  }

  /** {@code null}, which is not the same as absent. */
  enum Null implements Json {
    NULL
  }

  /** {@code true} or {@code false}. */
  enum Bool implements Json {
    FALSE,
    TRUE;

    public static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  /** A string. */
  record Text(String value) implements Json {}

  /**
   * A number as it was written, because a sequence number of Calico's exceeds 2^53 and an unknown
   * member may hold any number.
   *
   * @param literal a JSON number
   */
  record Num(String literal) implements Json {
    public static Num of(long value) {
      return new Num(Long.toString(value));
    }
  }

  /** A list. */
  record Array(List<Json> items) implements Json {
    /** A list of strings. */
    public static Array ofTexts(Collection<String> texts) {
      return new Array(texts.stream().<Json>map(Text::new).toList());
    }

    public Array {
      items = List.copyOf(items);
    }
  }

  /** An object; its members keep the order in which they were written. */
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** An object of names and values in turn. */
    public static Obj of(Object... namesAndValues) {
      Map<String, Json> members = new LinkedHashMap<>();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        members.put((String) namesAndValues[i], (Json) namesAndValues[i + 1]);
      }
      return new Obj(members);
    }

    /** The member, {@code null} included; nothing when it is absent. */
    public Optional<Json> get(String name) {
      return Optional.ofNullable(members.get(name));
    }

    /** The items of member {@code name}; none when it is absent, or no list. */
    public List<Json> items(String name) {
      return get(name).orElse(Null.NULL) instanceof Array array ? array.items() : List.of();
    }

    /** The text of member {@code name}; nothing when it is absent, or no text. */
    public Optional<String> text(String name) {
      return get(name).filter(Text.class::isInstance).map(text -> ((Text) text).value());
    }

    /**
     * The text of member {@code name}.
     *
     * @throws JsonFormatException when it is absent, or no text
     */
    public String needText(String name) throws JsonFormatException {
      return text(name).orElseThrow(() -> new JsonFormatException(name + ": expected a text"));
    }

    /** The same object with {@code name} set, at its old place or else at the end. */
    public Obj with(String name, Json value) {
      Map<String, Json> changed = new LinkedHashMap<>(members);
      changed.put(name, value);
      return new Obj(changed);
    }

    /**
     * The same object with {@code name} set, at its old place or else right behind {@code
     * neighbour}, as Go orders struct fields.
     */
    public Obj withBehind(String neighbour, String name, Json value) {
      if (members.containsKey(name) || !members.containsKey(neighbour)) {
        return with(name, value);
      }
      Map<String, Json> changed = new LinkedHashMap<>();
      members.forEach(
          (existing, content) -> {
            changed.put(existing, content);
            if (existing.equals(neighbour)) {
              changed.put(name, value);
            }
          });
      return new Obj(changed);
    }

    public Obj without(String name) {
      Map<String, Json> changed = new LinkedHashMap<>(members);
      changed.remove(name);
      return new Obj(changed);
    }
  }
}
