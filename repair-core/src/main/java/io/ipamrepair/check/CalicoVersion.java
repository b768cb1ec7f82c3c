package io.ipamrepair.check;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The newest release that has run in a cluster, as its cluster information says.
 *
 * @param major 3
 * @param minor 32
 */
record CalicoVersion(int major, int minor) {
  private static final Pattern VERSION = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})(\\D.*)?");

  static Optional<CalicoVersion> read(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new CalicoVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  boolean isBefore(int otherMajor, int otherMinor) {
    return major != otherMajor ? major < otherMajor : minor < otherMinor;
  }
}
