package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every story goes as it is written, word for word but for what changes from day to day. To write
 * down what the tool says now, and read the difference: {@code mvn verify -Dstories.record=true}.
 */
class StoriesTest {
  private static final Path STORIES = Path.of("stories");
  private static final Path RUNBOOKS = Path.of("runbooks");

  @TempDir Path folder;

  static List<Path> stories() throws IOException {
    return files(STORIES, ".story");
  }

  static List<Path> runbooks() throws IOException {
    return files(RUNBOOKS, ".md");
  }

  private static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("stories")
  void aStoryGoesAsItIsWritten(Path file) throws IOException {
    assertThat(Stage.LAUNCHER).as("the distribution, which mvn verify builds").isExecutable();
    Story story = Story.read(file);
    List<Story.Scene> played = new ArrayList<>();
    try (Stage stage = new Stage(Stage.LAUNCHER, folder)) {
      for (Story.Scene scene : story.scenes()) {
        if (scene instanceof Story.Load load) {
          stage.load(load.state());
          played.add(scene);
        } else if (scene instanceof Story.Unchanged) {
          assertThat(stage.changedKeys()).as("keys that are not as they were loaded").isEmpty();
          played.add(scene);
        } else if (scene instanceof Story.Command command) {
          Story.Command said = stage.play(command, line -> {});
          played.add(
              new Story.Command(
                  said.text(), said.output().stream().map(this::steady).toList(), said.exit()));
        } else {
          played.add(scene);
        }
      }
    }
    if (Boolean.getBoolean("stories.record")) {
      Files.writeString(file, new Story(played).text());
    }
    assertThat(new Story(played).text()).as(file.toString()).isEqualTo(Files.readString(file));
  }

  /** What changes from day to day and from machine to machine has a name in place of its value. */
  private String steady(String line) {
    return line.replace(folder.toString(), "FOLDER")
        .replace(System.getProperty("user.name") + "@" + hostName(), "WHO@HOST")
        .replaceAll("http://127\\.0\\.0\\.1:[0-9]+", "http://ETCD")
        .replaceAll("cluster [0-9a-f]{10,16}\\b", "cluster CLUSTER")
        .replaceAll("\\brevision [0-9]+", "revision N")
        .replaceAll("--rev=[0-9]+", "--rev=N")
        .replaceAll("\\bin [0-9]+\\.[0-9] s$", "in N s")
        .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME")
        .replaceAll("\\br-[2-9b-z]{6}\\b", "RUN")
        .replaceAll("\\b[0-9a-f]{4}( [0-9a-f]{4}){3}\\b", "DIGEST");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return System.getenv().getOrDefault("HOSTNAME", "unknown");
    }
  }

  /**
   * A runbook's commands stand in lines of their own, indented; its story has them all, in order.
   */
  @ParameterizedTest
  @MethodSource("runbooks")
  void everyCommandOfARunbookIsRunByItsStory(Path file) throws IOException {
    List<String> commands =
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith("    ipam-repair "))
            .map(String::strip)
            .toList();
    assertThat(commands).isNotEmpty();
    String name = file.getFileName().toString().replace(".md", ".story");
    List<String> left = new ArrayList<>(Story.read(STORIES.resolve(name)).commands());
    for (String command : commands) {
      assertThat(left)
          .as("commands of %s that are left behind %s", name, command)
          .contains(command);
      left.subList(0, left.indexOf(command) + 1).clear();
    }
  }

  @Test
  void thereIsAStoryForTheDemo() throws IOException {
    assertThat(stories()).contains(STORIES.resolve("incident.story"));
  }
}
