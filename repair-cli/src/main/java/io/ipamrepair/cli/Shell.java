package io.ipamrepair.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Commands that are ready to be copied into a shell, whatever names the data have. */
final class Shell {
  private Shell() {}

  /** The words, each quoted where a shell would read it otherwise. */
  static String words(List<String> arguments) {
    return arguments.stream().map(Shell::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9@%+=:,./_-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
