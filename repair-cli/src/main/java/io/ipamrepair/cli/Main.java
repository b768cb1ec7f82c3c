package io.ipamrepair.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;

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
    boolean interactive = System.console() != null;
    boolean colours = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    Terminal terminal =
        new Terminal(out, err, System.in, interactive, colours, interactive && stderrIsTerminal());
    Session session =
        new Session(
            environment,
            Path.of("").toAbsolutePath(),
            terminal,
            Clock.systemUTC(),
            new SecureRandom(),
            environment.getOrDefault("SUDO_USER", System.getProperty("user.name", "unknown")),
            hostName(environment));
    int code = new Cli(session).run(arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Whether messages reach a terminal and no file: on Linux the file descriptor says so. */
  private static boolean stderrIsTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  private static String hostName(Map<String, String> environment) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return environment.getOrDefault("HOSTNAME", "unknown");
    }
  }
}
