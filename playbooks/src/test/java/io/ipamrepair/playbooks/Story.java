package io.ipamrepair.playbooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A session at a terminal as a text that a reviewer reads as prose: {@code #} tells, {@code @load}
 * and {@code @unchanged} set and compare the data, {@code $} is a command as it is typed, {@code |}
 * what it prints, {@code exit} its exit code where that is not 0.
 *
 * @param scenes in order
 */
record Story(List<Scene> scenes) {
  Story {
    scenes = List.copyOf(scenes);
  }

  /** One thing that happens. */
  sealed interface Scene {
    /** The text as it stands in the file. */
    List<String> lines();
  }

  /** A line for the reader; empty for a pause. */
  record Prose(String text) implements Scene {
    @Override
    public List<String> lines() {
      return List.of(text.isEmpty() ? "#" : "# " + text);
    }
  }

  /** etcd holds a golden state, {@code RELEASE/CASE}, and nothing else. */
  record Load(String state) implements Scene {
    @Override
    public List<String> lines() {
      return List.of("@load " + state);
    }
  }

  /** Every key and value of Calico's is as it was loaded. */
  record Unchanged() implements Scene {
    @Override
    public List<String> lines() {
      return List.of("@unchanged");
    }
  }

  /**
   * A command.
   *
   * @param text as it is typed; {@code RUN} stands for the ID of the run that was applied last
   * @param output what it prints, results and messages in the order in which they come
   * @param exit its exit code
   */
  record Command(String text, List<String> output, int exit) implements Scene {
    Command {
      output = List.copyOf(output);
    }

    @Override
    public List<String> lines() {
      List<String> lines = new ArrayList<>(List.of("$ " + text));
      output.forEach(line -> lines.add(line.isEmpty() ? "|" : "| " + line));
      if (exit != 0) {
        lines.add("exit " + exit);
      }
      return lines;
    }
  }

  static Story read(Path file) throws IOException {
    List<Scene> scenes = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isEmpty()) {
        continue;
      } else if (line.startsWith("#")) {
        scenes.add(new Prose(line.substring(1).strip()));
      } else if (line.startsWith("@load ")) {
        scenes.add(new Load(line.substring("@load ".length())));
      } else if (line.equals("@unchanged")) {
        scenes.add(new Unchanged());
      } else if (line.startsWith("$ ")) {
        scenes.add(new Command(line.substring(2), List.of(), 0));
      } else if (line.startsWith("|") && last(scenes) instanceof Command command) {
        List<String> output = new ArrayList<>(command.output());
        output.add(line.equals("|") ? "" : line.substring(2));
        replaceLast(scenes, new Command(command.text(), output, 0));
      } else if (line.startsWith("exit ") && last(scenes) instanceof Command command) {
        int exit = Integer.parseInt(line.substring("exit ".length()));
        replaceLast(scenes, new Command(command.text(), command.output(), exit));
      } else {
        throw new IOException(file + ":" + number + ": not a line of a story: " + line);
      }
    }
    return new Story(scenes);
  }

  private static Scene last(List<Scene> scenes) {
    return scenes.isEmpty() ? new Prose("") : scenes.get(scenes.size() - 1);
  }

  private static void replaceLast(List<Scene> scenes, Scene scene) {
    scenes.set(scenes.size() - 1, scene);
  }

  /** The commands, as they are typed. */
  List<String> commands() {
    return scenes.stream()
        .filter(Command.class::isInstance)
        .map(scene -> ((Command) scene).text())
        .toList();
  }

  /** The file's content. */
  String text() {
    StringBuilder text = new StringBuilder();
    Scene before = new Prose("");
    for (Scene scene : scenes) {
      boolean apart = text.length() > 0 && !(scene instanceof Prose && before instanceof Prose);
      text.append(apart ? "\n" : "").append(String.join("\n", scene.lines())).append("\n");
      before = scene;
    }
    return text.toString();
  }
}
