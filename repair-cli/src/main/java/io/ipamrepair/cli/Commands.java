package io.ipamrepair.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands below the top one. Making a command's model is most of what it costs to understand a
 * command line, so only those are made that the arguments can mean.
 */
final class Commands {
  /** By the names that they bear in their annotations, in the order of the help. */
  private static final Map<String, Class<? extends ToolCommand>> ALL = all();

  private Commands() {}

  private static Map<String, Class<? extends ToolCommand>> all() {
    Map<String, Class<? extends ToolCommand>> all = new LinkedHashMap<>();
    all.put("scan", ScanCommand.class);
    all.put("show", ShowCommand.class);
    all.put("dump", DumpCommand.class);
    all.put("rules", RulesCommand.class);
    all.put("remove-pool", RemovePoolCommand.class);
    all.put("release-orphan-blocks", ReleaseOrphanBlocksCommand.class);
    all.put("reassign-affinity", ReassignAffinityCommand.class);
    all.put("review", ReviewCommand.class);
    all.put("apply", ApplyCommand.class);
    all.put("rollback", RollbackCommand.class);
    all.put("runs", RunsCommand.class);
    all.put("playbook", PlaybookCommand.class);
    all.put("config", ConfigCommand.class);
    return all;
  }

  /** Every command, by name. */
  static Map<String, Class<? extends ToolCommand>> byName() {
    return ALL;
  }

  /**
   * The names of the commands that {@code arguments} can mean: those that stand among them, be it
   * as a value of an option. A command that stands nowhere is never looked up.
   */
  static Set<String> meantBy(String... arguments) {
    List<String> given = Arrays.asList(arguments);
    boolean files = given.stream().anyMatch(argument -> argument.startsWith("@"));
    // What stands in a file of arguments is not known here.
    return files
        ? ALL.keySet()
        : ALL.keySet().stream().filter(given::contains).collect(Collectors.toSet());
  }

  /** Gives {@code top} the commands of {@code names}. */
  static void add(CommandLine top, Set<String> names) {
    ALL.forEach(
        (name, type) -> {
          if (names.contains(name)) {
            top.addSubcommand(type);
          }
        });
  }

  /** Gives {@code top} every command as its help lists it: by name and description. */
  static void list(CommandLine top) {
    CommandSpec spec = top.getCommandSpec();
    List.copyOf(spec.subcommands().keySet()).forEach(spec::removeSubcommand);
    ALL.forEach(
        (name, type) -> {
          CommandSpec listed = CommandSpec.create().name(name);
          listed.usageMessage().description(type.getAnnotation(Command.class).description());
          spec.addSubcommand(name, listed);
        });
  }
}
