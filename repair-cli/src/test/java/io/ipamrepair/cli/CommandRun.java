package io.ipamrepair.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A command as a user runs it, and what it said.
 *
 * @param exit its exit code
 * @param out its result
 * @param err its messages
 */
record CommandRun(int exit, String out, String err) {
  /** Where commands run. */
  static final class Place {
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final Random random = new Random(1);
    private String typed = "";
    private boolean interactive;
    private Clock clock = Clock.systemUTC();
    private String awaited = "";
    private Runnable reaction = () -> {};

    Place(Path folder) {
      this.folder = folder;
      environment.put("HOME", folder.toString());
      environment.put("IPAM_REPAIR_JOURNAL", folder.resolve("journal").toString());
    }

    Place with(String variable, String value) {
      environment.put(variable, value);
      return this;
    }

    /** From now on a person sits there, who types this. */
    Place typing(String text) {
      typed = text;
      interactive = true;
      return this;
    }

    /** From now on it is this time. */
    Place at(Instant now) {
      clock = Clock.fixed(now, ZoneOffset.UTC);
      return this;
    }

    /** Something happens as soon as the next command has said {@code text} as a message. */
    Place whenSaid(String text, Runnable happens) {
      awaited = text;
      reaction = happens;
      return this;
    }

    /** The messages of a command, and what happens while it says them. */
    private final class Messages extends ByteArrayOutputStream {
      @Override
      public void write(byte[] some, int from, int length) {
        super.write(some, from, length);
        if (!awaited.isEmpty() && toString(StandardCharsets.UTF_8).contains(awaited)) {
          awaited = "";
          reaction.run();
        }
      }
    }

    /** The process of a command. */
    Session session(OutputStream out, OutputStream err) {
      Terminal terminal =
          new Terminal(
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
              interactive,
              false);
      return new Session(
          environment, folder, terminal, clock, random, "tester", "host", new Interruption());
    }

    /** Runs a command whose words are separated by spaces. */
    CommandRun run(String command, String... more) {
      List<String> words =
          new ArrayList<>(command.isEmpty() ? List.of() : Arrays.asList(command.split(" ")));
      words.addAll(List.of(more));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new Messages();
      Session session = session(out, err);
      int exit = new Cli(session).run(words.toArray(String[]::new));
      return new CommandRun(
          exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** Everything that was said, for failure messages. */
  String said() {
    return "exit " + exit + "\n" + out + err;
  }
}
