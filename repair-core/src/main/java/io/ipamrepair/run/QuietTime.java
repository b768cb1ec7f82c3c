package io.ipamrepair.run;

import java.time.Duration;

/**
 * How long blocks must rest before a pool is deleted, so that what was in flight when it was
 * disabled has landed.
 *
 * @param quiet for how long nothing may have been written
 * @param patience how long to wait for that
 */
public record QuietTime(Duration quiet, Duration patience) {
  /** 5 s of rest within a minute: Calico's clients finish or retry an operation well within it. */
  public static QuietTime standard() {
    return new QuietTime(Duration.ofSeconds(5), Duration.ofMinutes(1));
  }
}
