package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What nobody expects to be thrown. */
class CliTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The exit code of a command whose output throws. */
  private int thrown(Error error) {
    OutputStream failing =
        new OutputStream() {
          @Override
          public void write(int one) {
            throw error;
          }
        };
    Terminal terminal =
        new Terminal(
            new PrintStream(failing, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            InputStream.nullInputStream(),
            false,
            false);
    Session session =
        new Session(
            Map.of(),
            Path.of("").toAbsolutePath(),
            terminal,
            Clock.systemUTC(),
            new Random(1),
            "tester",
            "host",
            new Interruption());
    return new Cli(session).run("playbook", "list");
  }

  @Test
  void anErrorOfTheVirtualMachineIsABugAndNoFinding() {
    assertThat(thrown(new StackOverflowError())).isEqualTo(ExitCode.BUG.code());
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("StackOverflowError");
  }

  @Test
  void outOfMemoryNamesTheOptionThatGivesMore() {
    assertThat(thrown(new OutOfMemoryError("Java heap space"))).isEqualTo(ExitCode.BUG.code());
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("Out of memory (Java heap space)")
        .containsPattern("IPAM_REPAIR_JAVA_OPTS=-Xmx[0-9]+m")
        .contains("ipam-repair runs");
  }
}
