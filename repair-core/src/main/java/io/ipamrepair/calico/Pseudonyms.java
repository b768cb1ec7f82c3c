package io.ipamrepair.calico;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names that stand for others. One function for all kinds of names, because Calico compares and
 * joins them across kinds: a handle may be a namespace and a pod with a dot between, a tunnel's
 * handle ends with its node. So a text is cut at the signs that join names, and each part is
 * replaced by itself; the same part is replaced alike wherever it stands.
 *
 * <p>Kept are the words that are Calico's own, and a dash at either end, which makes a name wrong.
 * Nobody who does not have the salt can tell whether a pseudonym stands for a name that they guess.
 */
public final class Pseudonyms {
  private static final String SEPARATORS = ".:/\r\n";
  private static final String TUNNEL = "-tunnel-addr-";
  private static final String LOAD_BALANCER = "lb-";

  /** 64 bits: a million names and more without two that get the same. */
  private static final int BYTES = 8;

  /** What rules look for, and what says nothing of a cluster. */
  private static final Set<String> WORDS =
      Set.of(
          "default",
          "host",
          "virtual",
          Owner.LOAD_BALANCER.name(),
          Attribute.WINDOWS_RESERVED,
          "k8s",
          "k8s-pod-network",
          "cni",
          "libnetwork",
          "openstack",
          "kns",
          "ksa",
          "node",
          "ipip",
          "vxlan",
          "vxlan-v6",
          "wireguard",
          "wireguard-v6");

  private static final Pattern INTERFACE = Pattern.compile("(eth|net)[0-9]{1,3}");

  private final Mac mac;

  /**
   * Pseudonyms that depend on {@code salt}; whoever has it can find out what they stand for.
   *
   * @param salt not empty
   */
  public Pseudonyms(byte[] salt) {
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salt, mac.getAlgorithm()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", impossible);
    }
  }

  /** What stands for {@code text}; empty for an empty text. */
  String of(String text) {
    StringBuilder hidden = new StringBuilder();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || SEPARATORS.indexOf(text.charAt(i)) >= 0) {
        hidden.append(part(text.substring(start, i)));
        hidden.append(text, i, Math.min(i + 1, text.length()));
        start = i + 1;
      }
    }
    return hidden.toString();
  }

  private String part(String part) {
    boolean kept =
        part.isEmpty()
            || WORDS.contains(part.toLowerCase(Locale.ROOT))
            || INTERFACE.matcher(part).matches();
    if (kept) {
      return part;
    }
    int tunnel = part.indexOf(TUNNEL);
    if (tunnel >= 0) {
      return part(part.substring(0, tunnel))
          + TUNNEL
          + part(part.substring(tunnel + TUNNEL.length()));
    }
    if (part.startsWith(LOAD_BALANCER)) {
      return LOAD_BALANCER + part(part.substring(LOAD_BALANCER.length()));
    }
    return (part.startsWith("-") ? "-" : "") + digest(part) + (part.endsWith("-") ? "-" : "");
  }

  /** {@code x} and hexadecimal digits: a legal name that nobody takes for a real one. */
  private String digest(String part) {
    byte[] digest = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
    return "x" + HexFormat.of().formatHex(digest, 0, BYTES);
  }

  /** What stands for a selector: a label of this name, with no value. */
  String label(String selector) {
    return "selected-by-" + digest("selector " + selector);
  }
}
