package io.ipamrepair.check;

import java.util.Locale;

/** How bad a finding is; the mildest first. */
public enum Severity {
  /** Worth telling, nothing to do. */
  INFO,
  /** Wear, a transient, or a matter for the operator. */
  WARNING,
  /** Damage that Calico does not heal by itself in bounded time. */
  ERROR;

  /** The word in output: {@code info}, {@code warning} or {@code error}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
