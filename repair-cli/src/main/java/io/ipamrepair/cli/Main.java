package io.ipamrepair.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** The process: wires the real world into {@link Cli}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Map<String, String> environment = System.getenv();
    Attendance attendance =
        Attendance.of(
            Console.class,
            Optional.ofNullable(System.console()),
            Optional.ofNullable(System.getProperty(Attendance.STDERR)));
    boolean colours = attendance.out() && environment.getOrDefault("NO_COLOR", "").isEmpty();
    Terminal terminal = new Terminal(out, err, System.in, attendance.asked(), colours);
    Interruption interruption = new Interruption();
    Session session =
        new Session(
            environment,
            Path.of("").toAbsolutePath(),
            terminal,
            Clock.systemUTC(),
            new SecureRandom(),
            environment.getOrDefault("SUDO_USER", System.getProperty("user.name", "unknown")),
            hostName(environment),
            interruption);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> interruption.arrives().ifPresent(Runtime.getRuntime()::halt)));
    int code = new Cli(session).run(arguments);
    out.flush();
    err.flush();
    interruption.commandEnded(code);
    System.exit(code);
  }

  private static String hostName(Map<String, String> environment) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return environment.getOrDefault("HOSTNAME", "unknown");
    }
  }
}
