package io.ipamrepair.cli.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one source says.
 *
 * @param file the file, or the cluster in it; nothing for flags and variables. What a file says of
 *     users, certificates and prefix belongs to its own endpoints and to no others
 * @param values by name; only what it says
 * @param sources where exactly each value stands, for people: a flag, a variable, a file
 */
record Layer(Optional<String> file, Map<Name, String> values, Map<Name, String> sources) {
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
    private final Optional<String> file;
    private final Map<Name, String> values = new LinkedHashMap<>();
    private final Map<Name, String> sources = new LinkedHashMap<>();

    private Builder(Optional<String> file) {
      this.file = file;
    }

    /** Of flags or variables. */
    static Builder given() {
      return new Builder(Optional.empty());
    }

    /** Of a file, or of a cluster in it, called {@code file} for people. */
    static Builder ofFile(String file) {
      return new Builder(Optional.of(file));
    }

    Builder put(Name name, Optional<String> value, String source) {
      value.filter(text -> !text.isEmpty()).ifPresent(text -> set(name, text, source));
      return this;
    }

    private void set(Name name, String text, String source) {
      values.put(name, text);
      sources.put(name, source);
    }

    Layer build() {
      return new Layer(file, values, sources);
    }
  }
}
