package io.ipamrepair.check;

import java.util.List;

/** What to do about a finding. */
public sealed interface Remedy {
  /**
   * A command of this tool repairs it, or does its part of it.
   *
   * @param arguments the command and its options, without the program's name
   */
  record Command(List<String> arguments) implements Remedy {
    public Command {
      arguments = List.copyOf(arguments);
    }

    static Command of(String... arguments) {
      return new Command(List.of(arguments));
    }
  }

  /**
   * No command of this tool repairs it.
   *
   * @param why one sentence: that there is none yet, what to do by hand, or that it heals by itself
   */
  record None(String why) implements Remedy {
    /** Nothing better can be said. */
    static final None YET = new None("No command of this tool repairs this yet.");

    /** There is nothing to repair. */
    static final None NEEDED = new None("Nothing needs to be done.");
  }
}
