package io.ipamrepair.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.SshKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures that OpenSSH's own programs made, read here. */
class SshSignatureTest {
  private static final byte[] FILE = "{\"format\": 1}\n".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private SshKeys keys;

  @BeforeEach
  void keys() {
    keys = new SshKeys(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa 2048", "rsa 3072"})
  void aSignatureOfOpenSshByEachKindOfKeyCoversExactlyItsFile(String kind) throws Exception {
    String[] words = kind.split(" ");
    Path key =
        words.length == 1
            ? keys.make("key", "-t", words[0])
            : keys.make("key", "-t", words[0], "-b", words[1]);
    // Numbers of ECDSA are short by chance, and must be as wide as the curve all the same.
    for (int i = 0; i < (words[0].equals("ecdsa") ? 12 : 1); i++) {
      byte[] file = (new String(FILE, StandardCharsets.UTF_8) + i).getBytes(StandardCharsets.UTF_8);
      SshSignature signature = SshSignature.read(SshKeys.sign(key, file).content());
      assertThat(signature.covers(file)).as("its file, %s, %d", kind, i).isTrue();
      file[3] ^= 1;
      assertThat(signature.covers(file)).as("another file, %s, %d", kind, i).isFalse();
    }
  }

  @Test
  void theFingerprintIsThatOfOpenSsh() throws Exception {
    Path key = keys.make("key");
    String said =
        new String(
            SshKeys.run(List.of("ssh-keygen", "-l", "-f", key + ".pub"), new byte[0]),
            StandardCharsets.UTF_8);
    assertThat(said.split(" ")[1]).isEqualTo(SshKeys.fingerprint(key));
  }

  @Test
  void aSignatureThatWasMadeForSomethingElseCoversNoPlan() throws Exception {
    Path key = keys.make("key");
    SshSignature git = SshSignature.read(SshKeys.sign(key, FILE, "git").content());
    assertThatThrownBy(() -> git.covers(FILE)).hasMessageContaining("made for git");
  }

  @Test
  void anRsaKeyOf1024BitsIsTooShort() throws Exception {
    Path key = keys.make("key", "-t", "rsa", "-b", "1024");
    assertThatThrownBy(() -> SshKeys.fingerprint(key)).hasMessageContaining("1024 bits");
  }

  @Test
  void noBitOfASignatureCanBeAnother() throws Exception {
    Path key = keys.make("key");
    String text = SshKeys.sign(key, FILE).content().text().orElseThrow();
    String base64 = String.join("", text.lines().filter(line -> !line.startsWith("-")).toList());
    byte[] blob = Base64.getDecoder().decode(base64);
    int refused = 0;
    for (int i = 0; i < blob.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = blob.clone();
        flipped[i] ^= (byte) (1 << bit);
        assertThat(counts(framed(flipped), key)).as("byte %d, bit %d", i, bit).isFalse();
        refused++;
      }
    }
    for (int length = 0; length < blob.length; length++) {
      assertThat(counts(framed(java.util.Arrays.copyOf(blob, length)), key))
          .as("cut off at %d", length)
          .isFalse();
      refused++;
    }
    assertThat(counts(framed(java.util.Arrays.copyOf(blob, blob.length + 1)), key)).isFalse();
    System.out.println("changed signatures: " + (refused + 1) + ", none counts");
  }

  /** Whether a signature is read, is that key's, and covers the file. */
  private static boolean counts(String signature, Path key) throws Exception {
    try {
      SshSignature read = SshSignature.read(Bytes.utf8(signature));
      return read.covers(FILE) && read.key().fingerprint().equals(SshKeys.fingerprint(key));
    } catch (ApprovalFormatException refused) {
      return false;
    }
  }

  private static String framed(byte[] blob) {
    return "-----BEGIN SSH SIGNATURE-----\n"
        + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
        + "\n-----END SSH SIGNATURE-----\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SSH SIGNATURE-----\n?\n-----END SSH SIGNATURE-----"
      })
  void whatIsNoSignatureIsRefusedInWords(String text) {
    assertThatThrownBy(() -> SshSignature.read(Bytes.utf8(text)))
        .isInstanceOf(ApprovalFormatException.class)
        .hasMessageContaining("not an SSH signature");
  }
}
