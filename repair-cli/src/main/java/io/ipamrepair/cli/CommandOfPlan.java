package io.ipamrepair.cli;

import io.ipamrepair.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The command that a plan names. Its words come from a file: they are read as those of one of the
 * repairs, which plan and write nothing, and as nothing else.
 */
final class CommandOfPlan {
  private CommandOfPlan() {}

  /** The words, without the one that names a file. */
  static List<String> words(Plan plan) {
    List<String> words = new ArrayList<>(plan.command());
    plan.fileOption().ifPresent(words::remove);
    return words;
  }

  /** Whether it is a rollback. */
  static boolean isRollback(Plan plan) {
    return !plan.command().isEmpty()
        && Commands.byName().get(plan.command().get(0)) == RollbackCommand.class;
  }

  /** The repair; nothing when the command is another. Words that it does not know are refused. */
  static Optional<RepairCommand> repair(Plan plan) {
    return repair(words(plan));
  }

  /** The repair that these words ask for. */
  static Optional<RepairCommand> repair(List<String> words) {
    Optional<Class<? extends ToolCommand>> type =
        words.stream().findFirst().map(Commands.byName()::get);
    if (type.filter(RepairCommand.class::isAssignableFrom).isEmpty()) {
      return Optional.empty();
    }
    CommandLine line = new CommandLine(type.get()).setExpandAtFiles(false);
    try {
      line.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    } catch (ParameterException wrong) {
      throw new CommandFailure(
          ExitCode.PLAN_REFUSED,
          "the plan's command is none of this release: "
              + Shell.words(words)
              + ": "
              + wrong.getMessage());
    }
    return Optional.of(line.getCommand());
  }
}
