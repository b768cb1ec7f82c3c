package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** Which commands' models are made. */
class CommandsTest {
  @Test
  void everyCommandHasTheNameInItsAnnotation() {
    Commands.byName()
        .forEach(
            (name, type) ->
                assertThat(type.getAnnotation(Command.class).name())
                    .as(type.getSimpleName())
                    .isEqualTo(name));
  }

  @Test
  void aCommandIsMeantWhereverItsNameStands() {
    assertThat(Commands.meantBy("--cluster", "scan", "show", "pool", "x"))
        .containsExactlyInAnyOrder("scan", "show");
    assertThat(Commands.meantBy("--help")).isEmpty();
  }

  @Test
  void aFileOfArgumentsCanMeanEveryCommand() {
    assertThat(Commands.meantBy("@arguments")).isEqualTo(Commands.byName().keySet());
  }
}
