package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.run.RunOutcome;
import java.util.List;
import java.util.OptionalInt;

/**
 * How {@code apply} or {@code rollback} ended, for programs: one object with the same members in
 * every case (docs/output.md). The exit code says the same.
 */
final class OutcomeJson {
  private static final String RUN = "run";
  private static final String REVISION = "revision";
  private static final String APPLIED = "stepsApplied";
  private static final String STEPS = "steps";
  private static final String UNDO = "undo";

  private OutcomeJson() {}

  /**
   * The object.
   *
   * @param steps how many the plan has; nothing where there is no plan
   */
  static Json.Obj of(RunOutcome outcome, OptionalInt steps) {
    Json all = steps.isPresent() ? Json.Num.of(steps.getAsInt()) : Json.Null.NULL;
    return ended(outcome, all).with(STEPS, all);
  }

  /**
   * The object for a command that came to no outcome; indented lines are reasons of those above.
   */
  static Json.Obj of(CommandFailure failure) {
    List<String> reasons =
        failure.lines().stream().filter(line -> line.startsWith(" ")).map(String::strip).toList();
    return nothing(word(failure.exit()), reasons.isEmpty() ? failure.lines() : reasons);
  }

  private static Json.Obj ended(RunOutcome outcome, Json steps) {
    if (outcome instanceof RunOutcome.Applied applied) {
      return undoable("applied", applied.run(), List.of())
          .with(REVISION, Json.Num.of(applied.revision()))
          .with(APPLIED, steps);
    } else if (outcome instanceof RunOutcome.Differs differs) {
      return undoable(word(ExitCode.DIFFERS), differs.run(), differs.differences())
          .with(REVISION, Json.Num.of(differs.revision()))
          .with(APPLIED, steps);
    } else if (outcome instanceof RunOutcome.Halted halted) {
      return undoable(word(ExitCode.HALTED), halted.run(), halted.reasons())
          .with(APPLIED, Json.Num.of(halted.applied()));
    } else if (outcome instanceof RunOutcome.Unknown unknown) {
      return undoable(word(ExitCode.UNKNOWN), unknown.run(), List.of(unknown.failure().line()))
          .with(APPLIED, Json.Num.of(unknown.applied()));
    } else if (outcome instanceof RunOutcome.TakenOver taken) {
      return nothing(word(ExitCode.TAKEN_OVER), List.of(taken.found()))
          .with(RUN, new Json.Text(taken.run()))
          .with(APPLIED, Json.Num.of(taken.applied()));
    } else if (outcome instanceof RunOutcome.Diverged diverged) {
      return nothing("diverged", List.of(diverged.why()))
          .with(RUN, new Json.Text(diverged.run()))
          .with(APPLIED, Json.Num.of(diverged.applied()));
    } else if (outcome instanceof RunOutcome.Locked locked) {
      return nothing(word(ExitCode.LOCKED), List.of(locked.holder().words()));
    } else if (outcome instanceof RunOutcome.Refused refused) {
      return nothing(word(ExitCode.PLAN_REFUSED), refused.reasons());
    } else if (outcome instanceof RunOutcome.Moved moved) {
      return nothing(word(ExitCode.MOVED), moved.moved());
    } else if (outcome instanceof RunOutcome.EtcdUnusable unusable) {
      return nothing(word(ExitCode.ETCD), List.of(unusable.failure().line()));
    } else if (outcome instanceof RunOutcome.JournalUnusable unusable) {
      return nothing(word(ExitCode.JOURNAL), List.of(unusable.cause().getMessage()));
    }
    return nothing(
        outcome instanceof RunOutcome.Declined ? word(ExitCode.DECLINED) : "applicable", List.of());
  }

  private static Json.Obj nothing(String word, List<String> reasons) {
    return Json.Obj.of(
        "outcome",
        new Json.Text(word),
        RUN,
        Json.Null.NULL,
        REVISION,
        Json.Null.NULL,
        APPLIED,
        Json.Num.of(0),
        STEPS,
        Json.Null.NULL,
        "reasons",
        Json.Array.ofTexts(reasons),
        UNDO,
        Json.Null.NULL);
  }

  private static Json.Obj undoable(String word, String run, List<String> reasons) {
    return nothing(word, reasons)
        .with(RUN, new Json.Text(run))
        .with(UNDO, Json.Array.ofTexts(List.of("rollback", run)));
  }

  private static String word(ExitCode exit) {
    return switch (exit) {
      case DONE -> "done";
      case FOUND -> "found";
      case USAGE -> "wrong usage";
      case ETCD -> "etcd unusable";
      case PLAN_REFUSED -> "refused";
      case MOVED -> "moved";
      case HALTED -> "halted";
      case UNKNOWN -> "outcome unknown";
      case LOCKED -> "locked";
      case JOURNAL -> "journal unusable";
      case IMPOSSIBLE -> "impossible";
      case DIFFERS -> "applied, differs";
      case TAKEN_OVER -> "taken over";
      case BUG -> "bug";
      case DECLINED -> "declined";
    };
  }
}
