package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs that are cut off between their steps: killed, or stopped and taken over while they live.
 * Real processes, of a plan of two steps.
 */
@Tag("etcd")
class RecoveryTest {
  @TempDir Path folder;

  private Stage stage() throws Exception {
    Stage stage = new Stage(Stage.LAUNCHER, folder);
    stage.load("v3.32.1/healthy-v4");
    play(stage, "ipam-repair remove-pool default-ipv4-ippool --keep-blocks --out p.json", 0);
    return stage;
  }

  private static List<String> play(Stage stage, String command, int exit) throws Exception {
    Story.Command played = stage.play(new Story.Command(command, List.of(), exit), line -> {});
    assertThat(played.exit()).as(String.join("\n", played.output())).isEqualTo(exit);
    return played.output();
  }

  private static void signal(String signal, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
        .inheritIO()
        .start()
        .onExit()
        .get(10, TimeUnit.SECONDS);
  }

  /** An apply that gets a signal between its two steps; what it says after that. */
  private static final class CutOff {
    private final Process process;
    private final BufferedReader reader;
    private final String run;

    CutOff(Stage stage, String signal) throws Exception {
      this(stage, signal, "", "waiting until the pool's blocks");
    }

    CutOff(Stage stage, String signal, String option, String moment) throws Exception {
      process = stage.start("ipam-repair apply p.json --yes" + option);
      reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      List<String> said = new ArrayList<>();
      String line = reader.readLine();
      while (line != null && !line.startsWith(moment)) {
        said.add(line);
        line = reader.readLine();
      }
      assertThat(line).as(String.join("\n", said)).isNotNull();
      run =
          said.stream()
              .filter(each -> each.contains("ipam-repair rollback "))
              .map(each -> each.replaceFirst(".*rollback (r-[0-9a-z]+).*", "$1"))
              .findFirst()
              .orElseThrow();
      signal(signal, process);
    }

    List<String> rest() throws Exception {
      List<String> rest = reader.lines().toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return rest;
    }
  }

  @Test
  void aKilledRunIsRecoveredAndGoesOn() throws Exception {
    try (Stage stage = stage()) {
      CutOff killed = new CutOff(stage, "KILL");
      killed.rest();
      List<String> recovered = play(stage, "ipam-repair recover --yes", 0);
      assertThat(recovered)
          .anyMatch(line -> line.matches("Run " + killed.run + " of .*: halted"))
          .anyMatch(line -> line.startsWith("  step 1  applied at revision "))
          .contains("  step 2  not sent", "Go on:   ipam-repair resume " + killed.run);
      assertThat(play(stage, "ipam-repair recover", 0)).allMatch(line -> line.contains("cut off"));
      play(stage, "ipam-repair resume " + killed.run + " --yes", 0);
      assertThat(play(stage, "ipam-repair runs", 0).get(0)).contains(killed.run, "  applied  ");
      play(stage, "ipam-repair resume " + killed.run + " --yes", 4);
      play(stage, "ipam-repair rollback " + killed.run + " --yes", 0);
      assertThat(stage.changedKeys()).isEmpty();
    }
  }

  @Test
  void aKilledRunIsRecoveredAndGoesBack() throws Exception {
    try (Stage stage = stage()) {
      CutOff killed = new CutOff(stage, "KILL");
      killed.rest();
      play(stage, "ipam-repair recover " + killed.run + " --yes", 0);
      // Twice, as two people would.
      play(stage, "ipam-repair recover " + killed.run + " --yes", 0);
      play(stage, "ipam-repair rollback " + killed.run + " --yes", 0);
      assertThat(stage.changedKeys()).isEmpty();
      assertThat(play(stage, "ipam-repair scan", 0)).noneMatch(line -> line.contains("Unusual"));
    }
  }

  @Test
  void aStoppedProcessThatWasTakenOverCommitsNothingMoreAndSaysSo() throws Exception {
    try (Stage stage = stage()) {
      CutOff stopped = new CutOff(stage, "STOP");
      List<String> recovered = play(stage, "ipam-repair recover " + stopped.run + " --yes", 0);
      assertThat(recovered)
          .anyMatch(line -> line.startsWith("Run " + stopped.run + " holds the operator lock"))
          .anyMatch(line -> line.contains("Its journal is open in another process"));
      List<String> before = stage.changedKeys();
      signal("CONT", stopped.process);
      List<String> rest = stopped.rest();
      assertThat(stopped.process.exitValue()).as(String.join("\n", rest)).isEqualTo(12);
      assertThat(rest).anyMatch(line -> line.startsWith("Taken over: run " + stopped.run));
      assertThat(stage.changedKeys()).isEqualTo(before);
      play(stage, "ipam-repair recover " + stopped.run, 0);
      play(stage, "ipam-repair rollback " + stopped.run + " --yes", 0);
      assertThat(stage.changedKeys()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"waiting until what it writes", "waiting until the pool's blocks"})
  void aKilledRunsLockOnTheDatastoreIsPutBackByRecover(String moment) throws Exception {
    try (Stage stage = stage()) {
      CutOff killed = new CutOff(stage, "KILL", " --lock-datastore", moment);
      killed.rest();
      assertThat(stage.changedKeys()).anyMatch(key -> key.contains("clusterinf"));
      assertThat(play(stage, "ipam-repair recover --yes", 0))
          .contains("datastoreReady is true again, as before this run");
      assertThat(stage.changedKeys()).noneMatch(key -> key.contains("clusterinf"));
    }
  }

  @Test
  void aStoppedProcessThatWasTakenOverDoesNotTouchTheLockOnTheDatastore() throws Exception {
    try (Stage stage = stage()) {
      CutOff stopped =
          new CutOff(stage, "STOP", " --lock-datastore", "waiting until the pool's blocks");
      play(stage, "ipam-repair recover " + stopped.run + " --yes", 0);
      List<String> before = stage.changedKeys();
      signal("CONT", stopped.process);
      List<String> rest = stopped.rest();
      assertThat(stopped.process.exitValue()).as(String.join("\n", rest)).isEqualTo(12);
      assertThat(stage.changedKeys()).isEqualTo(before);
      assertThat(before).noneMatch(key -> key.contains("clusterinf"));
    }
  }

  @Test
  void aStoppedRunIsRecoveredTwiceOnAnotherMachineAndGoesBackThere() throws Exception {
    try (Stage stage = stage()) {
      CutOff stopped = new CutOff(stage, "STOP");
      String elsewhere = " --journal elsewhere";
      play(stage, "ipam-repair runs export " + stopped.run + " run.json", 0);
      play(stage, "ipam-repair runs import run.json" + elsewhere, 0);
      for (int time = 1; time <= 2; time++) {
        assertThat(play(stage, "ipam-repair recover --yes " + stopped.run + elsewhere, 0))
            .anyMatch(line -> line.matches("Run " + stopped.run + " of .*: halted"))
            .noneMatch(line -> line.contains("open in another process"));
      }
      assertThat(play(stage, "ipam-repair lock status", 0))
          .containsExactly("Nobody holds the operator lock.");
      List<String> before = stage.changedKeys();
      signal("CONT", stopped.process);
      List<String> rest = stopped.rest();
      assertThat(stopped.process.exitValue()).as(String.join("\n", rest)).isEqualTo(12);
      assertThat(stage.changedKeys()).isEqualTo(before);
      play(stage, "ipam-repair rollback --yes " + stopped.run + elsewhere, 0);
      assertThat(stage.changedKeys()).isEmpty();
    }
  }

  @Test
  void aKilledRunGoesOnOnAnotherMachineWithNothingButItsPlanFile() throws Exception {
    try (Stage stage = stage()) {
      CutOff killed = new CutOff(stage, "KILL");
      killed.rest();
      String elsewhere = " --journal elsewhere";
      assertThat(play(stage, "ipam-repair recover --plan p.json --yes" + elsewhere, 0))
          .anyMatch(
              line -> line.contains("The journal of run " + killed.run + " was written again"))
          .contains("Go on:   ipam-repair resume " + killed.run);
      play(stage, "ipam-repair resume --yes " + killed.run + elsewhere, 0);
      assertThat(play(stage, "ipam-repair runs verify " + killed.run, 1))
          .anyMatch(line -> line.endsWith("  superseded"));
      play(stage, "ipam-repair rollback --yes " + killed.run + elsewhere, 0);
      assertThat(stage.changedKeys()).isEmpty();
    }
  }
}
