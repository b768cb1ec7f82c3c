package io.ipamrepair.source;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A small cluster that breaks a rule: a healthy one, and the few keys that make the difference.
 * They come with the tool, a file for each rule: a line {@code KEY VALUE} puts a key, {@code - KEY}
 * takes it away, and the line after {@code #} says what happened.
 *
 * @param story what happened, in one sentence
 * @param changes what differs from the healthy cluster: a key's value, or nothing where the key is
 *     gone
 * @param state the cluster that breaks the rule
 */
public record RuleExample(
    String story, SortedMap<Bytes, Optional<Bytes>> changes, IpamState state) {
  private static final String HEALTHY = "healthy";

  public RuleExample {
    changes = Collections.unmodifiableSortedMap(new TreeMap<>(changes));
  }

  /**
   * The example of a rule.
   *
   * @param rule its ID: {@code A3}
   */
  public static RuleExample of(String rule) {
    List<String> lines = lines(rule);
    SortedMap<Bytes, Optional<Bytes>> changes = changes(lines);
    String story = lines.get(0).replaceFirst("^# ", "");
    return new RuleExample(story, changes, healthy().with(changes));
  }

  /** The cluster that the examples start from; it breaks no rule. */
  public static IpamState healthy() {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    long revision = 1;
    for (Map.Entry<Bytes, Optional<Bytes>> entry : changes(lines(HEALTHY)).entrySet()) {
      revision++;
      builder.add(
          new KeyValue(entry.getKey(), entry.getValue().orElseThrow(), revision, revision, 1));
    }
    return builder.build(revision);
  }

  private static SortedMap<Bytes, Optional<Bytes>> changes(List<String> lines) {
    SortedMap<Bytes, Optional<Bytes>> changes = new TreeMap<>();
    for (String line : lines) {
      String[] parts = line.split(" ", 2);
      if (parts[0].equals("-")) {
        changes.put(Bytes.utf8(parts[1]), Optional.empty());
      } else if (!parts[0].equals("#")) {
        changes.put(Bytes.utf8(parts[0]), Optional.of(Bytes.utf8(parts[1])));
      }
    }
    return changes;
  }

  private static List<String> lines(String name) {
    String path = "examples/" + name + ".txt";
    try (InputStream file = RuleExample.class.getResourceAsStream(path)) {
      if (file == null) {
        throw new FileNotFoundException(path + " among the classes of this distribution");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
