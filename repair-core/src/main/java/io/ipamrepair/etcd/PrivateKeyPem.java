package io.ipamrepair.etcd;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key from PEM text in the three forms that etcd's users have. Java and netty read
 * only PKCS#8 ("PRIVATE KEY"); openssl and etcd's own tools also write PKCS#1 ("RSA PRIVATE KEY")
 * and SEC1 ("EC PRIVATE KEY"). PKCS#8 is an envelope around those two that names the algorithm, so
 * here it is put around them:
 *
 * <pre>
 *   SEQUENCE { INTEGER 0, SEQUENCE { OID algorithm, parameters }, OCTET STRING { the key } }
 * </pre>
 */
final class PrivateKeyPem {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int EC_PARAMETERS = 0xa0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** The OID 1.2.840.113549.1.1.1 (rsaEncryption) and its parameters: NULL. */
  private static final byte[] RSA = {
    0x06, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 0x05, 0
  };

  /** The OID 1.2.840.10045.2.1 (id-ecPublicKey); its parameter is the curve. */
  private static final byte[] EC = {0x06, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private PrivateKeyPem() {}

  /**
   * The first private key in {@code pem}; other blocks, such as EC PARAMETERS, are passed over.
   *
   * @throws GeneralSecurityException with a sentence for a person
   */
  static PrivateKey parse(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeySpecException("there is no PEM private key in it");
    }
    String label = block.group(1);
    if (label.startsWith("ENCRYPTED") || block.group(2).contains("Proc-Type:")) {
      throw new InvalidKeySpecException("the private key is encrypted, which is not supported");
    }
    byte[] key;
    try {
      key = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException damaged) {
      throw new InvalidKeySpecException("the private key is not base64");
    }
    return switch (label) {
      case "PRIVATE KEY" -> read(key, List.of("RSA", "EC", "EdDSA"));
      case "RSA PRIVATE KEY" -> read(wrap(RSA, key), List.of("RSA"));
      case "EC PRIVATE KEY" -> read(wrap(joined(EC, curve(key)), key), List.of("EC"));
      default -> throw new InvalidKeySpecException("a " + label + " is not supported");
    };
  }

  private static PrivateKey read(byte[] pkcs8, List<String> algorithms)
      throws GeneralSecurityException {
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException anotherAlgorithm) {
        // The envelope names one algorithm; asking each in turn saves reading it here.
      }
    }
    throw new InvalidKeySpecException("the private key is damaged or not one of " + algorithms);
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, joined(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
  }

  /**
   * The curve of a SEC1 key, as an encoded OID: the content of its optional element [0].
   *
   * <pre>
   *   SEQUENCE { INTEGER 1, OCTET STRING privateKey, [0] { OID curve } OPTIONAL, [1] { publicKey } OPTIONAL }
   * </pre>
   */
  private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
    try {
      int at = content(sec1, 0);
      at = end(sec1, at); // INTEGER
      at = end(sec1, at); // OCTET STRING
      if (at < sec1.length && (sec1[at] & 0xff) == EC_PARAMETERS) {
        return Arrays.copyOfRange(sec1, content(sec1, at), end(sec1, at));
      }
    } catch (ArrayIndexOutOfBoundsException cutShort) {
      throw new InvalidKeySpecException("the private key is cut short");
    }
    throw new InvalidKeySpecException("the EC private key does not name its curve");
  }

  /** Where the content of the DER element at {@code start} begins. */
  private static int content(byte[] der, int start) {
    int length = der[start + 1] & 0xff;
    return start + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  /** Where the DER element at {@code start} ends. */
  private static int end(byte[] der, int start) {
    int first = der[start + 1] & 0xff;
    int content = content(der, start);
    int length = first;
    if (first >= 0x80) {
      length = 0;
      for (int at = start + 2; at < content; at++) {
        length = (length << 8) | (der[at] & 0xff);
      }
    }
    int end = content + length;
    if (end < content || end > der.length) {
      throw new ArrayIndexOutOfBoundsException(end);
    }
    return end;
  }

  private static byte[] element(int tag, byte[] content) {
    byte[] head;
    if (content.length < 0x80) {
      head = new byte[] {(byte) tag, (byte) content.length};
    } else if (content.length < 0x100) {
      head = new byte[] {(byte) tag, (byte) 0x81, (byte) content.length};
    } else {
      // 64 KiB are far more than any key has.
      head =
          new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
    }
    return joined(head, content);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
