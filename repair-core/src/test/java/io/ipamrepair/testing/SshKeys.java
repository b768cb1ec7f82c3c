package io.ipamrepair.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipamrepair.approval.ApprovalFormatException;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.approval.SshPublicKey;
import io.ipamrepair.approval.SshSignature;
import io.ipamrepair.kv.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** People with SSH keys, made and used by OpenSSH's own programs. */
public final class SshKeys {
  private final Path folder;

  /** Keys that live in {@code folder}; the test is skipped where there is no {@code ssh-keygen}. */
  public SshKeys(Path folder) {
    this.folder = folder;
    assumeTrue(isInstalled(), "ssh-keygen is not installed: apt-get install openssh-client");
  }

  private static boolean isInstalled() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(each -> Files.isExecutable(Path.of(each, "ssh-keygen")));
  }

  /** A new key. */
  public Path make(String name, String... type) throws Exception {
    Path file = folder.resolve(name);
    List<String> words =
        Stream.concat(
                Stream.of("ssh-keygen", "-q", "-N", "", "-C", name, "-f", file.toString()),
                Arrays.stream(type))
            .toList();
    run(words, new byte[0]);
    return file;
  }

  /** An Ed25519 key. */
  public Path make(String name) throws Exception {
    return make(name, "-t", "ed25519");
  }

  /** Type and base64 of a key's public part. */
  public static String publicPart(Path key) throws IOException {
    String[] words = Files.readString(Path.of(key + ".pub")).split(" ");
    return words[0] + " " + words[1];
  }

  public static String fingerprint(Path key) throws IOException, ApprovalFormatException {
    String[] words = publicPart(key).split(" ");
    return SshPublicKey.read(words[0], words[1]).fingerprint();
  }

  /** A line of a list of signers. */
  public static String allowed(String name, Path key) throws IOException {
    return name + " " + publicPart(key);
  }

  /** What {@code ssh-keygen -Y sign} makes of a file. */
  public static SignatureFile sign(Path key, byte[] file) throws Exception {
    return sign(key, file, SshSignature.NAMESPACE);
  }

  public static SignatureFile sign(Path key, byte[] file, String namespace) throws Exception {
    List<String> words =
        List.of("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key.toString());
    return new SignatureFile("plan." + key.getFileName() + ".sig", Bytes.of(run(words, file)));
  }

  /** Runs one of OpenSSH's programs; what it says on stdout. */
  public static byte[] run(List<String> words, byte[] input) throws Exception {
    Path errors = Files.createTempFile("ssh", ".err");
    try {
      Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
      process.getOutputStream().write(input);
      process.getOutputStream().close();
      byte[] output = process.getInputStream().readAllBytes();
      assertThat(process.waitFor())
          .as(
              "%s: %s%s",
              words, new String(output, StandardCharsets.UTF_8), Files.readString(errors))
          .isZero();
      return output;
    } finally {
      Files.delete(errors);
    }
  }
}
