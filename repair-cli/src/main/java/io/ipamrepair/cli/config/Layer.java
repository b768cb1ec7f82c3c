package io.ipamrepair.cli.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one source says.
 *
 * @param values by name; only what it says
 * @param sources where exactly each value stands, for people: a flag, a variable, a file
 */
record Layer(Map<Name, String> values, Map<Name, String> sources) {
  /** The values that make up a connection. */
  enum Name {
    ENDPOINTS,
    CACERT,
    CERT,
    KEY,
    USER,
    PASSWORD,
    PREFIX;

    String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  Layer {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
  }

  Optional<String> value(Name name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Gathers what a source says. */
  static final class Builder {
    private final Map<Name, String> values = new LinkedHashMap<>();
    private final Map<Name, String> sources = new LinkedHashMap<>();

    Builder put(Name name, Optional<String> value, String source) {
      value.filter(text -> !text.isEmpty()).ifPresent(text -> set(name, text, source));
      return this;
    }

    private void set(Name name, String text, String source) {
      values.put(name, text);
      sources.put(name, source);
    }

    Layer build() {
      return new Layer(values, sources);
    }
  }
}
