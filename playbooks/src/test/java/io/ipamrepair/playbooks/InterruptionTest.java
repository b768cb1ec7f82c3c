package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real process does when it is told to end. */
class InterruptionTest {
  @TempDir Path folder;

  /** The pool is disabled, and the run waits for its blocks to be quiet. */
  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void aSignalBetweenTwoStepsHaltsTheRunAndSaysHowToGoBack(String signal) throws Exception {
    try (Stage stage = new Stage(Stage.LAUNCHER, folder)) {
      stage.load("v3.32.1/healthy-v4");
      play(stage, "ipam-repair remove-pool default-ipv4-ippool --keep-blocks --out p.json", 0);
      // Who starts tests with nohup, or behind a shell's &, has some signals ignored, and so have
      // its children.
      Process apply =
          stage.start(List.of("env", "--default-signal"), "ipam-repair apply p.json --yes");
      List<String> said = new ArrayList<>();
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(apply.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          said.add(line);
          if (line.startsWith("waiting until the pool's blocks have been quiet")) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(apply.pid()))
                .inheritIO()
                .start()
                .onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
          }
        }
      }
      assertThat(apply.waitFor()).as(String.join("\n", said)).isEqualTo(6);
      assertThat(said)
          .anyMatch(line -> line.contains("1 of 2 steps applied"))
          .anyMatch(line -> line.contains("interrupted by the operator"))
          .anyMatch(line -> line.contains("Go back: ipam-repair rollback r-"));
      String run =
          said.stream()
              .filter(line -> line.startsWith("Halted: run "))
              .map(line -> line.replaceFirst("Halted: run (r-[0-9a-z]+),.*", "$1"))
              .findFirst()
              .orElseThrow();
      play(stage, "ipam-repair rollback " + run + " --yes", 0);
      assertThat(stage.changedKeys()).isEmpty();
    }
  }

  @Test
  void aSignalBeforeAnythingIsWrittenEndsAtOnce() throws Exception {
    try (Stage stage = new Stage(Stage.LAUNCHER, folder)) {
      stage.load("v3.32.1/healthy-v4");
      stage.pause();
      Process scan = stage.start("ipam-repair scan --request-timeout 60s");
      // It has a connection, and waits for an answer.
      stage.awaitConnection();
      scan.destroy();
      assertThat(scan.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(scan.exitValue()).isEqualTo(143);
      stage.resume();
    }
  }

  private static void play(Stage stage, String command, int exit) throws Exception {
    Story.Command played = stage.play(new Story.Command(command, List.of(), exit), line -> {});
    assertThat(played.exit()).as(String.join("\n", played.output())).isEqualTo(exit);
  }
}
