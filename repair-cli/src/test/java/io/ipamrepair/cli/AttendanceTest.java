package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttendanceTest {
  private static final Attendance NOBODY = new Attendance(false, false);

  /** A console as in Java 21 and before: it is there for terminals only. */
  static final class OldConsole {}

  /** A console as in Java 22 and later, which is also there where there is no terminal. */
  public record NewConsole(boolean isTerminal) {}

  private static Attendance newConsole(boolean terminal, String stderr) {
    return Attendance.of(
        NewConsole.class, Optional.of(new NewConsole(terminal)), Optional.ofNullable(stderr));
  }

  @Test
  void aConsoleThatIsNoTerminalIsNobody() {
    assertThat(newConsole(false, "terminal")).isEqualTo(NOBODY);
    assertThat(newConsole(true, "terminal")).isEqualTo(new Attendance(true, true));
    assertThat(Attendance.of(OldConsole.class, Optional.empty(), Optional.of("terminal")))
        .isEqualTo(NOBODY);
    assertThat(
            Attendance.of(OldConsole.class, Optional.of(new OldConsole()), Optional.of("terminal")))
        .isEqualTo(new Attendance(true, true));
  }

  @Test
  void nobodyIsAskedWhereQuestionsWouldGoToAFile() {
    assertThat(newConsole(true, "other")).isEqualTo(new Attendance(true, false));
    assertThat(newConsole(true, null))
        .as("without the launcher")
        .isEqualTo(new Attendance(true, true));
  }
}
