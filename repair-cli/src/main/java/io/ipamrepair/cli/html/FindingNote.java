package io.ipamrepair.cli.html;

import java.util.List;

/**
 * Findings of one rule that say the same of several objects.
 *
 * @param severity the severity's word
 * @param rule the rule's ID
 * @param problem what is wrong, of the first of them
 * @param others of what else the same is said
 * @param traffic what it does to traffic, and whether that can wait
 * @param commands the commands that repair it
 * @param advice what to do where no command does
 */
public record FindingNote(
    String severity,
    String rule,
    String problem,
    List<String> others,
    String traffic,
    List<String> commands,
    List<String> advice) {
  public FindingNote {
    others = List.copyOf(others);
    commands = List.copyOf(commands);
    advice = List.copyOf(advice);
  }
}
