package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tells what stays from what passes. Calico writes its keys one at a time, so a look at a living
 * cluster may see a moment between two of them.
 *
 * <p>A finding stays if the last look has it and the first look had it: the same rule with the same
 * first object. The last look comes when the time has passed; or before, as soon as nothing that
 * was suspicious in the first look is left.
 */
final class Settling {
  /** Between two looks, at the least. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** The pause is at least so many times as long as a look took: no etcd is kept busy by this. */
  private static final int REST = 4;

  private final ScanReader reader;
  private final Duration limit;
  private final Predicate<Finding> suspicious;

  /**
   * Settling that has not begun.
   *
   * @param limit how long it may take; 0 for one look and no more
   * @param suspicious the findings that are worth waiting for
   */
  Settling(ScanReader reader, Duration limit, Predicate<Finding> suspicious) {
    this.reader = reader;
    this.limit = limit;
    this.suspicious = suspicious;
  }

  /**
   * What has stayed.
   *
   * @param look the last look
   * @param findings its findings that were there at the first look, too
   * @param firstRevision the revision of the first look
   * @param passed how many suspicious findings of the first look are gone
   * @param fresh how many suspicious findings of the last look are not in {@code findings}, because
   *     the first look had none of them
   */
  record Settled(Look look, List<Finding> findings, long firstRevision, int passed, int fresh) {
    Settled {
      findings = List.copyOf(findings);
    }
  }

  /** What makes two findings of two looks the same. */
  private record Same(String rule, ObjectName object) {
    static Same of(Finding finding) {
      return new Same(finding.rule(), finding.first());
    }
  }

  /**
   * Waits after the first look, and looks again.
   *
   * @param waiting told how many findings are suspicious, before it waits
   */
  Settled after(Look first, IntConsumer waiting) {
    List<Finding> suspects = first.findings().stream().filter(suspicious).toList();
    if (suspects.isEmpty() || limit.isZero()) {
      return new Settled(first, first.findings(), first.revision(), 0, 0);
    }
    waiting.accept(suspects.size());
    Look last = lookUntilNothingIsLeft(first, same(suspects));
    Set<Same> then = same(first.findings());
    Set<Same> now = same(last.findings());
    return new Settled(
        last,
        last.findings().stream().filter(finding -> then.contains(Same.of(finding))).toList(),
        first.revision(),
        (int) suspects.stream().filter(finding -> !now.contains(Same.of(finding))).count(),
        (int)
            last.findings().stream()
                .filter(suspicious)
                .filter(finding -> !then.contains(Same.of(finding)))
                .count());
  }

  private Look lookUntilNothingIsLeft(Look first, Set<Same> suspects) {
    long end = System.nanoTime() + limit.toNanos();
    Look last = first;
    boolean left = true;
    while (left && end - System.nanoTime() > 0) {
      long pause = Math.max(PAUSE.toNanos(), REST * last.took().toNanos());
      pause(Math.min(end, System.nanoTime() + pause));
      // With the same revision nothing can have changed.
      if (reader.revision() != last.revision()) {
        last = reader.look();
        left = last.findings().stream().map(Same::of).anyMatch(suspects::contains);
      }
    }
    return last;
  }

  private static Set<Same> same(List<Finding> findings) {
    return findings.stream().map(Same::of).collect(Collectors.toUnmodifiableSet());
  }

  private static void pause(long until) {
    // It may return at any time, and at once where the thread is interrupted.
    for (long rest = until - System.nanoTime(); rest > 0; rest = until - System.nanoTime()) {
      LockSupport.parkNanos(rest);
      if (Thread.interrupted()) {
        throw new CommandFailure(ExitCode.DECLINED, "interrupted");
      }
    }
  }
}
