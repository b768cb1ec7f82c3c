package io.ipamrepair.cli.html;

import java.util.List;

/**
 * A step of a plan.
 *
 * @param number which, from 1
 * @param headline how it is committed
 * @param changes what it writes
 * @param requires what must hold, besides each written key being as it is now
 */
public record StepPart(int number, String headline, List<Change> changes, List<String> requires) {
  /** More changes than this are closed, so that a reader sees all of them at once. */
  private static final int OPEN = 12;

  /** Of closed ones, those behind the first of them lie under one lid. */
  private static final int FIRST = 30;

  public StepPart {
    changes = List.copyOf(changes);
    requires = List.copyOf(requires);
  }

  List<Change> firstChanges() {
    return changes.subList(0, Math.min(FIRST, changes.size()));
  }

  List<Change> furtherChanges() {
    return changes.subList(firstChanges().size(), changes.size());
  }

  boolean isShort() {
    return changes.size() <= OPEN;
  }
}
