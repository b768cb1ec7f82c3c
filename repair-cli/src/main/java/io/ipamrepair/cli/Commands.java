package io.ipamrepair.cli;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

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
    all.put("replan", ReplanCommand.class);
    all.put("review", ReviewCommand.class);
    all.put("verify", VerifyCommand.class);
    all.put("approve", ApproveCommand.class);
    all.put("apply", ApplyCommand.class);
    all.put("rollback", RollbackCommand.class);
    all.put("recover", RecoverCommand.class);
    all.put("resume", ResumeCommand.class);
    all.put("runs", RunsCommand.class);
    all.put("lock", LockCommand.class);
    all.put("policy", PolicyCommand.class);
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
    Set<String> meant = new HashSet<>();
    for (String argument : arguments) {
      if (argument.startsWith("@")) {
        // What stands in a file of arguments is not known here.
        return ALL.keySet();
      }
      meant.add(argument);
    }
    meant.retainAll(ALL.keySet());
    return meant;
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

  /** Makes the help of {@code top} list every command: by name and description. */
  static void list(CommandLine top) {
    if (top.getSubcommands().isEmpty()) {
      // A help without any command leaves out the heading of the list.
      top.addSubcommand("scan", CommandSpec.create());
    }
    top.getHelpSectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
            help -> help.commandList(listed(help.colorScheme())));
  }

  /** Not commands of the top one: each of those is given all of its options. */
  private static Map<String, Help> listed(Help.ColorScheme colours) {
    Map<String, Help> listed = new LinkedHashMap<>();
    ALL.forEach(
        (name, type) -> {
          CommandSpec spec = CommandSpec.create().name(name);
          spec.usageMessage().description(type.getAnnotation(Command.class).description());
          listed.put(name, new Help(spec, colours));
        });
    return listed;
  }
}
