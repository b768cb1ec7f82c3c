package io.ipamrepair.cidr;

import java.util.Optional;

/**
 * A CIDR as somebody wrote it, which may have host bits: {@code 10.64.64.1/24}. Calico masks such a
 * text wherever it computes, and refuses it wherever it checks, so the two readings must not be
 * mixed up silently.
 *
 * @param text what was written
 * @param address the address in it, host bits included
 * @param prefixLength 0 to 32 or 128; that of a single address when none was written
 */
public record CidrText(String text, IpAddress address, int prefixLength) {
  /** Reads an address, or an address with a prefix length; nothing when it is neither. */
  public static Optional<CidrText> read(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpAddress.read(text)
          .map(address -> new CidrText(text, address, address.family().bits()));
    }
    String length = text.substring(slash + 1);
    boolean decimal = !length.isEmpty() && length.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!decimal || length.length() > 9) {
      return Optional.empty();
    }
    int prefixLength = Integer.parseInt(length);
    return IpAddress.read(text.substring(0, slash))
        .filter(address -> prefixLength <= address.family().bits())
        .map(address -> new CidrText(text, address, prefixLength));
  }

  /** The network it lies in: what Calico computes with. */
  public Cidr network() {
    return new Cidr(address.masked(prefixLength), prefixLength);
  }

  public boolean hasHostBits() {
    return !address.masked(prefixLength).equals(address);
  }

  /** Whether the text is the one that Calico itself would write for its network. */
  public boolean isCanonical() {
    return text.equals(network().toString());
  }

  /** For an error message: the two things that a CIDR with host bits can mean. */
  public String twoReadings() {
    return text
        + " has host bits: the network is "
        + network()
        + ", the single address is "
        + address
        + "/"
        + address.family().bits();
  }
}
