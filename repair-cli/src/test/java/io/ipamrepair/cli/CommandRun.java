package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command as a user runs it, and what it said.
 *
 * @param exit its exit code
 * @param out its result
 * @param err its messages
 */
record CommandRun(int exit, String out, String err) {
  private static final Pattern WROTE_PLAN =
      Pattern.compile("(?m)^Wrote plan (?<file>.*?\\.json): ");

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
      CommandRun run =
          new CommandRun(
              exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
      keepsSchema(run);
      return run;
    }

    /** Every plan that any test makes through the front door keeps the published schema. */
    private void keepsSchema(CommandRun run) {
      Matcher plan = WROTE_PLAN.matcher(run.out);
      if (run.exit == ExitCode.DONE.code() && plan.find()) {
        try {
          String file = Files.readString(folder.resolve(plan.group("file")));
          assertThat(PublishedSchema.ofPlan().broken(file)).as(file).isEmpty();
        } catch (IOException gone) {
          throw new UncheckedIOException(gone);
        }
      }
    }
  }

  /** The messages, with those that were too long for a line in one line again. */
  String unbroken() {
    StringBuilder lines = new StringBuilder();
    String before = "";
    for (String line : err.lines().toList()) {
      boolean goesOn = before.length() > 80 && indent(line) > indent(before);
      lines.append(lines.isEmpty() ? "" : goesOn ? " " : "\n");
      lines.append(goesOn ? line.strip() : line);
      before = goesOn ? before : line;
    }
    return lines.append("\n").toString();
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  /** Everything that was said, for failure messages. */
  String said() {
    return "exit " + exit + "\n" + out + err;
  }
}
