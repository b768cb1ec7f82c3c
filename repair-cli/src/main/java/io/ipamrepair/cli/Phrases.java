package io.ipamrepair.cli;

import io.ipamrepair.repair.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Long lines and digests for people. */
final class Phrases {
  /** Lines are broken here: two windows stand side by side on a laptop at night. */
  static final int WIDTH = 120;

  private static final Pattern MESSAGE =
      Pattern.compile(
          "(?<indent> *)(?<prose>.*?)(?<command>(?<=^| )ipam-repair .*"
              + "|(?<=: )(etcdctl|remove-pool|release-orphan-blocks|reassign-affinity) .*|$)",
          Pattern.DOTALL);

  private Phrases() {}

  /** {@code text} in lines of at most {@code width} characters, broken at spaces. */
  static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * A line of a message in lines of at most {@link #WIDTH} characters, the further ones indented
   * deeper. A command is to be copied, so it is not broken: from {@code ipam-repair} on, or from
   * {@code etcdctl} or a repair's name behind a colon, everything stays on one line, however long.
   */
  static List<String> message(String line) {
    Matcher parts = MESSAGE.matcher(line);
    if (line.length() <= WIDTH || !parts.matches()) {
      return List.of(line);
    }
    String indent = parts.group("indent");
    String prose = parts.group("prose").stripTrailing();
    String command = parts.group("command");
    if (prose.isEmpty()) {
      return List.of(line);
    }
    List<String> texts = new ArrayList<>(wrapped(prose, WIDTH - indent.length() - 2));
    if (!command.isEmpty()) {
      texts.add(command);
    }
    List<String> lines = new ArrayList<>();
    texts.forEach(text -> lines.add(indent + (lines.isEmpty() ? "" : "  ") + text));
    return lines;
  }

  /** A time span in its largest whole unit: {@code 3 hours}; not negative. */
  static String age(Duration age) {
    if (age.toDays() > 0) {
      return Words.count(age.toDays(), "day");
    } else if (age.toHours() > 0) {
      return Words.count(age.toHours(), "hour");
    } else if (age.toMinutes() > 0) {
      return Words.count(age.toMinutes(), "minute");
    }
    return Words.count(age.toSeconds(), "second");
  }

  /** {@code digest} as a person compares it: the first 16 hexadecimal digits in groups of four. */
  static String digest(String digest) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    StringBuilder grouped = new StringBuilder();
    for (int i = 0; i < Math.min(16, hex.length()); i += 4) {
      grouped.append(i == 0 ? "" : " ").append(hex, i, Math.min(i + 4, hex.length()));
    }
    return grouped.toString();
  }
}
