package io.ipamrepair.etcd;

import java.time.Duration;
import java.util.Optional;

/**
 * The three time limits, each with a flag of its own.
 *
 * @param request one call to etcd, the connection included ({@code --request-timeout})
 * @param settle finding out whether an unanswered transaction was applied ({@code
 *     --settle-timeout})
 * @param command the whole command, counted from the connection on ({@code --timeout}); nothing
 *     where it may take as long as it takes. It ends reads. It ends no transaction that was sent,
 *     and no settling of one
 */
public record TimeLimits(Duration request, Duration settle, Optional<Duration> command) {
  /** 10 s for a call, 30 s for settling, and no limit for the whole command. */
  public static TimeLimits standard() {
    return new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), Optional.empty());
  }

  /** What they are when the command has taken {@code elapsed} already; perhaps nothing is left. */
  public TimeLimits after(Duration elapsed) {
    return new TimeLimits(request, settle, command.map(whole -> whole.minus(elapsed)));
  }
}
