package io.ipamrepair.playbooks;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code ./demo} runs: the story of the incident, on a throw-away etcd that holds data written
 * by Calico. Each command is shown before it runs, and what it prints is what it prints.
 */
public final class Demo {
  private final PrintStream out;
  private final Stage stage;

  private Demo(PrintStream out, Stage stage) {
    this.out = out;
    this.stage = stage;
  }

  /**
   * Plays it; exit code 1 when it does not go as the story says.
   *
   * @param arguments the story's file
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    Path folder = Files.createTempDirectory("ipam-repair-demo");
    boolean well;
    try (Stage stage = new Stage(Path.of(System.getProperty("ipamrepair.launcher")), folder)) {
      // An interruption must not leave the server behind.
      Runtime.getRuntime().addShutdownHook(new Thread(stage::close));
      well = new Demo(out, stage).play(Story.read(Path.of(arguments[0])));
    }
    Runtime.getRuntime().halt(well ? 0 : 1);
  }

  private boolean play(Story story) throws IOException {
    out.println("$ export ETCDCTL_ENDPOINTS=" + stage.endpoint());
    Story.Scene before = new Story.Prose("");
    for (Story.Scene scene : story.scenes()) {
      if (!(scene instanceof Story.Prose && before instanceof Story.Prose)) {
        out.println();
      }
      if (!play(scene)) {
        return false;
      }
      before = scene;
    }
    return true;
  }

  private boolean play(Story.Scene scene) throws IOException {
    if (scene instanceof Story.Prose prose) {
      out.println(prose.text().isEmpty() ? "" : "# " + prose.text());
    } else if (scene instanceof Story.Load load) {
      out.println(
          "(the demo loads Calico's data, "
              + load.state()
              + ": "
              + stage.load(load.state())
              + " keys)");
    } else if (scene instanceof Story.Unchanged) {
      var changed = stage.changedKeys();
      out.println(
          changed.isEmpty()
              ? "(the demo compares: "
                  + stage.loadedKeys()
                  + " keys below /calico, every byte as loaded)"
              : "(the demo compares: not as loaded: " + changed + ")");
      return changed.isEmpty();
    } else if (scene instanceof Story.Command command) {
      out.println("$ " + stage.typed(command));
      Story.Command played = stage.play(command, out::println);
      if (played.exit() != command.exit()) {
        out.println(
            "(the demo expected exit code " + command.exit() + ", found " + played.exit() + ")");
        return false;
      }
    }
    return true;
  }
}
