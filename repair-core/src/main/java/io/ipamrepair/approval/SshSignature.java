package io.ipamrepair.approval;

import io.ipamrepair.kv.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A signature as {@code ssh-keygen -Y sign} writes it: OpenSSH's SSHSIG, version 1, between its two
 * lines (OpenSSH, PROTOCOL.sshsig). It says nothing of when it was made.
 *
 * @param key the key that made it
 * @param namespace what it was made for
 * @param hash the hash of the file that it covers
 * @param algorithm the signature's own name
 * @param value the signature
 */
public record SshSignature(
    SshPublicKey key, String namespace, String hash, String algorithm, Bytes value) {
  /** What signatures over plans are made for: one for anything else is none over a plan. */
  public static final String NAMESPACE = "ipam-repair-plan";

  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
  private static final String END = "-----END SSH SIGNATURE-----";
  private static final Map<String, String> HASHES =
      Map.of("sha256", "SHA-256", "sha512", "SHA-512");

  /**
   * Reads the content of a {@code .sig} file.
   *
   * @throws ApprovalFormatException when it is none, or by a key that is not accepted
   */
  public static SshSignature read(Bytes file) throws ApprovalFormatException {
    List<String> lines =
        file.text()
            .orElseThrow(() -> new ApprovalFormatException("not an SSH signature"))
            .strip()
            .lines()
            .map(String::strip)
            .toList();
    boolean framed =
        lines.size() > 2 && lines.get(0).equals(BEGIN) && lines.get(lines.size() - 1).equals(END);
    if (!framed) {
      throw new ApprovalFormatException("not an SSH signature: expected " + BEGIN + " … " + END);
    }
    try {
      return of(
          Bytes.of(
              Base64.getDecoder().decode(String.join("", lines.subList(1, lines.size() - 1)))));
    } catch (IllegalArgumentException damaged) {
      throw new ApprovalFormatException("not an SSH signature: not base64");
    }
  }

  private static SshSignature of(Bytes blob) throws ApprovalFormatException {
    SshFields fields = new SshFields(blob);
    if (!Arrays.equals(fields.raw(MAGIC.length), MAGIC)) {
      throw new ApprovalFormatException("not an SSH signature: its first bytes are others");
    }
    int version = fields.number();
    if (version != VERSION) {
      throw new ApprovalFormatException("expected an SSH signature of version 1, found " + version);
    }
    SshPublicKey key = SshPublicKey.of(Bytes.of(fields.bytes()));
    String namespace = fields.text();
    // OpenSSH reserves this field for later; what it may mean then nobody knows now.
    if (fields.bytes().length > 0) {
      throw new ApprovalFormatException("its reserved field is not empty");
    }
    String hash = fields.text();
    if (!HASHES.containsKey(hash)) {
      throw new ApprovalFormatException("expected a hash sha256 or sha512, found " + hash);
    }
    SshFields signature = new SshFields(Bytes.of(fields.bytes()));
    fields.end();
    String algorithm = signature.text();
    Bytes value = Bytes.of(signature.bytes());
    signature.end();
    return new SshSignature(key, namespace, hash, algorithm, value);
  }

  /** Whether it is the signature of {@link #key} over exactly these bytes, made for plans. */
  public boolean covers(byte[] planFile) throws ApprovalFormatException {
    if (!namespace.equals(NAMESPACE)) {
      throw new ApprovalFormatException(
          "it was made for " + namespace + "; expected the namespace " + NAMESPACE);
    }
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.writeBytes(MAGIC);
    SshFields.write(signed, namespace);
    SshFields.write(signed, "");
    SshFields.write(signed, hash);
    try {
      SshFields.write(signed, MessageDigest.getInstance(HASHES.get(hash)).digest(planFile));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256 and SHA-512", impossible);
    }
    return key.verifies(algorithm, signed.toByteArray(), value.toArray());
  }
}
