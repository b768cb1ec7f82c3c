package io.ipamrepair.cli;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Whether a person sits at this process, as well as can be told.
 *
 * @param out whether stdin and stdout are a terminal: results may be coloured
 * @param asked whether questions, which go to stderr, would be seen and answered
 */
record Attendance(boolean out, boolean asked) {
  /** What the launcher says of stderr, which Java itself cannot tell. */
  static final String STDERR = "ipamrepair.stderr";

  /** Without the launcher nothing is known of stderr. */
  private static final String TERMINAL = "terminal";

  /**
   * Looks at what there is.
   *
   * @param type {@code Console}
   * @param console {@code System.console()}: in Java 22 to 24 there is one for redirected streams
   *     too, and it says so when it is asked
   * @param stderr the value of {@link #STDERR}
   */
  static <C> Attendance of(Class<C> type, Optional<C> console, Optional<String> stderr) {
    boolean out = console.filter(found -> isTerminal(type, found)).isPresent();
    return new Attendance(out, out && stderr.filter(is -> !is.equals(TERMINAL)).isEmpty());
  }

  /** {@code Console.isTerminal()}, which Java has since 22; before, a console was a terminal. */
  private static <C> boolean isTerminal(Class<C> type, C console) {
    try {
      return (boolean) type.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException old) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException unknown) {
      return false;
    }
  }
}
