package io.ipamrepair.approval;

import io.ipamrepair.kv.Bytes;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A public key as OpenSSH writes it: {@code ssh-ed25519}, {@code ecdsa-sha2-nistp256}, {@code 384},
 * {@code 521}, or {@code ssh-rsa} of 2,048 bits and more (RFC 4253, 5656, 8332, 8709). Java's own
 * cryptography verifies.
 *
 * @param type its type, as its bytes say
 * @param blob its bytes
 */
public record SshPublicKey(String type, Bytes blob) {
  private static final String ED25519 = "ssh-ed25519";
  private static final String RSA = "ssh-rsa";
  private static final int LEAST_RSA_BITS = 2048;

  /** What X.509 puts before the 32 bytes of an Ed25519 key (RFC 8410). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int ED25519_LENGTH = 32;
  private static final byte UNCOMPRESSED = 4;

  private static final Map<String, Curve> CURVES =
      Map.of(
          "ecdsa-sha2-nistp256", new Curve("nistp256", "secp256r1", 32, "SHA256"),
          "ecdsa-sha2-nistp384", new Curve("nistp384", "secp384r1", 48, "SHA384"),
          "ecdsa-sha2-nistp521", new Curve("nistp521", "secp521r1", 66, "SHA512"));

  private record Curve(String name, String java, int width, String hash) {}

  /**
   * Reads a key as it stands in a {@code .pub} file or a list of signers: type and base64.
   *
   * @throws ApprovalFormatException when it is none, or of a type that is not accepted
   */
  public static SshPublicKey read(String type, String base64) throws ApprovalFormatException {
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException damaged) {
      throw new ApprovalFormatException("the key is not base64");
    }
    SshPublicKey key = of(Bytes.of(blob));
    if (!key.type.equals(type)) {
      throw new ApprovalFormatException("the key is a " + key.type + ", not a " + type);
    }
    return key;
  }

  /**
   * Reads a key's bytes.
   *
   * @throws ApprovalFormatException when they are none, or of a type that is not accepted
   */
  static SshPublicKey of(Bytes blob) throws ApprovalFormatException {
    SshPublicKey key = new SshPublicKey(new SshFields(blob).text(), blob);
    key.java();
    return key;
  }

  /** {@code SHA256:} and 43 characters, as {@code ssh-keygen -l} shows it. */
  public String fingerprint() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob.toArray());
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }

  /** The names of the signatures that it makes; SHA-1 is not among them. */
  private List<String> algorithms() {
    return type.equals(RSA) ? List.of("rsa-sha2-256", "rsa-sha2-512") : List.of(type);
  }

  /**
   * Whether {@code signature} over {@code data} is this key's.
   *
   * @param algorithm the signature's name, which must go with the key
   */
  boolean verifies(String algorithm, byte[] data, byte[] signature) throws ApprovalFormatException {
    if (!algorithms().contains(algorithm)) {
      throw new ApprovalFormatException(
          "expected a signature by " + String.join(" or ", algorithms()) + ", found " + algorithm);
    }
    PublicKey key = java();
    try {
      Signature verifier = Signature.getInstance(javaName(algorithm));
      verifier.initVerify(key);
      verifier.update(data);
      return verifier.verify(forJava(signature));
    } catch (GeneralSecurityException damaged) {
      // Java says so of a signature of the wrong length or form.
      return false;
    }
  }

  private String javaName(String algorithm) {
    return switch (type) {
      case ED25519 -> "Ed25519";
      case RSA -> algorithm.equals("rsa-sha2-512") ? "SHA512withRSA" : "SHA256withRSA";
      default -> CURVES.get(type).hash() + "withECDSAinP1363Format";
    };
  }

  /** ECDSA's two numbers stand there as SSH's, and here side by side, each in full width. */
  private byte[] forJava(byte[] signature) throws ApprovalFormatException {
    if (!CURVES.containsKey(type)) {
      return signature;
    }
    int width = CURVES.get(type).width();
    SshFields fields = new SshFields(Bytes.of(signature));
    byte[] both = new byte[2 * width];
    for (int i = 0; i < 2; i++) {
      byte[] number = fields.integer().toByteArray();
      int from = number[0] == 0 ? 1 : 0;
      int length = number.length - from;
      if (length > width) {
        throw new ApprovalFormatException("a number in the signature is too large for " + type);
      }
      System.arraycopy(number, from, both, (i + 1) * width - length, length);
    }
    fields.end();
    return both;
  }

  private PublicKey java() throws ApprovalFormatException {
    SshFields fields = new SshFields(blob);
    fields.text();
    try {
      PublicKey key =
          switch (type) {
            case ED25519 -> ed25519(fields);
            case RSA -> rsa(fields);
            default -> ecdsa(fields);
          };
      fields.end();
      return key;
    } catch (GeneralSecurityException damaged) {
      throw new ApprovalFormatException("not a " + type + " key: " + damaged.getMessage());
    }
  }

  private static PublicKey ed25519(SshFields fields)
      throws ApprovalFormatException, GeneralSecurityException {
    byte[] point = fields.bytes();
    if (point.length != ED25519_LENGTH) {
      throw new ApprovalFormatException("not an Ed25519 key: " + point.length + " bytes");
    }
    byte[] encoded = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + ED25519_LENGTH);
    System.arraycopy(point, 0, encoded, ED25519_PREFIX.length, ED25519_LENGTH);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static PublicKey rsa(SshFields fields)
      throws ApprovalFormatException, GeneralSecurityException {
    BigInteger exponent = fields.integer();
    BigInteger modulus = fields.integer();
    if (modulus.bitLength() < LEAST_RSA_BITS) {
      throw new ApprovalFormatException(
          "an RSA key of "
              + modulus.bitLength()
              + " bits is too short; expected "
              + LEAST_RSA_BITS
              + " or more");
    }
    return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
  }

  private PublicKey ecdsa(SshFields fields)
      throws ApprovalFormatException, GeneralSecurityException {
    Curve curve = CURVES.get(type);
    if (curve == null) {
      throw new ApprovalFormatException(
          "keys of type "
              + type
              + " are not accepted; expected ssh-ed25519, ecdsa-sha2-*, ssh-rsa");
    }
    String named = fields.text();
    byte[] point = fields.bytes();
    boolean expected =
        named.equals(curve.name())
            && point.length == 1 + 2 * curve.width()
            && point[0] == UNCOMPRESSED;
    if (!expected) {
      throw new ApprovalFormatException("not a point of " + curve.name());
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve.java()));
    BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + curve.width()));
    BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + curve.width(), point.length));
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new ECPublicKeySpec(
                new ECPoint(x, y), parameters.getParameterSpec(ECParameterSpec.class)));
  }
}
