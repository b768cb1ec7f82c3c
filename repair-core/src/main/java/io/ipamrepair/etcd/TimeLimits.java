package io.ipamrepair.etcd;

import java.time.Duration;

/**
 * The three time limits, each with a flag of its own.
 *
 * @param request one call to etcd, the connection included ({@code --request-timeout})
 * @param settle finding out whether an unanswered transaction was applied ({@code
 *     --settle-timeout})
 * @param command the whole command ({@code --timeout})
 */
public record TimeLimits(Duration request, Duration settle, Duration command) {
  /**
   * 5 s for a call, 30 s for settling, 10 s for reading commands to find out that etcd cannot be
   * used.
   */
  public static TimeLimits standard() {
    return new TimeLimits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(10));
  }
}
