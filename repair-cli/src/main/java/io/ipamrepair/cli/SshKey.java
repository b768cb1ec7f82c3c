package io.ipamrepair.cli;

import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.SshPublicKey;
import io.ipamrepair.approval.SshSignature;
import io.ipamrepair.kv.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operator's own SSH key. It is used by OpenSSH's programs: {@code ssh-keygen} finds the key in
 * a file, in the agent or on a security token and asks for its passphrase itself, so that no secret
 * ever passes through this process.
 */
final class SshKey {
  private static final String VARIABLE = "IPAM_REPAIR_SSH_KEY";
  private static final String PUBLIC = ".pub";

  /** In the order in which ssh looks for them. */
  private static final List<String> USUAL = List.of("id_rsa", "id_ecdsa", "id_ed25519");

  private final Map<String, String> environment;
  private final Path file;
  private final SshPublicKey key;

  private SshKey(Map<String, String> environment, Path file, SshPublicKey key) {
    this.environment = environment;
    this.file = file;
    this.key = key;
  }

  /** The key that option or variable name; nothing where neither does. */
  static Optional<SshKey> named(Session session, Optional<Path> given) {
    return given
        .or(() -> session.variable(VARIABLE).map(Path::of))
        .map(session::resolve)
        .map(file -> of(session, file));
  }

  /**
   * The key that option or variable name, or else the only one that the agent has, or else the only
   * usual file; several are too many to choose from.
   */
  static SshKey chosen(Session session, Optional<Path> given) {
    return named(session, given).orElseGet(() -> only(session));
  }

  private static SshKey only(Session session) {
    List<String> ofAgent = agentKeys(session);
    if (ofAgent.size() == 1) {
      return ofAgent(session, ofAgent.get(0));
    }
    Path folder = Path.of(session.variable("HOME").orElse("/")).resolve(".ssh");
    List<Path> files = USUAL.stream().map(folder::resolve).filter(Files::exists).toList();
    if (ofAgent.isEmpty() && files.size() == 1) {
      return of(session, files.get(0));
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        ofAgent.isEmpty() && files.isEmpty()
            ? "no SSH key to sign with: the agent has none, and none of the usual files is there"
            : "several SSH keys could sign; name one");
    lines.add("  --ssh-key FILE (or " + VARIABLE + "): a private key, or a .pub of the agent's");
    ofAgent.forEach(line -> lines.add("  in the agent: " + line));
    files.forEach(each -> lines.add("  a file: " + each));
    throw new CommandFailure(ExitCode.USAGE, lines);
  }

  /** A private key, or a public one whose private part ssh-keygen finds by itself. */
  private static SshKey of(Session session, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure(ExitCode.USAGE, "there is no SSH key " + file);
    }
    Path publicPart = file.toString().endsWith(PUBLIC) ? file : Path.of(file + PUBLIC);
    try {
      String line =
          Files.isRegularFile(publicPart)
              ? Files.readString(publicPart)
              : new String(
                  run(
                      session.environment(),
                      List.of("ssh-keygen", "-y", "-f", file.toString()),
                      new byte[0]),
                  StandardCharsets.UTF_8);
      return new SshKey(session.environment(), file, parse(line));
    } catch (IOException | ApprovalFormatException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE, "the SSH key " + file + " cannot be used: " + unreadable.getMessage());
    }
  }

  private static SshPublicKey parse(String line) throws ApprovalFormatException {
    String[] words = line.strip().split("\\s+");
    return SshPublicKey.read(words[0], words.length > 1 ? words[1] : "");
  }

  private static List<String> agentKeys(Session session) {
    if (session.variable("SSH_AUTH_SOCK").isEmpty()) {
      return List.of();
    }
    try {
      return new String(
              run(session.environment(), List.of("ssh-add", "-L"), new byte[0]),
              StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException noneOrNoAgent) {
      // It says so by its exit code too; then there may be a file.
      return List.of();
    }
  }

  private static SshKey ofAgent(Session session, String line) {
    try {
      SshPublicKey key = parse(line);
      Path file = Files.createTempFile("ipam-repair", PUBLIC);
      file.toFile().deleteOnExit();
      Files.writeString(file, line + "\n");
      return new SshKey(session.environment(), file, key);
    } catch (IOException | ApprovalFormatException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE, "the agent's SSH key cannot be used: " + unreadable.getMessage());
    }
  }

  /** The fingerprint of its public part. */
  String fingerprint() {
    return key.fingerprint();
  }

  /** The signature over a plan's file, checked again before it is given away. */
  Bytes sign(byte[] planFile) {
    List<String> words =
        List.of(
            "ssh-keygen", "-q", "-Y", "sign", "-n", SshSignature.NAMESPACE, "-f", file.toString());
    try {
      Bytes signature = Bytes.of(run(environment, words, planFile));
      SshSignature read = SshSignature.read(signature);
      if (!read.key().equals(key) || !read.covers(planFile)) {
        throw new IOException("ssh-keygen signed with another key than " + fingerprint());
      }
      return signature;
    } catch (IOException | ApprovalFormatException failed) {
      throw new CommandFailure(
          ExitCode.USAGE, "the plan could not be signed with " + file + ": " + failed.getMessage());
    }
  }

  /** Runs one of OpenSSH's programs, which may ask on the terminal; what it says on stdout. */
  private static byte[] run(Map<String, String> environment, List<String> words, byte[] input)
      throws IOException {
    Path errors = Files.createTempFile("ipam-repair", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
      builder.environment().remove("SSH_AUTH_SOCK");
      environment.forEach(builder.environment()::put);
      Process process = start(builder);
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      } catch (IOException hasEnded) {
        // What it says of that comes below.
      }
      byte[] output;
      try (InputStream out = process.getInputStream()) {
        output = out.readAllBytes();
      }
      int exit = process.waitFor();
      if (exit != 0) {
        String said = Files.readString(errors).strip().replace("\r", "");
        throw new IOException(words.get(0) + ": " + (said.isEmpty() ? "exit " + exit : said));
      }
      return output;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(words.get(0) + " was interrupted");
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  private static Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException missing) {
      throw new IOException(
          builder.command().get(0)
              + " cannot be run ("
              + missing.getMessage()
              + "); it comes with OpenSSH 8.1 and later");
    }
  }
}
